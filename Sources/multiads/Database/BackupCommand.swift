import ArgumentParser
import Storage
import Synchronization

/// `multiads db backup`: copies the database, also while the service runs.
struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy everything into one file, also while the service runs.",
        discussion: """
            The copy is one state of the store, that of the moment at which the command began. The file appears under its
            name only when it is complete and on the device; a file that exists is never replaced.
            """)

    @Argument(help: ArgumentHelp("The file to make.", valueName: "file"))
    var file: String
    @OptionGroup var arguments: DataFolderArguments

    func run() async throws {
        try await Self.reporting {
            // Whatever cannot be opened from here on is the copy.
            _ = try await arguments.explaining { try await $0.schema() }
            let progress = SharedProgress()
            let bytes: Int
            do {
                bytes = try await arguments.folder.backup(to: file) { progress.advance("copying pages", $0, of: $1) }
            } catch let error as StorageError where error.code == .alreadyExists {
                throw CommandFailure("\(file): expected no file of that name, found one", exitCode: 2)
            } catch let error as StorageError where [.cannotOpen, .readOnly].contains(error.code) {
                throw CommandFailure("\(file): cannot be made: \(error.explanation)", exitCode: 2)
            } catch let error as StorageError {
                throw arguments.explained(error)
            }
            progress.finish()
            Terminal.standardOutput.write("\(file): \(TextLayout.bytes(bytes)), a copy of \(arguments.data)\n")
        }
    }
}

/// A reporter for work on another thread.
private final class SharedProgress: Sendable {
    private let reporter = Mutex(ProgressReporter())

    func advance(_ text: String, _ done: Int, of total: Int) {
        reporter.withLock { $0.advance(text, done, of: total) }
    }

    func finish() { reporter.withLock { $0.finish() } }
}
