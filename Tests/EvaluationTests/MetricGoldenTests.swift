import Checkpoints
import Evaluation
import Foundation
import Images
import Tensors
import TestSupport
import Testing

/// Expected values made by `Tools/golden/make_metric_goldens.py` with scikit-learn and brute force.
@Suite("Metrics against scikit-learn")
struct MetricGoldenTests {
    private static let path = Fixtures.path("Evaluation/metrics.safetensors")
    private static let tolerance = 1e-9

    private let golden: SafeTensorsFile

    init() throws { golden = try SafeTensorsFile(region: ByteRegion.map(path: Self.path), name: Self.path) }

    private func expected<Value: Decodable>(_ name: String, as: Value.Type) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data((golden.metadata[name] ?? "").utf8))
    }

    private func check(
        _ actual: Double?, _ expected: Double?, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let actual = try #require(actual, "\(name)", sourceLocation: sourceLocation)
        let expected = try #require(expected, "\(name)", sourceLocation: sourceLocation)
        #expect(
            abs(actual - expected) <= Self.tolerance, "\(name): \(actual), expected \(expected)",
            sourceLocation: sourceLocation)
    }

    @Test(
        "pixel metrics",
        arguments: [
            "continuous", "ties", "few values", "worse than chance", "perfect", "skewed", "mostly defective",
        ])
    func pixels(name: String) throws {
        let scores = try golden.tensor("pixel.\(name).scores")
        let masks = try golden.tensor("pixel.\(name).masks")
        let expected = try expected("pixel.\(name)", as: [String: Double].self)
        let (pictures, side) = (masks.shape[0], masks.shape[1])
        var truth = PixelTruth()
        for picture in 0..<pictures {
            let values = masks.values[picture * side * side..<(picture + 1) * side * side]
            truth.append(BinaryMask(width: side, height: side, pixels: values.map { $0 > 0 ? 1 : 0 }))
        }
        for threads in 1...3 {
            let metrics = try scores.withUnsafeBufferPointer {
                try PixelMetrics.measure(scores: $0, truth: truth, threads: ComputeThreads(count: threads))
            }
            try check(metrics.auroc, expected["auroc"], "AUROC")
            try check(metrics.averagePrecision, expected["ap"], "AP")
            try check(metrics.f1Max, expected["f1"], "F1-max")
            try check(metrics.aupro, expected["aupro"], "AUPRO")
            try check(metrics.auproReference, expected["aupro-reference"], "aupro-reference")
        }
    }

    @Test("image metrics", arguments: ["continuous", "ties"])
    func images(name: String) throws {
        let expected = try expected("image.\(name)", as: [String: Double].self)
        let metrics = try ImageMetrics(
            scores: golden.tensor("image.\(name).scores").values,
            anomalous: golden.tensor("image.\(name).labels").values.map { $0 > 0 })
        try check(metrics.auroc, expected["auroc"], "AUROC")
        try check(metrics.averagePrecision, expected["ap"], "AP")
        try check(metrics.f1Max, expected["f1"], "F1-max")
    }

    @Test("multi-type metrics, a listed class never being true")
    func multiType() throws {
        let expected = try expected("types", as: [String: [Double]].self)
        let scores = try golden.tensor("types.scores")
        let labels = try golden.tensor("types.truth").values.map { UInt8($0) }
        let (classes, pixels) = (scores.shape[0], scores.shape[1])
        let values = scores.values
        var confusion = ConfusionMatrix(classes: ["normal", "scratch", "hole", "stain"])
        confusion.add(
            truth: labels,
            predicted: (0..<pixels).map { pixel in
                UInt8((0..<classes).max { values[$0 * pixels + pixel] < values[$1 * pixels + pixel] } ?? 0)
            })
        var truth = ClassTruth()
        truth.append(labels)
        var measured: [ClassMetrics] = []
        for label in 0..<classes {
            let channel = Array(values[label * pixels..<(label + 1) * pixels])
            measured.append(
                try channel.withUnsafeBufferPointer {
                    try ClassMetrics.measure(
                        label, scores: $0, truth: truth, confusion: confusion, threads: ComputeThreads(count: 2))
                })
        }
        for label in 0..<3 {
            try check(measured[label].auroc, expected["auroc"]?[label], "AUROC of \(label)")
            try check(measured[label].averagePrecision, expected["ap"]?[label], "AP of \(label)")
            try check(measured[label].f1, expected["f1"]?[label], "F1 of \(label)")
        }
        let metrics = MultiTypeMetrics(classes: measured, confusion: confusion)
        #expect(metrics.absentClasses == ["stain"])
        try check(metrics.macroAUROC, expected["macro"]?[0], "macro AUROC")
        try check(metrics.macroAveragePrecision, expected["macro"]?[1], "macro AP")
        try check(metrics.macroF1, expected["macro"]?[2], "macro F1")
    }
}
