import AnomalyDetection
import ArgumentParser
import Datasets
import Tensors

/// `multiads bench banks`: number formats and sizes of memory banks.
struct BenchBanksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "banks",
        abstract: "Compare number formats and sizes of memory banks on a dataset.",
        discussion: """
            For every product the first good training pictures are the references, and its test pictures are searched in \
            banks of float32, float16 and int8, and of float16 with fewer rows. Printed are size, time, the deviation \
            from float32's distances, and what the reference map alone is worth.
              multiads synth ./data --products wood,hex_nut --train 16 --good 16 --defects 3 --side 256
              multiads bench banks ./data --shots 16 --rows 2048,1024,512
            """)

    @OptionGroup var source: DatasetArguments
    @OptionGroup var engine: EngineArguments

    @Option(help: ArgumentHelp("References per product.", valueName: "n"))
    var shots = 4

    @Option(help: ArgumentHelp("Caps of rows per stage, such as 1024,512.", valueName: "list"))
    var rows: StageList?

    @Option(help: ArgumentHelp("Side of the pictures in pixels; by default the model's own.", valueName: "n"))
    var imageSide: Int?

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard shots >= 1 else { throw ValidationError("expected --shots of 1 or more, found \(shots)") }
    }

    func run() throws {
        try Self.reporting {
            let progress = ProgressReporter()
            let dataset = try source.open(source.knowledge())
            let model = try engine.load { progress.step($0) }
            let side = imageSide ?? model.defaultImageSide
            let benchmark = BankBenchmark(model: model, imageSide: side, shots: shots)
            var results = variants.map { BankBenchmark.Result(variant: $0) }
            for product in dataset.products {
                try benchmark.measure(product, of: dataset, into: &results, progress: progress)
            }
            progress.finish()
            Terminal.standardOutput.write(
                json ? value(results, side, model).compact + "\n" : text(results, side, model, dataset))
        }
    }

    private var variants: [BankBenchmark.Variant] {
        CompactRows.Element.allCases.map { BankBenchmark.Variant(element: $0, maxRows: nil) }
            + (rows?.blocks ?? []).map { BankBenchmark.Variant(element: .float16, maxRows: $0) }
    }

    private func value(_ results: [BankBenchmark.Result], _ side: Int, _ model: InspectionModel) -> OutputJSON {
        let banks = results.map { result in
            OutputJSON.members([
                "element": .string(result.variant.element.rawValue),
                "maxRows": result.variant.maxRows.map { .integer($0) } ?? .null, "rows": .integer(result.rows),
                "bytes": .integer(result.bytes), "searchSeconds": .number(result.median),
                "meanError": .number(result.errorSum / Double(max(result.patches, 1))),
                "maxError": .number(Double(result.errorMaximum)), "imageAUROC": .number(Self.mean(result.imageAUROC)),
                "pixelAUROC": .number(Self.mean(result.pixelAUROC)), "aupro": .number(Self.mean(result.aupro)),
            ])
        }
        return .members([
            "shots": .integer(shots), "imageSide": .integer(side), "threads": .integer(model.threads.count),
            "banks": .array(banks),
        ])
    }

    private func text(
        _ results: [BankBenchmark.Result], _ side: Int, _ model: InspectionModel, _ dataset: Dataset
    ) -> String {
        let head = [
            "bank", "rows", "size", "search", "mean error", "largest", "image AUROC", "pixel AUROC", "AUPRO",
        ]
        let rows = results.map { result in
            [
                result.variant.element.rawValue + (result.variant.maxRows.map { ", at most \($0)" } ?? ""),
                "\(result.rows)", TextLayout.bytes(result.bytes), TextLayout.decimal(result.median * 1000, 2) + " ms",
                TextLayout.decimal(result.errorSum / Double(max(result.patches, 1)), 6),
                TextLayout.decimal(Double(result.errorMaximum), 6), TextLayout.decimal(Self.mean(result.imageAUROC), 4),
                TextLayout.decimal(Self.mean(result.pixelAUROC), 4), TextLayout.decimal(Self.mean(result.aupro), 4),
            ]
        }
        let subject =
            "\(dataset.products.count) products, \(shots) references each, side \(side), \(model.threads.count) threads; "
            + "rows per stage, sizes of all products, means over products"
        let table = TextLayout.columns([head] + rows, rightAligned: Set(1..<head.count))
        return ([subject, ""] + table).joined(separator: "\n") + "\n"
    }

    private static func mean(_ values: [Double]) -> Double {
        values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
    }
}

extension BankBenchmark.Result {
    /// Median seconds of searching one picture.
    fileprivate var median: Double { Statistics.median(seconds) }
}
