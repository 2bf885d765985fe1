import AnomalyDetection
import ArgumentParser
import CLIP
import Foundation

/// `multiads inspect`: pictures in, verdicts out, without a server.
struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Inspect pictures: is the part good, where is it not, and which defect is it.",
        discussion: """
            Zero-shot with the bundled model:
              multiads inspect part.jpg --product-noun cable --defects scratch,cut --overlay found.png

            With pictures of good parts, which sharpens the result (few-shot):
              multiads inspect line/*.png --product-noun cable --reference good/*.png

            Put the pictures first: --reference takes all names up to the next option.

            Several pictures with --overlay or --maps give numbered files: found-1.png, found-2.png, … in the order \
            of the pictures.

            Prompts are encoded once and kept in $XDG_CACHE_HOME/multiads (~/.cache/multiads).

            Exit codes: 0 every picture is ok, 1 at least one is not ok, 2 something could not be inspected or decided, \
            64 the command line is wrong.
            """)

    @Argument(help: ArgumentHelp("JPEG or PNG files.", valueName: "image"), completion: .file())
    var images: [String]

    @OptionGroup(title: "Product") var product: ProductArguments
    @OptionGroup(title: "Output") var output: OutputArguments
    @OptionGroup(title: "Model") var engine: EngineArguments
    @OptionGroup(title: "Formulas") var formulas: FormulaArguments

    /// The code for everything that keeps a picture from being inspected or decided; 1 means "not ok".
    private static let failureCode: Int32 = 2

    func run() throws {
        try Self.reporting(failureCode: Self.failureCode) {
            try output.check(pictures: images.count, inputs: images + product.reference)
            let progress = ProgressReporter()
            let inspector = try prepare(progress)
            var worst: Int32 = 0
            for (index, path) in images.enumerated() {
                progress.step(
                    images.count > 1 ? "inspecting \(index + 1) of \(images.count): \(path)" : "inspecting \(path)")
                worst = max(worst, report(path, number: index + 1, inspector, progress))
            }
            progress.finish()
            if worst > 0 { throw ExitCode(worst) }
        }
    }

    private func prepare(_ progress: ProgressReporter) throws -> Inspector {
        let model = try engine.load { progress.step($0) }
        let side = try model.imageSide(formulas.imageSize)
        let ensemble = try ProductPrompts.ensemble(product, adapter: model.adapter)
        let folder =
            output.noCache ? nil : TextEmbeddingCache.defaultFolder(environment: ProcessInfo.processInfo.environment)
        let cache = folder.map { TextEmbeddingCache(folder: $0, modelKey: model.clip.textKey) }
        let states = try ProductPrompts.embeddings(of: ensemble, clip: model.clip, cache: cache, progress: progress)
        var inspector = Inspector(model: model, ensemble: ensemble, states: states, formulas: formulas, side: side)
        try inspector.takeReferences(product.reference, progress: progress)
        return inspector
    }

    /// Inspects one picture, prints and writes what is asked for, and gives the exit code it stands for.
    private func report(_ path: String, number: Int, _ inspector: Inspector, _ progress: ProgressReporter) -> Int32 {
        let inspection: Inspection
        do {
            inspection = try inspector.inspect(path)
            let files = InspectionFiles(inspector: inspector)
            if let maps = output.maps {
                try files.writeMaps(inspection, to: OutputArguments.numbered(maps, number, of: images.count))
            }
            if let overlay = output.overlay {
                try files.writeOverlay(inspection, to: OutputArguments.numbered(overlay, number, of: images.count))
            }
        } catch {
            progress.finish()
            // One picture that cannot be read must not hide the others' verdicts.
            Terminal.standardError.write("multiads: \(error)\n")
            if output.json { Terminal.standardOutput.write(InspectionJSON.failure(path, error).compact + "\n") }
            return Self.failureCode
        }
        progress.finish()
        let terminal = Terminal.standardOutput
        if output.json {
            terminal.write(InspectionJSON.result(inspection, inspector).compact + "\n")
        } else {
            let block = InspectionText(terminal: terminal).block(inspection, shots: inspector.references.count)
            terminal.write(number > 1 ? "\n" + block : block)
        }
        return switch inspection.findings.verdict {
        case .ok: 0
        case .notOk: 1
        case .undecidable: Self.failureCode
        }
    }
}
