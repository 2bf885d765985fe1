import Evaluation
import Images
import Tensors
import TestSupport
import Testing

@Suite("Metrics in degenerate cases")
struct MetricEdgeTests {
    private let threads = ComputeThreads(count: 2)

    private func measure(
        _ scores: [Float], _ mask: [UInt8], width: Int, limit: Double = PixelMetrics.fprLimit
    ) throws -> PixelMetrics {
        var truth = PixelTruth()
        truth.append(BinaryMask(width: width, height: mask.count / width, pixels: mask))
        return try scores.withUnsafeBufferPointer {
            try PixelMetrics.measure(scores: $0, truth: truth, fprLimit: limit, threads: threads)
        }
    }

    @Test("without defective pixels nothing but the absence is defined")
    func onlyNormal() throws {
        let metrics = try measure([0.1, 0.2, 0.3, 0.4], [0, 0, 0, 0], width: 2)
        #expect(metrics.auroc == nil && metrics.averagePrecision == nil && metrics.f1Max == nil)
        #expect(metrics.aupro == nil && metrics.auproReference == nil)
    }

    @Test("without normal pixels precision is perfect and false-positive rates are undefined")
    func onlyDefective() throws {
        let metrics = try measure([0.1, 0.2, 0.3, 0.4], [1, 1, 1, 1], width: 2)
        #expect(metrics.auroc == nil && metrics.aupro == nil && metrics.auproReference == nil)
        #expect(metrics.averagePrecision == 1 && metrics.f1Max == 1)
        #expect(metrics.f1Threshold == 0.1)
    }

    @Test("a constant map knows nothing")
    func constant() throws {
        let metrics = try measure([0.5, 0.5, 0.5, 0.5], [1, 0, 0, 0], width: 2)
        #expect(metrics.auroc == 0.5)
        #expect(metrics.averagePrecision == 0.25)
        #expect(metrics.f1Max == 0.4)
        // The curve is the diagonal: half of the limit.
        let aupro = try #require(metrics.aupro)
        #expect(abs(aupro - 0.15) < 1e-12)
        #expect(metrics.auproReference == 0)
    }

    @Test("a perfect map is perfect up to any limit", arguments: [0.05, 0.3, 1])
    func perfect(limit: Double) throws {
        let metrics = try measure([0.1, 0.9, 0.2, 0.8, 0, 0.7], [0, 1, 0, 1, 0, 1], width: 2, limit: limit)
        #expect(metrics.aupro == 1 && metrics.auroc == 1 && metrics.f1Max == 1)
        #expect(metrics.f1Threshold == 0.7)
    }

    @Test("minus zero and zero are one score, infinities have their place")
    func signs() throws {
        let zeros = try measure([-0.0, 0.0], [1, 0], width: 2)
        #expect(zeros.auroc == 0.5)
        let infinite = try measure([.infinity, -1, -.infinity, -2], [1, 1, 0, 0], width: 2)
        #expect(infinite.auroc == 1)
    }

    @Test("regions of one size or another weigh the same")
    func regionWeights() throws {
        // One region of one pixel is found first, one of three pixels never: PRO is ½ up to any small limit.
        let scores: [Float] = [0.9, 0.5, 0.5, 0.5, 0.1, 0.1, 0.1, 0.5]
        let metrics = try measure(scores, [1, 0, 0, 0, 1, 1, 1, 0], width: 8)
        let aupro = try #require(metrics.aupro)
        #expect(abs(aupro - 0.5) < 1e-12)
    }

    @Test("NaN and a wrong count are errors")
    func errors() throws {
        let nan = try #require(throws: MetricError.self) { try measure([0.1, .nan], [1, 0], width: 2) }
        #expect(nan.code == .notANumber && nan.description.contains("position 1"))
        let count = try #require(throws: MetricError.self) { try measure([0.1], [1, 0], width: 2) }
        #expect(count.code == .countMismatch)
        #expect(throws: MetricError.self) { try ImageMetrics(scores: [.nan, 0], anomalous: [true, false]) }
    }

    @Test("image metrics of one class only")
    func images() throws {
        let normal = try ImageMetrics(scores: [0.1, 0.2], anomalous: [false, false])
        #expect(normal.auroc == nil && normal.averagePrecision == nil && normal.f1Max == nil && normal.curve.isEmpty)
        let empty = try ImageMetrics(scores: [], anomalous: [])
        #expect(empty.auroc == nil)
    }

    /// The formula of DeLong, DeLong & Clarke-Pearson 1988 as written: structural components from all pairs.
    private static func variance(_ positives: [Float], _ negatives: [Float]) -> Double {
        func psi(_ x: Float, _ y: Float) -> Double { x > y ? 1 : x == y ? 0.5 : 0 }
        func sampleVariance(_ values: [Double]) -> Double {
            let mean = values.reduce(0, +) / Double(values.count)
            return values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(values.count - 1)
        }
        let first = positives.map { x in negatives.map { psi(x, $0) }.reduce(0, +) / Double(negatives.count) }
        let second = negatives.map { y in positives.map { psi($0, y) }.reduce(0, +) / Double(positives.count) }
        return sampleVariance(first) / Double(positives.count) + sampleVariance(second) / Double(negatives.count)
    }

    @Test("the variance of an AUROC is DeLong's, ties included", arguments: [3, 10, 1000])
    func variance(levels: Int) throws {
        var generator = SeededGenerator(seed: UInt64(levels))
        let positives = (0..<37).map { _ in Float(Int.random(in: 0..<levels, using: &generator)) }
        let negatives = (0..<23).map { _ in Float(Int.random(in: -levels / 2..<levels / 2, using: &generator)) }
        let metrics = try ImageMetrics(
            scores: positives + negatives,
            anomalous: positives.map { _ in true } + negatives.map { _ in false })
        let variance = try #require(metrics.aurocVariance)
        #expect(abs(variance - Self.variance(positives, negatives)) < 1e-12)
        #expect(variance > 0)
        let single = try ImageMetrics(scores: [0.1, 0.2, 0.3], anomalous: [true, false, false])
        #expect(single.auroc == 0 && single.aurocVariance == nil)
    }

    @Test("large input: sorting by parts equals sorting as a whole", arguments: [1, 2, 3])
    func large(workers: Int) throws {
        var generator = SeededGenerator(seed: 7)
        // All different, so that no pair is tied.
        let scores = (0..<60_000).map { Float($0 - 30_000) }.shuffled(using: &generator)
        let mask = (0..<60_000).map { UInt8($0 % 13 == 0 ? 1 : 0) }
        var truth = PixelTruth()
        truth.append(BinaryMask(width: 300, height: 200, pixels: mask))
        let metrics = try scores.withUnsafeBufferPointer {
            try PixelMetrics.measure(scores: $0, truth: truth, threads: ComputeThreads(count: workers))
        }
        // The definition: pairs in order.
        let order = zip(scores, mask).sorted { $0.0 < $1.0 }
        var (below, pairs) = (0, 0)
        for (_, label) in order { if label == 0 { below += 1 } else { pairs += below } }
        let positives = mask.count { $0 == 1 }
        let expected = Double(pairs) / Double(positives) / Double(mask.count - positives)
        let auroc = try #require(metrics.auroc)
        #expect(abs(auroc - expected) < 1e-12)
    }

    @Test("curves run from the first hit to everything, within the number of points asked for")
    func curve() throws {
        var generator = SeededGenerator(seed: 3)
        let scores = generator.floats(5000)
        let ranking = try ScoreRanking(
            scores: scores, labels: scores.map { $0 + Float.random(in: -1...1, using: &generator) > 0 })
        let points = ranking.curve(maximum: 50)
        #expect((10...52).contains(points.count))
        #expect(points.last?.truePositiveRate == 1)
        #expect(zip(points, points.dropFirst()).allSatisfy { $0.truePositiveRate <= $1.truePositiveRate })
    }

    @Test("a ROC curve turns at right angles where no scores are tied")
    func corners() throws {
        let ranking = try ScoreRanking(scores: [0.9, 0.8, 0.7, 0.6], labels: [true, false, false, true])
        let points = ranking.curve(maximum: 100).map { [$0.falsePositiveRate, $0.truePositiveRate] }
        #expect(points == [[0, 0.5], [1, 0.5], [1, 1]])
    }

    @Test("confusion matrices add up by names")
    func confusion() {
        var total = ConfusionMatrix(classes: ["normal", "scratch", "hole"])
        var part = ConfusionMatrix(classes: ["normal", "hole"])
        part.add(truth: [0, 0, 1, 1], predicted: [0, 1, 1, 1])
        total.add(part)
        total.add(part)
        #expect(total.counts == [2, 0, 2, 0, 0, 0, 0, 0, 4])
        #expect(total.f1(1) == nil)
        #expect(total.f1(2) == 0.8)
        #expect(total.macroF1 == (0.8 + 2.0 / 3) / 2)
    }
}
