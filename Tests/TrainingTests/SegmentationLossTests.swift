import Foundation
import Tensors
import TestSupport
import Testing

@testable import Training

func exponential(_ x: Double) -> Double { exp(x) }
func logarithm(_ x: Double) -> Double { log(x) }

@Suite("The fused segmentation loss")
struct SegmentationLossTests {
    /// One case: sizes, and labels with rectangles of defects; `marks` may differ from the labels.
    struct Case {
        let loss: UpsampledSegmentationLoss
        let scores: [Float]
        let labels: [UInt8]
        let marks: [UInt8]

        init(grid: Int, side: Int, classes: Int, seed: UInt64) {
            var generator = SeededGenerator(seed: seed)
            loss = UpsampledSegmentationLoss(gridSize: grid, side: side, classes: classes)
            scores = generator.floats(grid * grid * classes, in: -3...3)
            var labels = [UInt8](repeating: 0, count: side * side)
            var marks = labels
            for _ in 0..<3 {
                let label = UInt8.random(in: 1..<UInt8(classes), using: &generator)
                let (y, x) = (
                    Int.random(in: 0..<side, using: &generator), Int.random(in: 0..<side, using: &generator)
                )
                for row in y..<min(side, y + max(1, side / 4)) {
                    for column in x..<min(side, x + max(1, side / 3)) {
                        labels[row * side + column] = label
                        // Marks reach a pixel less far: the two are resized separately in one of the programs.
                        if column > x { marks[row * side + column] = 1 }
                    }
                }
            }
            self.labels = labels
            self.marks = marks
        }

        var naive: NaiveSegmentationLoss {
            NaiveSegmentationLoss(gridSize: loss.gridSize, side: loss.side, classes: loss.classes)
        }

        func evaluate() -> (UpsampledSegmentationLoss.Sums, UpsampledSegmentationLoss.Gradients) {
            scores.withUnsafeBufferPointer { buffer in
                guard let start = buffer.baseAddress else { preconditionFailure("no scores") }
                return loss.evaluate(start, target: loss.target(labels: labels, foreground: marks))
            }
        }
    }

    @Test(
        "sums equal the naive ones",
        arguments: [
            (1, 1, 2), (1, 9, 3), (2, 2, 2), (3, 7, 4), (5, 5, 3), (7, 3, 2), (16, 33, 5), (17, 40, 3), (37, 50, 21),
        ])
    func sums(grid: Int, side: Int, classes: Int) {
        let example = Case(grid: grid, side: side, classes: classes, seed: UInt64(grid * 1000 + side))
        let expected = example.naive.sums(
            example.scores.map(Double.init), labels: example.labels, foreground: example.marks)
        let (found, _) = example.evaluate()
        #expect(abs(found.focal - expected.focal) <= 2e-6 * max(expected.focal, 1))
        #expect(abs(found.area - expected.area) <= 2e-6 * max(expected.area, 1))
        #expect(abs(found.overlap - expected.overlap) <= 2e-6 * max(expected.overlap, 1))
    }

    @Test(
        "gradients equal central differences in double precision",
        arguments: [(1, 4, 2), (2, 5, 3), (3, 11, 4), (4, 3, 2), (5, 18, 5), (17, 25, 2)])
    func gradients(grid: Int, side: Int, classes: Int) {
        let example = Case(grid: grid, side: side, classes: classes, seed: UInt64(grid * 100 + side))
        let scores = example.scores.map(Double.init)
        let (_, found) = example.evaluate()
        let naive = example.naive
        for (name, buffer, total) in [
            ("focal", found.focal, { (sums: NaiveSegmentationLoss.Sums) in sums.focal }),
            ("area", found.area, { $0.area }), ("overlap", found.overlap, { $0.overlap }),
        ] {
            // Every seventh score meets all classes and, in the larger cases, about a hundred cells.
            let chosen = Array(stride(from: 0, to: scores.count, by: scores.count > 100 ? 7 : 1))
            let expected = naive.differences(
                scores, at: chosen, labels: example.labels, foreground: example.marks, total)
            let scale = expected.map(abs).max() ?? 0
            for (index, value) in zip(chosen, expected) {
                let error = abs(Double(buffer.pointer[index]) - value)
                #expect(error <= 3e-6 * max(scale, 0.1), "\(name)[\(index)]: \(buffer.pointer[index]), \(value)")
            }
        }
    }

    @Test("uniform probabilities: −(1 − 1/C − ε)²·ln(1/C + ε) at every pixel", arguments: [2, 4, 21])
    func uniform(classes: Int) {
        let loss = UpsampledSegmentationLoss(gridSize: 3, side: 10, classes: classes)
        let scores = [Float](repeating: 1.25, count: 9 * classes)
        let labels = (0..<100).map { UInt8($0 % classes) }
        let (sums, _) = scores.withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { preconditionFailure("no scores") }
            return loss.evaluate(start, target: loss.target(labels: labels, foreground: labels))
        }
        let share = 1 / Double(classes)
        let expected = -pow(1 - share - 1e-5, 2) * log(share + 1e-5)
        #expect(abs(sums.focal / 100 - expected) <= 1e-6 * expected)
        #expect(abs(sums.area - 100 * (1 - share)) <= 1e-4)
    }

    @Test(
        "Dice of a perfect mask is 1 − (10n + 1)/(6n + 1), without the factor 5 it is 0",
        arguments: [0, 1, 50, 268_324])
    func perfectMask(pixels: Int) {
        let sums = UpsampledSegmentationLoss.Sums(focal: 0, area: Double(pixels), overlap: Double(pixels))
        let five = SegmentationLoss(.paper).dice(sums, foreground: pixels)
        let expected = 1 - Double(10 * pixels + 1) / Double(6 * pixels + 1)
        #expect(abs(1 - five.value - expected) < 1e-12)
        #expect(SegmentationLoss(.plainDice).dice(sums, foreground: pixels).value == 1)
    }

    @Test("certain and right: no focal loss; certain and wrong: −ln ε")
    func certain() {
        for (label, expected) in [(UInt8(0), 0.0), (1, -log(2e-5))] {
            let loss = UpsampledSegmentationLoss(gridSize: 2, side: 6, classes: 2)
            let scores: [Float] = [100, -100, 100, -100, 100, -100, 100, -100]
            let labels = [UInt8](repeating: label, count: 36)
            let (sums, gradients) = scores.withUnsafeBufferPointer { buffer in
                guard let start = buffer.baseAddress else { preconditionFailure("no scores") }
                return loss.evaluate(start, target: loss.target(labels: labels, foreground: labels))
            }
            #expect(abs(sums.focal / 36 - expected) <= 1e-3)
            let finite = gradients.focal.pointer.allSatisfy { $0.isFinite }
            #expect(finite)
        }
    }
}
