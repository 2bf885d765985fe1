import Foundation
import HTTPServer
import InspectionService
import Logging
import Testing

@testable import multiads

@Suite("Service settings")
struct ServiceSettingsTests {
    private func resolve(
        flags: [String: SettingValue] = [:], environment: [String: String] = [:], yaml: String? = nil
    ) throws -> ServiceSettings {
        try ServiceSettings.resolve(flags: flags, environment: environment, file: yaml.map { ($0, "s.yaml") }).settings
    }

    private func message(yaml: String? = nil, environment: [String: String] = [:]) -> String {
        do {
            _ = try resolve(environment: environment, yaml: yaml)
            return "accepted"
        } catch {
            return "\(error)"
        }
    }

    @Test("flags beat the environment, which beats the file, which beats the defaults")
    func precedence() throws {
        let yaml = "server: {port: 1, host: \"::1\"}\ndata: file\nlog: {level: debug}\n"
        let environment = ["MULTIADS_SERVER_PORT": "2", "MULTIADS_DATA": "variable", "MULTIADS_LOG_FORMAT": ""]
        let settings = try resolve(flags: ["server.port": .integer(3)], environment: environment, yaml: yaml)
        #expect(settings.service.server.port == 3)
        #expect(settings.data == "variable")
        #expect(settings.service.server.host == "::1")
        #expect(settings.logLevel == .debug)
        #expect(settings.logFormat == .text)
        #expect(settings.service.queueLength == InspectionServiceConfiguration().queueLength)
    }

    @Test("the documented file names every key and holds the defaults")
    func documentedFile() throws {
        let url = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Config/service.yaml")
        let text = try String(contentsOf: url, encoding: .utf8)
        let settings = try resolve(yaml: text)
        #expect("\(settings)" == "\(ServiceSettings())")
        // Each key is there: replacing its value by nonsense is noticed under its full name.
        for setting in Setting.all() {
            let last = setting.name.split(separator: ".").last.map(String.init) ?? setting.name
            #expect(text.contains("\(last): "), "\(setting.name)")
        }
    }

    @Test("every value reaches its place", arguments: Setting.all().map(\.name))
    func reaching(name: String) throws {
        let setting = try #require(Setting.all().first { $0.name == name })
        let text =
            switch setting.kind {
            // It must hold every body that may be sent.
            case .integer where name == "server.limits.maxBufferedBodyBytes": "268435457"
            case .integer(let range): range.contains(7) ? "7" : "\(range.lowerBound)"
            case .number(let range): range.contains(0.25) ? "0.25" : "\(range.upperBound)"
            case .seconds: "7.5"
            case .text: "word"
            case .choice(let names): names[names.count - 1]
            case .list: "x,y"
            case .blocks: "1,2"
            }
        let changed = try resolve(environment: [setting.variable: text])
        #expect("\(changed)" != "\(ServiceSettings())")
    }

    @Test(
        "faults are named with file, line, key, expected and found",
        arguments: [
            ("server:\n  prot: 1\n", "s.yaml:2: expected a known key (one of deadlines"),
            ("server:\n  port: abc\n", "s.yaml:2: server.port: expected a whole number from 0 to 65535, found “abc”"),
            ("server:\n  port: \"80\"\n", "s.yaml:2: server.port: expected a whole number"),
            ("server:\n  port: 70000\n", "found “70000”"), ("server: 5\n", "server: expected a mapping"),
            ("server:\n  port: [1]\n", "found a list of 1"), ("- a\n", "expected a mapping of keys to values"),
            ("data: a\ndata: b\n", "s.yaml: expected YAML, found a fault"), ("a: [\n", "s.yaml: expected YAML"),
            ("log: {level: loud}\n", "expected one of trace, debug"),
            ("model: {stages: 5}\n", "a list of block numbers"),
            ("model: {stages: [foo, bar]}\n", "a list of block numbers"),
            ("model: {stages: [0, 1]}\n", "found a list of 2"),
            ("model: {stages: [5, 5.5]}\n", "a list of block numbers"),
            ("retention: {interval: 1e-9}\n", "from 0.01 to"),
            (
                "server: {limits: {maxBufferedBodyBytes: 1000}}\n",
                "server.limits.maxBufferedBodyBytes of at least inspection.maxBodyBytes, which is 33554432, found 1000"
            ),
            (
                "server: {hostNames: [\"http://a\"]}\n",
                "server.hostNames: expected host names or addresses, each with or without a port, found “http://a”"
            ),
            ("server: {hostNames: a}\n", "server.hostNames: expected a list of texts"),
            ("access: {keys: [a]}\n", "access.keys: expected a text"),
            ("inspection: {defaultThreshold: 1.5}\n", "a number from 0.0 to 1.0"),
            ("server: {deadlines: {drain: 0}}\n", "seconds, above 0"),
            ("model: {precision: int4}\n", "one of auto, f32, bf16"),
        ])
    func faults(yaml: String, expected: String) { #expect(message(yaml: yaml).contains(expected)) }

    @Test("a wrong variable is named, an unknown one is reported")
    func variables() throws {
        #expect(
            message(environment: ["MULTIADS_SERVER_EVENT_LOOPS": "many"])
                == "environment variable MULTIADS_SERVER_EVENT_LOOPS: expected a whole number from 1 to 64, found “many”"
        )
        #expect(
            message(environment: ["MULTIADS_MODEL_STAGES": "first,second"]).contains("expected a list of block numbers")
        )
        let unknown = try ServiceSettings.resolve(
            flags: [:], environment: ["MULTIADS_PROT": "1", "MULTIADS_CONFIG": "x", "PATH": "y"], file: nil
        ).unknownVariables
        #expect(unknown == ["MULTIADS_PROT"])
    }

    @Test("access keys are in the data folder if they are there, or where they must be")
    func keyFile() throws {
        let usual = try resolve(flags: ["data": .text("d")]).keyFile
        #expect(usual.file.path == "d/keys" && usual.isOptional)
        let named = try resolve(environment: ["MULTIADS_ACCESS_KEYS": "/run/secrets/keys"]).keyFile
        #expect(named.file.path == "/run/secrets/keys" && !named.isOptional)
        let names = try resolve(environment: ["MULTIADS_SERVER_HOST_NAMES": "a.example,b:80"]).service.hostNames
        #expect(names == ["a.example", "b:80"])
    }

    @Test("an empty file and keys without values change nothing")
    func nothing() throws {
        for yaml in ["", "# only a comment\n", "server:\nmodel: ~\n", "server: {port: ~}\n"] {
            #expect("\(try resolve(yaml: yaml))" == "\(ServiceSettings())")
        }
    }
}
