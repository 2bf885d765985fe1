import AnomalyDetection
import ArgumentParser
import CLIP
import Foundation
import Tensors

/// `multiads model precision`: what faster number formats change on the user's own pictures.
struct ModelPrecisionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "precision",
        abstract: "Compare bf16 and int8 with f32 on your own pictures.",
        discussion: """
            Inspects every picture in float32 and in the faster number formats of this processor, and says how much features, \
            maps, scores and verdicts change, and what is gained. Take pictures of good and of bad parts, some of them \
            close calls:
              multiads model precision line/*.png --product-noun cable --defects bent,cut --model models/ViT-L-14-336

            --precision names a single format to compare. Exit codes: 0 compared, 1 something kept it from being done.
            """)

    @Argument(help: ArgumentHelp("JPEG or PNG files.", valueName: "image"), completion: .file())
    var images: [String]

    @OptionGroup(title: "Product") var product: ProductArguments
    @OptionGroup(title: "Model") var engine: EngineArguments
    @OptionGroup(title: "Formulas") var formulas: FormulaArguments

    @Flag(help: "Print one JSON object, every picture included.")
    var json = false

    @Flag(help: "Encode all prompts anew and keep nothing.")
    var noCache = false

    func run() throws {
        try Self.reporting {
            let progress = ProgressReporter()
            let report = PrecisionReport(try comparison(progress))
            progress.finish()
            Terminal.standardOutput.write(json ? report.json.pretty + "\n" : report.text)
        }
    }

    /// Inspects every picture in every format.
    ///
    /// - Parameter progress: Shows the advance.
    /// - Returns: What the formats change.
    /// - Throws: ``CommandFailure`` and others for models, products and pictures that cannot be used.
    func comparison(_ progress: ProgressReporter) throws -> PrecisionComparison {
        let reference = try inspector(.f32, progress)
        let others = try compared().map { try inspector($0, progress) }
        var comparison = PrecisionComparison(reference: reference, others: others)
        for (index, path) in images.enumerated() {
            progress.advance("comparing", index, of: images.count)
            try comparison.add(path)
        }
        return comparison
    }

    /// The formats to compare: the one that was asked for, or all faster ones of this processor.
    private func compared() throws -> [Precision] {
        if let asked = engine.arithmetic.format.precision, asked != .f32 { return [asked] }
        let usable = [Precision.bf16, .int8].filter { (precision: Precision) in
            (try? Arithmetic.resolve(engine: engine.arithmetic.engine.engine, precision: precision)) != nil
        }
        guard !usable.isEmpty else {
            throw CommandFailure(
                "expected an engine and a processor with bf16 or int8 products, found neither format here")
        }
        return usable
    }

    private func inspector(_ precision: Precision, _ progress: ProgressReporter) throws -> Inspector {
        var choice = engine.arithmetic
        choice.format = ArithmeticChoice.Format(rawValue: precision.rawValue) ?? .f32
        let model = try engine.load(choice) { progress.step("\(precision.rawValue): \($0)") }
        let ensemble = try ProductPrompts.ensemble(product, adapter: model.adapter)
        let folder =
            noCache ? nil : TextEmbeddingCache.defaultFolder(environment: ProcessInfo.processInfo.environment)
        let cache = folder.map { TextEmbeddingCache(folder: $0, modelKey: model.clip.textKey) }
        let states = try ProductPrompts.embeddings(of: ensemble, clip: model.clip, cache: cache, progress: progress)
        var inspector = try Inspector(
            model: model, ensemble: ensemble, states: states, formulas: formulas,
            side: model.imageSide(formulas.imageSize))
        try inspector.takeReferences(product.reference, progress: progress)
        return inspector
    }
}
