import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@testable import CLIP

/// The tiny golden model with single files or tensors replaced.
struct TinyFolder {
    var files: [String: ByteRegion] = [:]

    init() throws {
        for name in ["open_clip_config.json", "open_clip_model.safetensors", "merges.txt"] {
            files[name] = try ByteRegion.map(path: Fixtures.path("CLIP/tiny/\(name)"))
        }
    }

    func load(
        activation: Activation? = nil, arithmetic: Arithmetic = .reference, threads: Int = 1
    ) throws -> CLIPModel {
        try CLIPModel.load(
            ModelFiles(files: files, name: "a test folder"), activation: activation, arithmetic: arithmetic,
            threads: ComputeThreads(count: threads))
    }

    /// Writes the weights again after `change` saw each tensor; nil drops one.
    mutating func rewriteWeights(
        as type: ElementType = .float32, extra: [(String, Tensor)] = [],
        _ change: (String, Tensor) -> Tensor? = { $1 }
    ) throws {
        let region = try #require(files["open_clip_model.safetensors"])
        let source = try SafeTensorsFile(region: region, name: "tiny")
        var tensors = extra
        for name in source.tensorNames {
            if let tensor = change(name, try source.tensor(name)) { tensors.append((name, tensor)) }
        }
        let bytes = try SafeTensorsWriter.serialize(
            tensors.map { SafeTensorsWriter.Entry($0.0, $0.1, as: type) }, metadata: [:])
        files["open_clip_model.safetensors"] = ByteRegion(bytes)
    }

    mutating func replaceInConfiguration(_ old: String, _ new: String) throws {
        let region = try #require(files["open_clip_config.json"])
        let text = String(decoding: region.bytes, as: UTF8.self)
        #expect(text.contains(old))
        files["open_clip_config.json"] = ByteRegion(Array(text.replacingOccurrences(of: old, with: new).utf8))
    }
}
