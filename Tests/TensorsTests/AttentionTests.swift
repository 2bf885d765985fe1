import Foundation
import TestSupport
import Testing

@testable import Tensors

@Suite("Attention")
struct AttentionTests {
    /// Softmax(q·kᵀ/√d)·v in double precision, one sequence.
    private func naive(_ qkv: [Float], range: Range<Int>, heads: Int, headDim: Int, causal: Bool) -> [Float] {
        let width = heads * headDim
        func element(_ token: Int, _ part: Int, _ head: Int, _ channel: Int) -> Double {
            Double(qkv[token * 3 * width + part * width + head * headDim + channel])
        }
        var output = [Float](repeating: 0, count: range.count * width)
        for query in range {
            for head in 0..<heads {
                let keys = causal ? range.lowerBound...query : range.lowerBound...(range.upperBound - 1)
                let scores = keys.map { key in
                    (0..<headDim).map { element(query, 0, head, $0) * element(key, 1, head, $0) }.reduce(0, +)
                        / Double(headDim).squareRoot()
                }
                let maximum = scores.max() ?? 0
                let powers = scores.map { exp($0 - maximum) }
                let total = powers.reduce(0, +)
                for channel in 0..<headDim {
                    let value = zip(keys, powers).map { element($0, 2, head, channel) * $1 }.reduce(0, +) / total
                    output[(query - range.lowerBound) * width + head * headDim + channel] = Float(value)
                }
            }
        }
        return output
    }

    /// The same, rounded as the integer kernels round.
    private func naiveInteger(_ qkv: [Float], range: Range<Int>, heads: Int, headDim: Int, causal: Bool) -> [Float] {
        if range.isEmpty { return [] }
        let width = heads * headDim
        func rows(_ part: Int, _ head: Int) -> [[Float]] {
            range.map { token in
                let start = token * 3 * width + part * width + head * headDim
                return Array(qkv[start..<start + headDim])
            }
        }
        let seen = range.indices.map { causal ? $0 - range.lowerBound + 1 : range.count }
        let byHead = (0..<heads).map {
            NaiveBytes.attention(queries: rows(0, $0), keys: rows(1, $0), values: rows(2, $0), seen: seen)
        }
        return range.indices.flatMap { token in byHead.flatMap { $0[token - range.lowerBound] } }
    }

    @Test(
        "equals the equation for odd head widths, several sequences and more than one query block",
        arguments: [
            (heads: 1, headDim: 1, lengths: [1]), (heads: 3, headDim: 24, lengths: [50]),
            (heads: 2, headDim: 80, lengths: [7, 1, 33]), (heads: 1, headDim: 16, lengths: [229]),
            (heads: 1, headDim: 64, lengths: [97]), (heads: 1, headDim: 37, lengths: [31, 32]),
            (heads: 2, headDim: 8, lengths: [0, 3, 0]),
        ], [false, true])
    func againstNaive(shape: (heads: Int, headDim: Int, lengths: [Int]), causal: Bool) throws {
        let (heads, headDim, lengths) = shape
        var random = SeededGenerator(seed: 3)
        let tokens = lengths.reduce(0, +)
        let width = heads * headDim
        let qkv = random.floats(tokens * 3 * width, in: -2...2)
        var ranges: [Range<Int>] = []
        for length in lengths {
            let start = ranges.last?.upperBound ?? 0
            ranges.append(start..<start + length)
        }
        // Engines of one precision share the expectation.
        var expectations: [Precision: [Float]] = [:]
        for arithmetic in Arithmetic.usable {
            // bfloat16 operands are compared with the equation on the very values that were rounded.
            let operands = ElementArray(qkv, as: arithmetic.precision)
            let expected: [Float]
            if let known = expectations[arithmetic.precision] {
                expected = known
            } else {
                let values = operands.floats
                let twin = arithmetic.precision == .int8 ? naiveInteger : naive
                expected = ranges.flatMap { twin(values, $0, heads, headDim, causal) }
                expectations[arithmetic.precision] = expected
            }
            for count in 1...2 {
                let attention = Attention(heads: heads, headDim: headDim, causal: causal, arithmetic: arithmetic)
                let plan = Attention.Plan(ranges, for: attention)
                let workers = try (0..<count).map { _ in
                    let worker = try ComputeWorker(arithmetic)
                    try attention.prepare(plan, worker: worker)
                    return worker
                }
                let output = operands.running(tokens * width, threads: count) {
                    attention.steps(qkv: $0, plan: plan, output: $1, workers: workers)
                }
                // bfloat16 keeps 8 bits of probabilities and of the result.
                expectClose(output.floats, expected, within: arithmetic.precision == .f32 ? 1e-5 : 2e-2)
            }
        }
    }

    @Test("holds one block of scores per worker, never a whole head")
    func boundedScratch() throws {
        for arithmetic in Arithmetic.usable {
            let attention = Attention(heads: 1, headDim: 8, causal: false, arithmetic: arithmetic)
            let worker = try ComputeWorker(arithmetic)
            try attention.prepare(Attention.Plan([0..<1370], for: attention), worker: worker)
            #expect(worker.scores.byteCount <= attention.queryBlock * 1376 * 4)
        }
    }
}
