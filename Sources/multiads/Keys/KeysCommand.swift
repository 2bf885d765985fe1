public import ArgumentParser  // public, because the conformance of a public type is
public import InspectionService

extension AccessRole: ExpressibleByArgument {}

/// `multiads keys`: who may use the service.
struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Make, list and revoke the access keys of a service.",
        discussion: """
            Without keys a service asks nobody who he is. The first key changes that, also while the service runs; it reads \
            the file again within a second or two of each change:
              multiads keys add office --role admin --data data
              multiads keys add camera-3 --role line --data data
              curl -H "Authorization: Bearer $KEY" http://127.0.0.1:8080/products

            A key is shown once, when it is made; the file holds digests only. Roles, each with what those before it may do:
              line      inspect pictures, see products
              operator  see results, references, calibrations; label; simulate thresholds
              admin     change products, references and thresholds; remove results
            """,
        subcommands: [KeysAddCommand.self, KeysListCommand.self, KeysRevokeCommand.self])
}

/// The key file that a command works on.
struct KeyFileArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Data folder of the service, which has them in a file “keys”. (default: data)", valueName: "dir"))
    var data: String?

    @Option(help: ArgumentHelp("Key file elsewhere, as the service's access.keys names it.", valueName: "file"))
    var file: String?

    func validate() throws {
        guard data == nil || file == nil else {
            throw ValidationError("expected --data or --file, found both; --file stands for itself")
        }
        if let data, data.isEmpty { throw ValidationError("expected a folder behind --data, found no name") }
        if let file, file.isEmpty { throw ValidationError("expected a file behind --file, found no name") }
    }

    /// The data folder; nil where the file is elsewhere.
    var folder: String? { file == nil ? data ?? ServiceSettings().data : nil }

    var keyFile: AccessKeyFile {
        file.map(AccessKeyFile.init(path:)) ?? AccessKeyFile(inDataFolder: folder ?? ServiceSettings().data)
    }
}
