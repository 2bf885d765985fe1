import ArgumentParser
import Foundation
import Storage

/// `multiads db vacuum`: gives unused room back.
struct VacuumCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vacuum",
        abstract: "Write the database anew, without unused room; the service must be stopped.",
        discussion: """
            Retention gives room back by itself, a little at a time. This gives back all of it, and leaves no trace of
            what was deleted. It needs twice the database's size of free room in the data folder, and minutes for many
            gigabytes.
            """)

    @OptionGroup var arguments: DataFolderArguments

    func run() async throws {
        try await Self.reporting {
            try await arguments.explaining { folder in
                let before = folder.databaseBytes
                guard before == 0 || folder.freeBytes > 2 * before else {
                    throw CommandFailure(
                        "data folder \(arguments.data): expected \(TextLayout.bytes(2 * before)) of free room, "
                            + "found \(TextLayout.bytes(folder.freeBytes))", exitCode: 2)
                }
                // SQLite writes the new database there first; the system's own folder is often small.
                setenv("SQLITE_TMPDIR", arguments.data, 1)
                let progress = ProgressReporter()
                progress.step("writing \(TextLayout.bytes(before)) anew")
                try await folder.vacuum()
                progress.finish()
                Terminal.standardOutput.write(
                    "\(arguments.data): \(TextLayout.bytes(before)) → \(TextLayout.bytes(folder.databaseBytes))\n")
            }
        }
    }
}
