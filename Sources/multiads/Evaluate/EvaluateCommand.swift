import AnomalyDetection
import ArgumentParser
import CLIP
import Datasets
import Evaluation
import Foundation

/// `multiads evaluate`: the numbers that papers report, on a dataset of any layout.
struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Measure a model on a dataset, as the tables of papers do.",
        discussion: """
            Zero-shot, with the bundled model:
              multiads evaluate data/my-parts --out results

            The paper's tables, with adapters trained on another dataset:
              multiads evaluate data/visa --dataset visa --compare paper \\
                --model models/ViT-L-14-336 --adapter mvtec.safetensors \\
                --shots 1,2,4,8 --seeds 3 --out results/visa

            One pass over the pictures gives zero-shot and every number of shots. The folder --out holds report.html, \
            scores.csv, evaluation.json and a folder for each product; a run that was ended goes on after the last finished product.

            Ablations: --stages 6,12,18; --score-rule max (no global score); --phrases single; --filter.

            Memory, besides the model: about 20 bytes for every pixel of one product's test pictures at --image-size \
            (100 pictures of 518²: 0.5 GB), and for every reference 16 kB a patch. Disk, while a product is measured: \
            4 bytes a pixel for every setting and defect type.

            Exit codes: 0 measured, 1 something kept it from being measured, 64 the command line is wrong.
            """)

    @OptionGroup(title: "Dataset") var source: DatasetArguments
    @OptionGroup(title: "What is measured") var choice: EvaluateArguments
    @OptionGroup(title: "Output") var output: EvaluateOutputArguments
    @OptionGroup(title: "Model") var engine: EngineArguments

    func run() throws {
        try Self.reporting {
            let progress = ProgressReporter()
            let knowledge = try source.knowledge()
            let dataset = try choice.limited(try opened(knowledge))
            let model = try engine.load { progress.step($0) }
            let options = try choice.options(model)
            let folder = output.folder(dataset.kind)
            try OutputFile.makeFolder(folder)
            let evaluator = try Evaluator(
                model: model, modelName: engine.model.map(Self.lastName) ?? "bundled", program: Version.text,
                source: choice.source?.rawValue, dataset: dataset, knowledge: knowledge,
                wording: choice.wording(source), options: options, folder: folder)
            let follower = EvaluateProgress(progress: progress)
            let run = try evaluator.run(
                embed: encoder(model, progress).embeddings, report: follower.show)
            progress.finish()
            let summary = EvaluationSummary(run)
            try output.write(run, summary, to: folder)
            print(run, summary, folder)
        }
    }

    private func opened(_ knowledge: KnowledgeBase) throws -> Dataset {
        var source = source
        if choice.phrases == .single {
            guard source.variant == nil else {
                throw ValidationError("expected either --phrases single or --variant, found both")
            }
            source.variant = "single-phrase"
        }
        do {
            return try source.open(knowledge)
        } catch let error as KnowledgeBaseError where choice.phrases == .single {
            throw CommandFailure(
                "--phrases single: expected a dataset with phrases of its own, such as --dataset mvtec-ad; \(error)")
        }
    }

    private func encoder(_ model: InspectionModel, _ progress: ProgressReporter) -> StateEncoder {
        let folder =
            output.noCache ? nil : TextEmbeddingCache.defaultFolder(environment: ProcessInfo.processInfo.environment)
        return StateEncoder(
            clip: model.clip, cache: folder.map { TextEmbeddingCache(folder: $0, modelKey: model.clip.textKey) },
            progress: progress)
    }

    private func print(_ run: EvaluationRun, _ summary: EvaluationSummary, _ folder: String) {
        let terminal = Terminal.standardOutput
        if output.json {
            terminal.write(EvaluationJSON.document(run, summary).pretty + "\n")
            return
        }
        let text = EvaluationText(run: run, summary: summary, terminal: terminal)
        terminal.write(text.page)
        if output.compare != nil { terminal.write("\n" + text.comparison) }
        terminal.write("\n\(terminal.styled("\(folder)/report.html, scores.csv, evaluation.json", .dim))\n")
    }

    private static func lastName(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }
}
