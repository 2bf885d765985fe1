import ArgumentParser
import CLIP
import Tensors

/// `multiads bench`: measurements on this machine.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure this machine.",
        discussion: """
            For example, the image tower at the paper's size:
              multiads bench tower --model models/ViT-L-14-336 --image-side 518

            Tools/bench/run.sh measures the same beside PyTorch, Tools/bench/metrics.sh the pixel metrics of an evaluation
            beside scikit-learn, run by run.
            Tools/bench/results.py measures lists, exports and start-up over a large store.
            """,
        subcommands: [
            BenchTowerCommand.self, BenchTrainingCommand.self, BenchBanksCommand.self, BenchSearchCommand.self,
            BenchMetricsCommand.self, BenchResultsCommand.self,
        ])
}

/// `multiads bench tower`: seconds per picture.
struct BenchTowerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tower",
        abstract: "Time the image tower.",
        discussion: """
            Prints median, minimum and maximum of the passes after one to warm up, the rate of matrix products measured \
            in the same run, and the process's peak memory, the mapped weights included.
              multiads bench tower --model models/ViT-L-14-336 --image-side 518 --repeat 5 --precision bf16
            """)

    @Option(help: ArgumentHelp("Model folder; without it the bundled model is used.", valueName: "dir"))
    var model: String?

    @Option(help: ArgumentHelp("Side of the picture in pixels; by default the model's own.", valueName: "n"))
    var imageSide: Int?

    @Option(name: .customLong("repeat"), help: ArgumentHelp("Timed passes.", valueName: "n"))
    var repeats = 5

    @Option(help: ArgumentHelp("Worker threads; by default all processors the process may use.", valueName: "n"))
    var threads: Int?

    @Option(help: "Number format of the network's matrix products.")
    var precision = ArithmeticChoice.Format.f32

    @Option(help: "Library that computes them.")
    var engine = ArithmeticChoice.Engine.auto

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        if let threads, threads < 1 { throw ValidationError("expected --threads of 1 or more, found \(threads)") }
        guard repeats >= 1 else { throw ValidationError("expected --repeat of 1 or more, found \(repeats)") }
    }

    func run() throws {
        try Self.reporting {
            let progress = ProgressReporter()
            let workers = threads.map(ComputeThreads.init(count:)) ?? .available()
            let files = try ModelLocation(folder: model).files()
            let arithmetic = try ArithmeticChoice(format: precision, engine: engine).resolve()
            let clip = try CLIPModel.load(files, arithmetic: arithmetic, threads: workers) { progress.step($0) }
            let side = imageSide ?? clip.configuration.vision.imageSize
            let benchmark = TowerBenchmark(model: clip, imageSide: side, threads: workers)
            let result = try benchmark.run(repeats: repeats, progress: progress)
            progress.finish()
            Terminal.standardOutput.write(
                json ? value(result, clip, side, workers).compact + "\n" : text(result, clip, side, workers))
        }
    }

    private func value(
        _ result: TowerBenchmark.Result, _ clip: CLIPModel, _ side: Int, _ workers: ComputeThreads
    ) -> OutputJSON {
        .members([
            "imageSide": .integer(side), "threads": .integer(workers.count),
            "kernel": .string(clip.arithmetic.description),
            "seconds": .array(result.seconds.map(OutputJSON.number)), "median": .number(result.median),
            "min": .number(result.seconds.min() ?? 0), "max": .number(result.seconds.max() ?? 0),
            "gigaOperations": .number(result.gigaOperations),
            "gigaflopsPerSecond": .number(result.gigaOperations / result.median),
            "gemmGigaflopsPerSecond": .number(result.gemmRate), "peakBytes": .integer(result.peakBytes),
        ])
    }

    private func text(
        _ result: TowerBenchmark.Result, _ clip: CLIPModel, _ side: Int, _ workers: ComputeThreads
    ) -> String {
        func seconds(_ value: Double?) -> String { TextLayout.decimal(value ?? 0, 4) + " s" }
        let rate = result.gigaOperations / result.median
        let rows = [
            [
                "image tower",
                "\(clip.configuration.architectureName), run at \(side), \(clip.arithmetic.precision.rawValue), "
                    + "\(workers.count) threads",
            ],
            [
                "seconds",
                "median \(seconds(result.median)), min \(seconds(result.seconds.min())), "
                    + "max \(seconds(result.seconds.max())), \(result.seconds.count) passes",
            ],
            [
                "rate",
                "\(TextLayout.decimal(rate, 1)) GFLOP/s, \(TextLayout.decimal(100 * rate / result.gemmRate, 0)) % of a "
                    + "matrix product's \(TextLayout.decimal(result.gemmRate, 1)) (\(clip.arithmetic.description))",
            ],
            ["peak memory", TextLayout.bytes(result.peakBytes)],
        ]
        return TextLayout.columns(rows).joined(separator: "\n") + "\n"
    }
}
