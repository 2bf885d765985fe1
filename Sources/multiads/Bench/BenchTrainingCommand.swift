import ArgumentParser
import Tensors

/// `multiads bench training`: pictures per second.
struct BenchTrainingCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "training",
        abstract: "Time the training of adapters from features on disk.",
        discussion: """
            Sizes are real, contents random: those of the bundled model, or with --large those of ViT-L-14-336 at 518 \
            pixels with MVTec AD's 21 states. Features are read from float16 files as in a training.
              multiads bench training --large --repeat 5 --threads 2
            """)

    @Flag(help: "The sizes of ViT-L-14-336 at 518 pixels instead of the bundled model's at 256.")
    var large = false

    @Option(help: ArgumentHelp("Pictures per step.", valueName: "n"))
    var batchSize = 8

    @Option(name: .customLong("repeat"), help: ArgumentHelp("Timed steps.", valueName: "n"))
    var repeats = 20

    @Option(help: ArgumentHelp("Worker threads; by default all processors the process may use.", valueName: "n"))
    var threads: Int?

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        for (name, value) in [("threads", threads ?? 1), ("repeat", repeats), ("batch-size", batchSize)]
        where !(1...4096).contains(value) {
            throw ValidationError("expected --\(name) from 1 to 4096, found \(value)")
        }
    }

    func run() throws {
        try Self.reporting {
            let progress = ProgressReporter()
            let workers = threads.map(ComputeThreads.init(count:)) ?? .available()
            let shape = large ? TrainingBenchmark.Shape.large : .small
            let benchmark = TrainingBenchmark(shape: shape, batchSize: batchSize, threads: workers)
            let result = try benchmark.run(repeats: repeats, progress: progress)
            progress.finish()
            let (rate, fastest) = (result.picturesPerSecond, Double(batchSize) / (result.seconds.min() ?? 1))
            let value = OutputJSON.members([
                "shape": .string(shape.name), "imageSide": .integer(shape.side), "states": .integer(shape.states),
                "threads": .integer(workers.count), "batchSize": .integer(batchSize),
                "seconds": .array(result.seconds.map(OutputJSON.number)), "picturesPerSecond": .number(rate),
            ])
            let text =
                "training  \(shape.name) at \(shape.side), \(shape.states) states, batch \(batchSize), "
                + "\(workers.count) threads\nrate      median \(TextLayout.decimal(rate, 1)) pictures/s, best "
                + "\(TextLayout.decimal(fastest, 1)), \(result.seconds.count) steps\n"
            Terminal.standardOutput.write(json ? value.compact + "\n" : text)
        }
    }
}
