import Foundation
import TestSupport
import Testing

@testable import Tensors

@Suite("Attention over sequences that share their beginnings")
struct TreeAttentionTests {
    /// Softmax(q·kᵀ/√d)·v in double precision for the last of the rows, all heads.
    private func naive(_ qkv: [Float], way: [Int], heads: Int, headDim: Int) -> [Float] {
        let width = heads * headDim
        func element(_ row: Int, _ part: Int, _ channel: Int) -> Double {
            Double(qkv[row * 3 * width + part * width + channel])
        }
        var output = [Float](repeating: 0, count: width)
        for head in 0..<heads {
            let channels = head * headDim..<(head + 1) * headDim
            let scores = way.map { row in
                channels.map { element(way[way.count - 1], 0, $0) * element(row, 1, $0) }.reduce(0, +)
                    / Double(headDim).squareRoot()
            }
            let maximum = scores.max() ?? 0
            let powers = scores.map { exp($0 - maximum) }
            let total = powers.reduce(0, +)
            for channel in channels {
                output[channel] = Float(zip(way, powers).map { element($0, 2, channel) * $1 }.reduce(0, +) / total)
            }
        }
        return output
    }

    /// Random trees: some rows begin sequences, others continue a row that may come before or after them in memory.
    private func parents(_ count: Int, _ random: inout SeededGenerator) -> [Int32] {
        let places = (0..<Int32(count)).shuffled(using: &random)
        var parents = [Int32](repeating: -1, count: count)
        for index in places.indices.dropFirst() where Int.random(in: 0..<8, using: &random) > 0 {
            parents[Int(places[index])] = places[Int.random(in: max(0, index - 3)..<index, using: &random)]
        }
        return parents
    }

    @Test(
        "equals the equation along each row's way to its root",
        arguments: [(heads: 1, headDim: 1), (heads: 3, headDim: 24), (heads: 2, headDim: 80), (heads: 5, headDim: 64)],
        [0, 1, 2, 33, 101])
    func againstNaive(shape: (heads: Int, headDim: Int), rows: Int) throws {
        var random = SeededGenerator(seed: UInt64(rows * 100 + shape.headDim))
        let width = shape.heads * shape.headDim
        let qkv = random.floats(rows * 3 * width, in: -2...2)
        let parents = parents(rows, &random)
        let tree = Attention.Tree(parents: parents)
        let ways = (0..<rows).map { row in
            Array(sequence(first: row) { parents[$0] < 0 ? nil : Int(parents[$0]) }.reversed())
        }
        #expect(tree.count == rows && tree.depth == ways.map(\.count).max() ?? 0)
        for arithmetic in Arithmetic.usable {
            // bfloat16 operands are compared with the equation on the very values that were rounded.
            let operands = ElementArray(qkv, as: arithmetic.precision)
            let values = operands.floats
            let expected = ways.flatMap { naive(values, way: $0, heads: shape.heads, headDim: shape.headDim) }
            let attention = Attention(
                heads: shape.heads, headDim: shape.headDim, causal: true, arithmetic: arithmetic)
            for count in 1...2 {
                let workers = try (0..<count).map { _ in
                    let worker = try ComputeWorker(arithmetic)
                    attention.prepare(tree, worker: worker)
                    return worker
                }
                let output = operands.running(rows * width, threads: count) {
                    attention.steps(qkv: $0, tree: tree, output: $1, workers: workers)
                }
                // bfloat16 keeps 8 bits of the result.
                expectClose(output.floats, expected, within: arithmetic.precision == .f32 ? 1e-5 : 1e-2)
            }
        }
    }

    @Test("equals attention over whole sequences when nothing is shared")
    func againstSequences() throws {
        var random = SeededGenerator(seed: 9)
        let (heads, headDim, lengths) = (3, 32, [7, 1, 40])
        let (rows, width) = (lengths.reduce(0, +), heads * headDim)
        let qkv = ElementArray(random.floats(rows * 3 * width, in: -2...2), as: .f32)
        var ranges: [Range<Int>] = []
        for length in lengths {
            let start = ranges.last?.upperBound ?? 0
            ranges.append(start..<start + length)
        }
        let tree = Attention.Tree(
            parents: ranges.flatMap { range in range.map { Int32($0 == range.lowerBound ? -1 : $0 - 1) } })
        let attention = Attention(heads: heads, headDim: headDim, causal: true)
        let plan = Attention.Plan(ranges, for: attention)
        let worker = try ComputeWorker(.reference)
        try attention.prepare(plan, worker: worker)
        attention.prepare(tree, worker: worker)
        let whole = qkv.running(rows * width, threads: 1) {
            attention.steps(qkv: $0, plan: plan, output: $1, workers: [worker])
        }
        let shared = qkv.running(rows * width, threads: 1) {
            attention.steps(qkv: $0, tree: tree, output: $1, workers: [worker])
        }
        expectClose(shared.floats, whole.floats, within: 1e-6)
    }

    @Test("refuses rows that lead nowhere")
    func badTrees() async {
        await #expect(processExitsWith: .failure) { _ = Attention.Tree(parents: [1, 0]) }
        await #expect(processExitsWith: .failure) { _ = Attention.Tree(parents: [-1, 2]) }
    }
}
