import ArgumentParser
import Storage

/// `multiads db`: care of a data folder.
struct DatabaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "db",
        abstract: "Migrate, check, back up or compact a data folder.",
        discussion: """
            check and backup work while the service runs; migrate and vacuum need it stopped:
              multiads db backup --data data monday.sqlite
              multiads db check --data data --full

            A backup is one file. To restore it, put it into an empty data folder under the name multiads.sqlite.
            They end with 0 when all is well, 1 when damage was found, 2 when they could not do their work.
            """,
        subcommands: [MigrateCommand.self, CheckCommand.self, BackupCommand.self, VacuumCommand.self])
}

/// The data folder that a command works on.
struct DataFolderArguments: ParsableArguments {
    @Option(help: ArgumentHelp("Data folder of the service.", valueName: "folder"))
    var data = ServiceSettings().data

    var folder: StoreFolder { StoreFolder(directory: data) }

    /// Runs a command's work and explains what the store reports.
    ///
    /// - Throws: ``CommandFailure`` with code 2.
    func explaining<Output>(_ body: (StoreFolder) async throws -> Output) async throws -> Output {
        do {
            return try await body(folder)
        } catch let error as StorageError {
            throw explained(error)
        }
    }

    /// What the store reports, with code 2.
    func explained(_ error: StorageError) -> CommandFailure {
        CommandFailure("data folder \(data): \(error.explanation)", exitCode: 2)
    }
}
