import Foundation
import TestSupport
import Testing

@testable import Tensors

@Suite("Vector functions equal the library's")
struct VectorMathTests {
    @Test("natural logarithm, from the smallest normal number on, and around 1")
    func logarithm() {
        var random = SeededGenerator(seed: 8)
        let patterns = (0..<20000).map { _ in UInt32.random(in: 0x0080_0000..<0x7F80_0000, using: &random) }
        let near = (-500...500).map { (1 + Float($0) * 1e-6).bitPattern }
        for bits in patterns + near {
            let x = Float(bitPattern: bits)
            let (actual, expected) = (Double(naturalLogarithm(SIMD16(repeating: x))[7]), log(Double(x)))
            #expect(abs(actual - expected) <= 3e-7 * abs(expected), "ln \(x)")
        }
    }

    @Test("error function over its whole range")
    func error() {
        for step in -6000...6000 {
            let x = Float(step) / 1000
            #expect(abs(Double(errorFunction(SIMD16(repeating: x))[11]) - erf(Double(x))) < 5e-7, "erf(\(x))")
        }
    }

    @Test("the largest element, wherever it is", arguments: [0, 1, 2, 15, 16, 17, 33, 257])
    func maximum(count: Int) {
        var random = SeededGenerator(seed: UInt64(count))
        for position in 0..<count {
            var row = random.floats(count, in: -5...5)
            row[position] = 6
            #expect(RowKernels.maximum(row, count: count) == 6)
        }
        #expect(count > 0 || RowKernels.maximum([0], count: 0) == -.infinity)
    }

    @Test("rows of unit length, with what their gradient needs", arguments: KernelTests.sizes)
    func inverseLengths(width: Int) {
        var random = SeededGenerator(seed: 6)
        let rows = random.floats(2 * width, in: -2...2) + [Float](repeating: 0, count: width)
        var (output, inverse) = (rows, [Float](repeating: .nan, count: 3))
        RowKernels.normalizeRows(&output, rows: 3, width: width, inverseLengths: &inverse)
        for row in 0..<3 {
            let line = rows[row * width..<(row + 1) * width].map(Double.init)
            let length = line.reduce(0) { $0 + $1 * $1 }.squareRoot()
            let expected = length > 0 ? 1 / length : 0
            #expect(abs(Double(inverse[row]) - expected) <= 1e-5 * expected)
            expectClose(
                Array(output[row * width..<(row + 1) * width]), line.map { Float($0 * expected) }, within: 1e-5)
        }
    }

    @Test("biases are added to every row", arguments: [0, 1, 3], [1, 16, 33])
    func biases(rows: Int, width: Int) {
        var random = SeededGenerator(seed: 2)
        let (x, bias) = (random.floats(rows * width + 1), random.tensor([width]))
        var output = x
        RowKernels.addBias(&output, rows: rows, bias: bias, threads: ComputeThreads(count: 2))
        let expected = x.indices.map { $0 < rows * width ? x[$0] + bias.values[$0 % width] : x[$0] }
        #expect(output == expected)
    }
}

@Suite("Matrix products equal the naive ones")
struct GemmTests {
    /// What a product reads: element (row, column) of a matrix, as its letters say.
    private func naive(
        _ a: (Int, Int) -> Float, _ b: (Int, Int) -> Float, _ old: [Float], ldc: Int, m: Int, n: Int, k: Int
    ) -> [Float] {
        var output = old
        for row in 0..<m {
            for column in 0..<n {
                let dot = (0..<k).reduce(0.0) { $0 + Double(a(row, $1)) * Double(b($1, column)) }
                output[row * ldc + column] = Float(0.5 * dot + 2 * Double(old[row * ldc + column]))
            }
        }
        return output
    }

    @Test(
        "in all three forms, with rows farther apart than they are long, scaled and added",
        arguments: [(0, 3, 2), (3, 0, 2), (1, 1, 1), (2, 3, 0), (5, 7, 3), (33, 17, 65), (64, 129, 100)])
    func forms(m: Int, n: Int, k: Int) {
        var random = SeededGenerator(seed: UInt64(m * 100 + n * 10 + k))
        let gap = 3
        let (lda, ldb, ldc) = (max(m, k) + gap, max(n, k) + gap, n + gap)
        let longest = max(m, n, k) + 1
        let (a, b) = (random.floats(longest * lda), random.floats(longest * ldb))
        let old = random.floats((m + 1) * ldc)

        var output = old
        Gemm.multiplyTransposed(
            a, lda: lda, b, ldb: ldb, into: &output, ldc: ldc, m: m, n: n, k: k, alpha: 0.5, beta: 2)
        var expected = naive(
            { a[$0 * lda + $1] }, { b[$1 * ldb + $0] }, old, ldc: ldc, m: m, n: n, k: k)
        expectClose(output, expected, within: 2e-5)

        output = old
        Gemm.multiply(a, lda: lda, b, ldb: ldb, into: &output, ldc: ldc, m: m, n: n, k: k, alpha: 0.5, beta: 2)
        expected = naive({ a[$0 * lda + $1] }, { b[$0 * ldb + $1] }, old, ldc: ldc, m: m, n: n, k: k)
        expectClose(output, expected, within: 2e-5)

        output = old
        Gemm.transposedMultiply(
            a, lda: lda, b, ldb: ldb, into: &output, ldc: ldc, m: m, n: n, k: k, alpha: 0.5, beta: 2)
        expected = naive({ a[$1 * lda + $0] }, { b[$0 * ldb + $1] }, old, ldc: ldc, m: m, n: n, k: k)
        expectClose(output, expected, within: 2e-5)
    }
}
