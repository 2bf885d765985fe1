import Foundation
import TestSupport
import Testing

@testable import Tensors

@Suite("Map kernels equal their naive twins")
struct MapKernelTests {
    @Test(
        "enlarge with aligned corners, then softmax",
        arguments: [(1, 1, 1), (1, 5, 3), (4, 4, 2), (4, 37, 5), (7, 56, 21), (37, 50, 2), (9, 130, 4)], [1, 2])
    func upsampledSoftmax(shape: (grid: Int, side: Int, classes: Int), workers: Int) {
        let (grid, side, classes) = shape
        var random = SeededGenerator(seed: 21)
        let stages = (0..<3).map { _ in random.floats(grid * grid * classes, in: -40...40) }
        var output = random.floats(classes * side * side)
        var expected = [Float](repeating: 0, count: output.count)
        for scores in stages { add(scores, shape, to: &expected) }
        UpsampledSoftmax(gridSize: grid, side: side, classes: classes).fill(
            stages.map { Tensor(shape: [grid * grid, classes], $0) }, weight: 0.25, into: &output,
            threads: ComputeThreads(count: workers))
        // Scores of ±40 between neighbours: a rounding error of 1e-6 in the position becomes 1e-4 in the probability.
        expectClose(output, expected, within: 1e-4)
    }

    /// A quarter of a stage's probabilities.
    private func add(_ scores: [Float], _ shape: (grid: Int, side: Int, classes: Int), to expected: inout [Float]) {
        let (grid, side, classes) = shape
        for y in 0..<side {
            for x in 0..<side {
                let (fy, fx) = (position(y, grid, side), position(x, grid, side))
                let values = (0..<classes).map { label -> Double in
                    func cell(_ row: Int, _ column: Int) -> Double {
                        Double(scores[(min(row, grid - 1) * grid + min(column, grid - 1)) * classes + label])
                    }
                    let (y0, x0) = (Int(fy), Int(fx))
                    let (ty, tx) = (fy - Double(y0), fx - Double(x0))
                    return (cell(y0, x0) * (1 - tx) + cell(y0, x0 + 1) * tx) * (1 - ty)
                        + (cell(y0 + 1, x0) * (1 - tx) + cell(y0 + 1, x0 + 1) * tx) * ty
                }
                let maximum = values.max() ?? 0
                let total = values.map { exp($0 - maximum) }.reduce(0, +)
                for label in 0..<classes {
                    expected[label * side * side + y * side + x] += Float(0.25 * exp(values[label] - maximum) / total)
                }
            }
        }
    }

    private func position(_ index: Int, _ grid: Int, _ side: Int) -> Double {
        side > 1 ? Double(index) * Double(grid - 1) / Double(side - 1) : 0
    }

    @Test("corner pixels equal the corner cells exactly")
    func corners() {
        let scores: [Float] = [0, 3, 1, 0, 2, 2, 5, 1]  // 2 × 2 cells, 2 classes
        var output = [Float](repeating: 0, count: 2 * 9 * 9)
        UpsampledSoftmax(gridSize: 2, side: 9, classes: 2).fill(
            [Tensor(shape: [4, 2], scores)], weight: 1, into: &output, threads: ComputeThreads(count: 1))
        for (cell, pixel) in [(0, 0), (1, 8), (2, 72), (3, 80)] {
            let normal = 1 / (1 + exp(scores[cell * 2 + 1] - scores[cell * 2]))
            #expect(abs(output[pixel] - normal) < 1e-6)
        }
    }
}
