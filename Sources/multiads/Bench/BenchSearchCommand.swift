import AnomalyDetection
import ArgumentParser
import CLIP
import Synthesis
import Tensors

/// `multiads bench search`: seconds per search of a memory bank, beside those of the image tower.
struct BenchSearchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Time the search of memory banks beside the image tower.",
        discussion: """
            Encodes synthetic pictures of one product, good ones as references and one with a defect, and searches the \
            references' banks in each number format. Deviations are those of the distances of patches, every stage, from comparing \
            each with each in float32. For example ViT-L-14 at 518 pixels with 16 references:
              multiads bench search --model models/ViT-L-14-336 --image-side 518 --shots 4,16 --precision bf16
            """)

    @OptionGroup var engine: EngineArguments

    @Option(help: ArgumentHelp("References in the bank, such as 4,16.", valueName: "list"))
    var shots = Counts(values: [4, 16])

    @Option(help: ArgumentHelp("Product, one of `multiads synth --list`.", valueName: "name"))
    var product = "hex_nut"

    @Option(help: ArgumentHelp("Side of the pictures in pixels; by default the model's own.", valueName: "n"))
    var imageSide: Int?

    @Option(name: .customLong("repeat"), help: ArgumentHelp("Timed searches.", valueName: "n"))
    var repeats = 5

    /// Positive numbers, separated by commas.
    struct Counts: ExpressibleByArgument {
        let values: [Int]

        init(values: [Int]) { self.values = values }

        init?(argument: String) {
            guard let list = StageList(argument: argument) else { return nil }
            values = list.blocks
        }

        var defaultValueDescription: String { values.map(String.init).joined(separator: ",") }
    }

    func validate() throws {
        guard repeats >= 1 else { throw ValidationError("expected --repeat of 1 or more, found \(repeats)") }
    }

    func run() throws {
        try Self.reporting {
            let progress = ProgressReporter()
            let model = try engine.load { progress.step($0) }
            let side = imageSide ?? model.defaultImageSide
            let benchmark = SearchBenchmark(model: model, imageSide: side, product: product)
            let most = shots.values.max() ?? 1
            let pictures = try benchmark.pictures(references: most, progress: progress)
            var rows = [
                [
                    "references", "bank", "size", "of float32", "made in", "search: median", "least", "of the tower",
                    "deviation: largest", "mean",
                ]
            ]
            for count in shots.values {
                rows += try benchmark.measure(pictures, references: count, repeats: repeats, progress: progress)
                    .map { row($0, tower: pictures.towerSeconds, count) }
            }
            progress.finish()
            let subject =
                "\(model.clip.configuration.architectureName), \(product), side \(side), \(model.threads.count) threads, "
                + "\(model.clip.arithmetic.description): tower median "
                + "\(TextLayout.decimal(Statistics.median(pictures.towerSeconds), 3)) s, least "
                + "\(TextLayout.decimal(pictures.towerSeconds.min() ?? .nan, 3)) s"
            let table = TextLayout.columns(rows, rightAligned: Set([0] + Array(2..<rows[0].count)))
            Terminal.standardOutput.write(([subject, ""] + table).joined(separator: "\n") + "\n")
        }
    }

    private func row(_ result: SearchBenchmark.Result, tower: [Double], _ count: Int) -> [String] {
        let median = Statistics.median(result.seconds)
        let share = median / Statistics.median(tower)
        return [
            "\(count)", result.name, TextLayout.bytes(result.bytes),
            TextLayout.decimal(100 * result.share, 0) + " %",
            result.makingSeconds.map { TextLayout.decimal($0 * 1000, 0) + " ms" } ?? "",
            TextLayout.decimal(median * 1000, 1) + " ms",
            TextLayout.decimal((result.seconds.min() ?? .nan) * 1000, 1) + " ms",
            TextLayout.decimal(100 * share, 1) + " %", TextLayout.decimal(Double(result.largestDeviation), 6),
            TextLayout.decimal(result.meanDeviation, 7),
        ]
    }
}
