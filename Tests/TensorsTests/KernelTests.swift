import Foundation
import TestSupport
import Testing

@testable import Tensors

/// Every fast kernel beside a loop that reads like its equation.
@Suite("Kernels equal their naive twins")
struct KernelTests {
    static let sizes = [1, 2, 3, 15, 16, 17, 31, 33, 64, 100, 257]
    let threads = ComputeThreads(count: 2)

    @Test("layer norm", arguments: sizes)
    func layerNorm(width: Int) {
        var random = SeededGenerator(seed: UInt64(width))
        let rows = 5
        let (x, weight, bias) = (
            random.floats(rows * width, in: -3...7), random.tensor([width]), random.tensor([width])
        )
        var output = [Float](repeating: .nan, count: x.count)
        RowKernels.layerNorm(x, rows: rows, weight: weight, bias: bias, into: &output)
        var expected: [Float] = []
        for row in 0..<rows {
            let line = x[row * width..<(row + 1) * width].map(Double.init)
            let mean = line.reduce(0, +) / Double(width)
            let variance = line.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(width)
            for column in 0..<width {
                let unit = (line[column] - mean) / (variance + 1e-5).squareRoot()
                expected.append(Float(unit * Double(weight.values[column]) + Double(bias.values[column])))
            }
        }
        // A row of one element is its own mean: 0/√ε times rounding error, hence the wider bound.
        expectClose(output, expected, within: 1e-4)
    }

    @Test("softmax with a scale", arguments: sizes)
    func softmax(count: Int) {
        var random = SeededGenerator(seed: UInt64(count) &+ 1)
        let row = random.floats(count, in: -60...60)
        var output = row
        RowKernels.softmax(&output, count: count, scale: 0.7)
        let maximum = row.map(Double.init).max() ?? 0
        let powers = row.map { exp((Double($0) - maximum) * 0.7) }
        let total = powers.reduce(0, +)
        expectClose(output, powers.map { Float($0 / total) }, within: 1e-6)
        #expect(abs(output.reduce(0, +) - 1) < 1e-5)
    }

    @Test("softmax survives scores that overflow a plain exponential")
    func softmaxOfLargeScores() {
        var row: [Float] = [1e30, 1e30, -1e30]
        RowKernels.softmax(&row, count: 3, scale: 1)
        expectClose(row, [0.5, 0.5, 0], within: 1e-6)
    }

    @Test("both activations with bias", arguments: Activation.allCases, sizes)
    func activation(function: Activation, width: Int) {
        var random = SeededGenerator(seed: 77)
        let (x, bias) = (random.floats(3 * width, in: -9...9), random.tensor([width], in: -2...2))
        var output = x
        function.apply(&output, rows: 3, addingBias: bias, threads: threads)
        let expected = x.indices.map { index in
            let value = Double(x[index]) + Double(bias.values[index % width])
            return switch function {
            case .gelu: Float(0.5 * value * (1 + erf(value / 2.0.squareRoot())))
            case .quickGELU: Float(value / (1 + exp(-1.702 * value)))
            }
        }
        expectClose(output, expected, within: 4e-6)
    }

    @Test(
        "activation values of the reference table",
        arguments: [
            (Activation.gelu, [-0.004050, -0.158655, -0.154269, 0.345731, 0.841345, 2.995950] as [Float]),
            (.quickGELU, [-0.018071, -0.154204, -0.149612, 0.350388, 0.845796, 2.981929]),
        ])
    func activationTable(function: Activation, expected: [Float]) {
        var values: [Float] = [-3, -1, -0.5, 0.5, 1, 3]
        function.apply(
            &values, rows: 1, addingBias: Tensor(shape: [6], [Float](repeating: 0, count: 6)), threads: threads)
        expectClose(values, expected, within: 1e-6)
    }

    @Test("exponential over its whole range")
    func exponentials() {
        for step in -8730...8800 {
            let x = Float(step) / 100
            let actual = Double(exponential(SIMD16(repeating: x))[3])
            let expected = exp(Double(x))
            #expect(abs(actual - expected) <= 4e-7 * expected, "exp(\(x))")
        }
        #expect(exponential(SIMD16(repeating: -1000))[0] == 0)
    }

    @Test("rows of unit length; a zero row stays zero", arguments: sizes)
    func normalizedRows(width: Int) {
        var random = SeededGenerator(seed: 5)
        var rows = random.floats(2 * width, in: 1...2) + [Float](repeating: 0, count: width)
        RowKernels.normalizeRows(&rows, rows: 3, width: width, threads: threads)
        for row in 0..<2 {
            let square = rows[row * width..<(row + 1) * width].reduce(0) { $0 + $1 * $1 }
            #expect(abs(square - 1) < 1e-5)
        }
        #expect(rows[(2 * width)...].allSatisfy { $0 == 0 })
    }

    @Test(
        "linear map, rows or columns split over workers",
        arguments: [(1, 1, 1), (1, 70, 33), (37, 5, 16), (130, 64, 48), (5, 200, 7), (300, 17, 9)])
    func linear(rows: Int, outFeatures: Int, inFeatures: Int) {
        var random = SeededGenerator(seed: 9)
        let (x, weight) = (random.floats(rows * inFeatures), random.tensor([outFeatures, inFeatures]))
        let start = random.floats(rows * outFeatures)
        let w = weight.values
        var product: [Float] = []
        for row in 0..<rows {
            for out in 0..<outFeatures {
                let terms = (0..<inFeatures).map { Double(x[row * inFeatures + $0]) * Double(w[out * inFeatures + $0]) }
                product.append(Float(terms.reduce(0, +)))
            }
        }
        for count in 1...3 {
            var output = start
            Gemm.linear(x, rows: rows, weight: weight, into: &output, threads: ComputeThreads(count: count))
            expectClose(output, product, within: 1e-5)
            output = start
            Gemm.linear(
                x, rows: rows, weight: weight, into: &output, accumulate: true, threads: ComputeThreads(count: count))
            expectClose(output, zip(start, product).map { $0 + $1 }, within: 1e-5)
        }
    }

    @Test("no rows at all are allowed")
    func emptyInput() {
        var output: [Float] = [7]
        Gemm.linear([1], rows: 0, weight: Tensor(shape: [1, 1], [2]), into: &output, threads: threads)
        RowKernels.normalizeRows(&output, rows: 0, width: 1, threads: threads)
        let one = Tensor(shape: [1], [1])
        RowKernels.layerNorm([1], rows: 0, weight: one, bias: one, into: &output)
        #expect(output == [7])
    }
}
