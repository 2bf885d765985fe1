import Checkpoints
import Foundation
import Tensors
import Testing

@testable import CLIP

/// CLIP's text tower as its equations read, one sequence at a time, in double precision.
///
/// Radford et al. 2021, section 2.4; blocks as in Dosovitskiy et al. 2021, Eq. 2 and 3, with a causal mask.
struct NaiveTextTower {
    let configuration: TextConfiguration
    private let tensors: [String: [Double]]

    init(_ source: any TensorSource, _ configuration: TextConfiguration) throws {
        self.configuration = configuration
        tensors = try Dictionary(
            uniqueKeysWithValues: source.tensorNames.map { ($0, try source.tensor($0).values.map(Double.init)) })
    }

    /// The embedding of a sequence, read at its last token; of length 1.
    func embedding(of tokens: [Int32]) throws -> [Double] {
        let width = configuration.width
        let embeddings = try values(.tokenEmbedding), positions = try values(.textPositionalEmbedding)
        var stream = tokens.enumerated().map { position, token in
            (0..<width).map { embeddings[Int(token) * width + $0] + positions[position * width + $0] }
        }
        for index in 0..<configuration.layers {
            func parameter(_ part: CLIPTensorName.BlockPart, _ kind: CLIPTensorName.Parameter) throws -> [Double] {
                try values(.block(.text, index: index, part, kind))
            }
            func apply(_ part: CLIPTensorName.BlockPart, _ x: [Double]) throws -> [Double] {
                Self.multiply(try parameter(part, .weight), x, adding: try parameter(part, .bias))
            }
            func normalize(_ part: CLIPTensorName.BlockPart, _ x: [Double]) throws -> [Double] {
                Self.normalize(x, try parameter(part, .weight), try parameter(part, .bias))
            }
            let qkv = try stream.map { try apply(.attentionInput, normalize(.ln1, $0)) }
            for position in stream.indices {
                stream[position] = Self.sum(
                    stream[position], try apply(.attentionOutput, attended(qkv[...position])))
            }
            for position in stream.indices {
                let hidden = try apply(.mlpInput, normalize(.ln2, stream[position]))
                let active = hidden.map { $0 * 0.5 * (1 + erf($0 / 2.0.squareRoot())) }
                stream[position] = Self.sum(stream[position], try apply(.mlpOutput, active))
            }
        }
        let last = Self.normalize(
            stream[stream.count - 1], try values(.textFinalNorm(.weight)), try values(.textFinalNorm(.bias)))
        let projection = try values(.textProjection)
        let embedDim = projection.count / width
        let features = (0..<embedDim).map { column in
            (0..<width).reduce(0.0) { $0 + last[$1] * projection[$1 * embedDim + column] }
        }
        let length = features.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return features.map { $0 / length }
    }

    /// Softmax(q·kᵀ/√d)·v of the last position over all given ones.
    private func attended(_ qkv: ArraySlice<[Double]>) -> [Double] {
        let (width, heads) = (configuration.width, configuration.heads)
        let headDim = width / heads
        let query = qkv[qkv.endIndex - 1]
        return (0..<heads).flatMap { head -> [Double] in
            let channels = head * headDim..<(head + 1) * headDim
            let powers = qkv.map { line in
                exp(channels.reduce(0.0) { $0 + query[$1] * line[width + $1] } / Double(headDim).squareRoot())
            }
            let total = powers.reduce(0, +)
            return channels.map { channel in
                zip(qkv, powers).reduce(0.0) { $0 + $1.0[2 * width + channel] * $1.1 } / total
            }
        }
    }

    private func values(_ name: CLIPTensorName) throws -> [Double] {
        try #require(tensors[name.openCLIP])
    }

    private static func multiply(_ weight: [Double], _ x: [Double], adding bias: [Double]) -> [Double] {
        // Buffers and while: tests are not optimised, and this is nearly all of their time.
        weight.withUnsafeBufferPointer { weight in
            x.withUnsafeBufferPointer { x in
                bias.indices.map { row in
                    var (sum, index, at) = (bias[row], 0, row * x.count)
                    while index < x.count {
                        sum += weight[at] * x[index]
                        index += 1
                        at += 1
                    }
                    return sum
                }
            }
        }
    }

    private static func normalize(_ x: [Double], _ weight: [Double], _ bias: [Double]) -> [Double] {
        let mean = x.reduce(0, +) / Double(x.count)
        let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
        return x.indices.map { (x[$0] - mean) / (variance + 1e-5).squareRoot() * weight[$0] + bias[$0] }
    }

    private static func sum(_ a: [Double], _ b: [Double]) -> [Double] { zip(a, b).map(+) }
}
