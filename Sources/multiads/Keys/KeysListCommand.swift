import ArgumentParser
import InspectionService

/// `multiads keys list`: which keys there are.
struct KeysListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the keys by name, with role and time; the keys themselves are not kept.")

    @OptionGroup var arguments: KeyFileArguments

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        try Self.reporting {
            let file = arguments.keyFile
            let records = try Self.records(file)
            if json { return Terminal.standardOutput.write(Self.value(file, records).pretty + "\n") }
            guard let records, !records.isEmpty else {
                let state =
                    records == nil
                    ? "there is no such file, so the service asks nobody for a key"
                    : "there is no key in it, so the service lets nobody in"
                return Terminal.standardError.write("\(file.path): \(state)\n")
            }
            let rows = [["NAME", "ROLE", "CREATED"]] + records.map { [$0.name, $0.role.rawValue, $0.created] }
            Terminal.standardOutput.write(TextLayout.columns(rows).joined(separator: "\n") + "\n")
        }
    }

    /// The keys; nil where there is no file.
    private static func records(_ file: AccessKeyFile) throws(AccessKeyError) -> [AccessKeyRecord]? {
        do throws(AccessKeyError) {
            return try file.read().records
        } catch {
            guard error.code == .notFound else { throw error }
            return nil
        }
    }

    private static func value(_ file: AccessKeyFile, _ records: [AccessKeyRecord]?) -> OutputJSON {
        .members([
            "file": .string(file.path), "exists": .bool(records != nil),
            "keys": .array(
                (records ?? []).map {
                    .members([
                        "name": .string($0.name), "role": .string($0.role.rawValue), "createdAt": .string($0.created),
                    ])
                }),
        ])
    }
}
