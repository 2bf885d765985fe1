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

            Tools/bench/run.sh measures the same beside PyTorch, Tools/bench/prompts.sh the prompts of a product beside
            OpenCLIP, Tools/bench/metrics.sh the pixel metrics of an evaluation beside scikit-learn, run by run.
            Tools/bench/results.py measures lists, exports and start-up over a large store.
            """,
        subcommands: [
            BenchTowerCommand.self, BenchPromptsCommand.self, BenchTrainingCommand.self, BenchBanksCommand.self,
            BenchSearchCommand.self, BenchMetricsCommand.self, BenchResultsCommand.self,
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

    @OptionGroup var engine: BenchModelArguments

    @Option(help: ArgumentHelp("Side of the picture in pixels; by default the model's own.", valueName: "n"))
    var imageSide: Int?

    @Option(name: .customLong("repeat"), help: ArgumentHelp("Timed passes.", valueName: "n"))
    var repeats = 5

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard repeats >= 1 else { throw ValidationError("expected --repeat of 1 or more, found \(repeats)") }
    }

    func run() throws {
        try Self.reporting {
            let progress = ProgressReporter()
            let workers = engine.computeThreads
            let clip = try engine.load(progress)
            let side = imageSide ?? clip.configuration.vision.imageSize
            guard (clip.configuration.vision.patchSize...VisionTower.maximumSide).contains(side) else {
                throw ValidationError(
                    "expected --image-side from \(clip.configuration.vision.patchSize), the patch size, to "
                        + "\(VisionTower.maximumSide), found \(side)")
            }
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
