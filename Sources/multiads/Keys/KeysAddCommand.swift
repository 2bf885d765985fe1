import ArgumentParser
import InspectionService

/// `multiads keys add`: makes a key.
struct KeysAddCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Make a key and print it, this once.",
        discussion: """
            The key stands alone on standard output, so that a script can take it; everything else goes to standard error:
              KEY=$(multiads keys add camera-3 --role line --data data)

            The file is made when it is missing, readable by its owner only.
            """)

    @Argument(
        help: ArgumentHelp("What people and logs call it: 1 to 64 of letters, digits, . _ and -", valueName: "name"))
    var name: String

    @Option(help: "What it allows; each role may do all that those before it may.")
    var role: AccessRole

    @OptionGroup var arguments: KeyFileArguments

    func run() throws {
        try Self.reporting {
            let environment = ServiceEnvironment.system
            let key = AccessKey(random: environment.random)
            let record = try AccessKeyRecord(name: name, role: role, key: key, at: environment.now())
            if let folder = arguments.folder { try OutputFile.makeFolder(folder, mode: 0o700) }
            let file = arguments.keyFile
            let count = try file.update { text throws(AccessKeyError) in
                try text.add(record)
                return text.records.count
            }
            Terminal.standardOutput.write(key.secret + "\n")
            Terminal.standardError.write(
                """
                Made the key “\(name)” of role \(role.rawValue) in \(file.path); it is not shown again. Clients send
                it as “Authorization: Bearer KEY”. A running service takes it within two seconds.

                """)
            if count == 1 {
                Terminal.standardError.write(
                    "It is the only key: from now on the service refuses whoever does not show it.\n")
            }
        }
    }
}
