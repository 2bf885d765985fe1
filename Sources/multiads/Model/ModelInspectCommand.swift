import ArgumentParser
import CLIP
import Foundation

/// `multiads model inspect`: what a model is.
struct ModelInspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show a model's architecture, parameters, files and digests.",
        discussion: """
            Takes a model folder, a single checkpoint (safetensors, .pt, .pth, .bin), or nothing for the bundled model.
              multiads model inspect models/ViT-L-14-336
              multiads model inspect adapter.pth --tensors

            Nothing in a file is executed. Exit codes: 0 usable, 1 a problem was found.
            """)

    @Argument(help: ArgumentHelp("Model folder or checkpoint file.", valueName: "dir|file"), completion: .file())
    var source: String?

    @Flag(help: "List every tensor with its shape and type.")
    var tensors = false

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        try Self.reporting {
            let progress = ProgressReporter()
            let report = try Self.report(source, progress)
            progress.finish()
            let terminal = Terminal.standardOutput
            terminal.write(
                json
                    ? ModelReportJSON.value(report, listsTensors: tensors).pretty + "\n"
                    : ModelReportText(terminal: terminal).text(report, listsTensors: tensors))
            if !report.problems.isEmpty { throw ExitCode(1) }
        }
    }

    private static func report(_ source: String?, _ progress: ProgressReporter) throws -> ModelReport {
        guard let source else {
            return ModelReport(folder: ModelLocation.bundledFiles, path: nil, progress: progress)
        }
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: source, isDirectory: &isFolder) else {
            throw CommandFailure("expected a model folder or file at \(source), found nothing there")
        }
        return isFolder.boolValue
            ? ModelReport(folder: ModelFiles(folder: source), path: source, progress: progress)
            : try ModelReport(file: source, progress: progress)
    }
}
