import ArgumentParser
import Storage

/// `multiads db check`: looks for damage.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Look for damage, also while the service runs.",
        discussion: "Reads every page of the database. What it finds is listed, one line each.")

    @OptionGroup var arguments: DataFolderArguments
    @Flag(help: "Also compare indexes with their tables, and follow references between tables; much slower.")
    var full = false

    func run() async throws {
        try await Self.reporting {
            try await arguments.explaining { folder in
                let progress = ProgressReporter()
                let watch = Stopwatch()
                let size = TextLayout.bytes(folder.databaseBytes)
                progress.step("checking \(size)")
                let findings: [String]
                do {
                    findings = try await folder.check(full ? .full : .quick)
                } catch let error as StorageError where error.code == .corrupt {
                    // Too damaged even to look further.
                    findings = [error.description]
                }
                progress.finish()
                for finding in findings { Terminal.standardOutput.write(finding + "\n") }
                guard findings.isEmpty else {
                    throw CommandFailure(
                        "data folder \(arguments.data): expected a whole database, found "
                            + "\(findings.count)\(findings.count == 100 ? " or more" : "") faults; restore a backup",
                        exitCode: 1)
                }
                Terminal.standardOutput.write(
                    "\(arguments.data): no damage (\(full ? "full" : "quick") check of \(size), "
                        + "\(TextLayout.decimal(watch.seconds, 1)) s)\n")
            }
        }
    }
}
