import ArgumentParser
import Checkpoints
import Evaluation
import Foundation
import Images
import Tensors

/// `multiads bench metrics`: seconds for all pixel metrics of one product.
struct BenchMetricsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "metrics",
        abstract: "Time the pixel metrics of one product.",
        discussion: """
            AUROC, AP, F1-max, exact AUPRO and AUPRO by 200 thresholds, of maps and masks in one file:
              multiads bench metrics pixels.safetensors --threads 2

            The file holds `scores` [pictures, side, side] and `masks` of the same shape, 0 for normal. \
            Tools/bench/metrics.sh makes one and measures the same beside scikit-learn.
            """)

    @Argument(help: ArgumentHelp("Maps and masks.", valueName: "file"), completion: .file(extensions: ["safetensors"]))
    var file: String

    @Option(name: .customLong("repeat"), help: ArgumentHelp("Timed passes.", valueName: "n"))
    var repeats = 3

    @Option(help: ArgumentHelp("Worker threads; by default all processors the process may use.", valueName: "n"))
    var threads: Int?

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        if let threads, threads < 1 { throw ValidationError("expected --threads of 1 or more, found \(threads)") }
        guard repeats >= 1 else { throw ValidationError("expected --repeat of 1 or more, found \(repeats)") }
    }

    func run() throws {
        try Self.reporting {
            let workers = threads.map(ComputeThreads.init(count:)) ?? .available()
            let source = try CheckpointFile.open(path: file)
            let scores = try source.tensor("scores")
            let masks = try source.tensor("masks")
            guard scores.shape.count == 3, scores.shape == masks.shape else {
                throw CommandFailure(
                    "\(file): expected scores and masks of one shape [pictures, side, side], found \(scores.shape) and "
                        + "\(masks.shape)")
            }
            let pictures = Self.pictures(masks)
            var seconds: [Double] = []
            let processorStart = clock()
            var metrics: PixelMetrics?
            for _ in 0..<repeats {
                let watch = Stopwatch()
                var truth = PixelTruth()
                for picture in pictures { truth.append(picture) }
                metrics = try scores.withUnsafeBufferPointer {
                    try PixelMetrics.measure(scores: $0, truth: truth, threads: workers)
                }
                seconds.append(watch.seconds)
            }
            let processor = Double(clock() - processorStart) / Double(CLOCKS_PER_SEC) / Double(repeats)
            guard let metrics else { return }
            Terminal.standardOutput.write(
                json
                    ? value(metrics, seconds, processor).compact + "\n"
                    : text(metrics, seconds, processor, scores.count, workers))
        }
    }

    private static func pictures(_ masks: Tensor) -> [BinaryMask] {
        let (height, width) = (masks.shape[1], masks.shape[2])
        return masks.withUnsafeBufferPointer { values in
            (0..<masks.shape[0]).map { picture in
                let pixels = values[picture * height * width..<(picture + 1) * height * width]
                return BinaryMask(width: width, height: height, pixels: pixels.map { $0 == 0 ? 0 : 1 })
            }
        }
    }

    private func value(_ metrics: PixelMetrics, _ seconds: [Double], _ processor: Double) -> OutputJSON {
        func number(_ value: Double?) -> OutputJSON { value.map(OutputJSON.number) ?? .null }
        return .members([
            "seconds": .array(seconds.map(OutputJSON.number)), "processorSeconds": .number(processor),
            "peakBytes": .integer(TowerBenchmark.peakBytes()),
            "auroc": number(metrics.auroc), "ap": number(metrics.averagePrecision), "f1": number(metrics.f1Max),
            "aupro": number(metrics.aupro), "auproReference": number(metrics.auproReference),
        ])
    }

    private func text(
        _ metrics: PixelMetrics, _ seconds: [Double], _ processor: Double, _ pixels: Int, _ workers: ComputeThreads
    ) -> String {
        let ordered = seconds.sorted()
        let rows = [
            ["pixels", "\(TextLayout.grouped(pixels)), \(workers.count) threads"],
            [
                "seconds",
                "median \(TextLayout.decimal(ordered[ordered.count / 2], 2)), min \(TextLayout.decimal(ordered[0], 2)), "
                    + "\(seconds.count) passes, \(TextLayout.decimal(processor, 2)) of processor time",
            ],
            ["AUROC", EvaluationText.percent(metrics.auroc)], ["AP", EvaluationText.percent(metrics.averagePrecision)],
            ["F1-max", EvaluationText.percent(metrics.f1Max)], ["AUPRO", EvaluationText.percent(metrics.aupro)],
            ["AUPRO-ref", EvaluationText.percent(metrics.auproReference)],
            ["peak memory", TextLayout.bytes(TowerBenchmark.peakBytes())],
        ]
        return TextLayout.columns(rows).joined(separator: "\n") + "\n"
    }
}
