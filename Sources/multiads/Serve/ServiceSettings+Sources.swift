import HTTPServer
import InspectionService

extension ServiceSettings {
    /// Joins the sources: flags beat the environment, which beats the file, which beats the defaults.
    ///
    /// - Parameters:
    ///   - flags: Values by setting name, already checked.
    ///   - environment: Variables named as ``Setting/variable`` says; an empty one counts as absent.
    ///   - file: The YAML file's text and path, or nil.
    /// - Returns: The settings, and the names of variables that look like ours but are not known.
    /// - Throws: ``CommandFailure`` naming the source, the key, what was expected and what was found.
    static func resolve(
        flags: [String: SettingValue], environment: [String: String], file: (text: String, path: String)?
    ) throws -> (settings: ServiceSettings, unknownVariables: [String]) {
        let all = Setting.all()
        let fromFile = try file.map { try SettingsFile(text: $0.text, file: $0.path, settings: all) }
        var settings = ServiceSettings()
        for setting in all {
            if let value = fromFile?.values[setting.name] { setting.apply(value, to: &settings) }
            if let text = environment[setting.variable], !text.isEmpty {
                guard let value = setting.kind.value(of: text) else {
                    throw CommandFailure(
                        "environment variable \(setting.variable): expected \(setting.kind.expectation), found “\(text)”"
                    )
                }
                setting.apply(value, to: &settings)
            }
            if let value = flags[setting.name] { setting.apply(value, to: &settings) }
        }
        try settings.check()
        let known = Set(all.map(\.variable)).union([configVariable])
        let unknown = environment.keys.filter { $0.hasPrefix(Setting.variablePrefix) && !known.contains($0) }
        return (settings, unknown.sorted())
    }

    /// Refuses names that are none, and limits that contradict each other: a body that may be sent must fit into memory
    /// when it comes alone.
    private func check() throws {
        for name in service.hostNames where Authority(name) == nil {
            throw CommandFailure(
                "configuration: server.hostNames: expected host names or addresses, each with or without a port, found "
                    + "“\(name.prefix(60))”")
        }
        let bodies = [
            ("inspection.maxBodyBytes", service.maxBodyBytes),
            ("inspection.maxBatchBodyBytes", service.maxBatchBodyBytes),
            ("inspection.maxReferenceBodyBytes", service.maxReferenceBodyBytes),
        ]
        let bound = service.server.limits.maxBufferedBodyBytes
        for (name, bytes) in bodies where bytes > bound {
            throw CommandFailure(
                "configuration: expected server.limits.maxBufferedBodyBytes of at least \(name), which is \(bytes), "
                    + "found \(bound)")
        }
    }

    /// Names the configuration file when there is no `--config`.
    static let configVariable = "MULTIADS_CONFIG"
}
