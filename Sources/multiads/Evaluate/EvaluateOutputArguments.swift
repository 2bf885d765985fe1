import ArgumentParser
import Datasets
import Evaluation

/// Where results go.
struct EvaluateOutputArguments: ParsableArguments {
    /// What results are compared with.
    enum Comparison: String, ExpressibleByArgument, CaseIterable {
        case paper
    }

    @Option(
        help: ArgumentHelp("Folder for results; by default evaluation-KIND here.", valueName: "dir"),
        completion: .directory)
    var out: String?

    @Option(help: "Print the published numbers of the method and its baselines beside these.")
    var compare: Comparison?

    @Flag(help: "Print one JSON object instead of tables.")
    var json = false

    @Flag(help: "Neither read nor write encoded prompts in the cache folder.")
    var noCache = false

    /// The folder for results on a dataset.
    func folder(_ kind: DatasetKind) -> String { out ?? "evaluation-\(kind.rawValue)" }

    /// Writes every form of the results.
    func write(_ run: EvaluationRun, _ summary: EvaluationSummary, to folder: String) throws {
        for (name, text) in [
            ("scores.csv", ScoreTable.text(run)),
            ("evaluation.json", EvaluationJSON.document(run, summary).pretty + "\n"),
            ("report.html", EvaluationPage(run: run, summary: summary, folder: folder).html),
        ] {
            try Array(text.utf8).withUnsafeBytes { try OutputFile.write($0, to: "\(folder)/\(name)") }
        }
    }
}
