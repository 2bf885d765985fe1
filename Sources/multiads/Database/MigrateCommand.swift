import ArgumentParser
import Storage

/// `multiads db migrate`: brings the schema up to date.
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Bring the database's schema up to date.",
        discussion: """
            The service does this by itself when it starts. Each step is one transaction; make a backup first. A folder
            without a database gets an empty one.
            """)

    @OptionGroup var arguments: DataFolderArguments
    @Flag(help: "Only say what would be done.")
    var dryRun = false

    func run() async throws {
        try await Self.reporting {
            try await arguments.explaining { folder in
                let state = try await folder.schema()
                let steps = state.missing.joined(separator: ", ")
                guard !state.missing.isEmpty else {
                    try await folder.migrate()  // Says so when a step differs, or the database is newer.
                    Terminal.standardOutput.write("\(arguments.data): schema step \(state.version), nothing to do\n")
                    return
                }
                let next = state.version + state.missing.count
                if dryRun {
                    Terminal.standardOutput.write(
                        "\(arguments.data): schema step \(state.version), would become \(next): \(steps)\n")
                    return
                }
                let progress = ProgressReporter()
                progress.step("migrating \(TextLayout.bytes(folder.databaseBytes)): \(steps)")
                try await folder.migrate()
                progress.finish()
                Terminal.standardOutput.write("\(arguments.data): schema step \(state.version) → \(next): \(steps)\n")
            }
        }
    }
}
