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

    @Test(
        "equals the equation for odd head widths, several sequences and more than one query block",
        arguments: [
            (heads: 1, headDim: 1, lengths: [1]), (heads: 3, headDim: 24, lengths: [50]),
            (heads: 2, headDim: 80, lengths: [7, 1, 33]), (heads: 2, headDim: 16, lengths: [Attention.queryBlock + 37]),
        ], [false, true])
    func againstNaive(shape: (heads: Int, headDim: Int, lengths: [Int]), causal: Bool) {
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
        let longest = lengths.max() ?? 1
        let expected = ranges.flatMap { naive(qkv, range: $0, heads: heads, headDim: headDim, causal: causal) }
        for workers in 1...2 {
            var output = [Float](repeating: .nan, count: tokens * width)
            var scratch = [Float](repeating: .nan, count: Attention.scratchCount(tokens: longest) * workers)
            let attention = Attention(heads: heads, headDim: headDim, causal: causal)
            attention(
                qkv: qkv, plan: Attention.Plan(ranges, for: attention), output: &output, scratch: &scratch,
                scratchStride: Attention.scratchCount(tokens: longest), threads: ComputeThreads(count: workers))
            expectClose(output, expected, within: 1e-5)
        }
    }

    @Test("holds one block of scores per worker, never a whole head")
    func boundedScratch() {
        #expect(Attention.scratchCount(tokens: 1370) == Attention.queryBlock * 1370)
        #expect(Attention.scratchCount(tokens: 1370) < 1370 * 1370)
    }
}
