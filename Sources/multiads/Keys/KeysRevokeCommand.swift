import ArgumentParser
import InspectionService

/// `multiads keys revoke`: takes a key back.
struct KeysRevokeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Take a key back; a running service refuses it within two seconds.",
        discussion: """
            When no key is left, the service lets nobody in. To open it to everybody again, remove the file and restart it.
            """)

    @Argument(help: ArgumentHelp("The key's name.", valueName: "name"))
    var name: String

    @OptionGroup var arguments: KeyFileArguments

    func run() throws {
        try Self.reporting {
            let file = arguments.keyFile
            // A file that does not exist is not made.
            _ = try file.read()
            let (record, left) = try file.update { text throws(AccessKeyError) in
                let record = try text.remove(name)
                return (record, text.records.count)
            }
            Terminal.standardOutput.write("Revoked the key “\(record.name)” of role \(record.role.rawValue).\n")
            if left == 0 {
                Terminal.standardError.write(
                    "No key is left in \(file.path): the service lets nobody in until one is added.\n")
            }
        }
    }
}
