import ArgumentParser
import Foundation
import Logging
import Tensors

extension LogFormat: ExpressibleByArgument {}

/// A log level by name.
struct LogLevelName: ExpressibleByArgument {
    let level: Logger.Level
    init?(argument: String) {
        guard let level = Logger.Level(rawValue: argument) else { return nil }
        self.level = level
    }
    static var allValueStrings: [String] { Logger.Level.allCases.map(\.rawValue) }
}

/// `multiads serve`: the HTTP service.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve inspections over HTTP until told to stop.",
        discussion: """
            With the bundled model, on http://127.0.0.1:8080:
              multiads serve
              curl --data-binary @part.jpg -H 'Content-Type: image/jpeg' http://127.0.0.1:8080/inspect

            Whoever reaches the address may do everything until there are keys:
              multiads keys add office --role admin

            With an own model and a configuration file:
              multiads serve --model models/ViT-L-14-336 --data /var/lib/multiads --config service.yaml

            Flags beat environment variables, which beat the file, which beats the defaults. Config/service.yaml lists \
            every key; the variable of server.port is MULTIADS_SERVER_PORT, and so on. MULTIADS_CONFIG names the file \
            when --config does not.

            When pictures can be sent, one line with the address is printed; everything else goes to the log on \
            standard error. SIGTERM and SIGINT let running requests finish; a second one ends at once.
            """)

    @Option(help: ArgumentHelp("Address to listen on; 0.0.0.0 or :: for all. (default: 127.0.0.1)", valueName: "host"))
    var host: String?

    @Option(help: ArgumentHelp("TCP port; 0 takes a free one and prints it. (default: 8080)", valueName: "port"))
    var port: Int?

    @Option(help: ArgumentHelp("Folder for products, references and results. (default: data)", valueName: "dir"))
    var data: String?

    @Option(
        help: ArgumentHelp(
            "File of access keys. (default: “keys” in the data folder, if it exists)", valueName: "file"),
        completion: .file())
    var keys: String?

    @Option(
        help: ArgumentHelp("YAML configuration file.", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml"]))
    var config: String?

    @Option(help: "Form of log lines. (default: text)")
    var logFormat: LogFormat?

    @Option(help: "Least severe level that is logged. (default: info)")
    var logLevel: LogLevelName?

    @OptionGroup(title: "Model") var engine: EngineArguments

    func validate() throws {
        if let port, !(0...65_535).contains(port) {
            throw ValidationError("expected --port from 0 to 65535, found \(port)")
        }
        for (name, value) in [("host", host), ("data", data), ("keys", keys)] where value?.isEmpty == true {
            throw ValidationError("expected a value for --\(name), found an empty one")
        }
    }

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        try await Self.reporting {
            let path = config ?? environment[ServiceSettings.configVariable].flatMap { $0.isEmpty ? nil : $0 }
            let file = try path.map { path in
                let bytes = try InputFile.read(path, maximumBytes: InputFile.maximumTextBytes)
                guard let text = String(validating: bytes, as: UTF8.self) else {
                    throw CommandFailure("configuration \(path): expected UTF-8 text, found bytes that are none")
                }
                return (text: text, path: path)
            }
            let (settings, unknown) = try ServiceSettings.resolve(flags: flags, environment: environment, file: file)
            let log = LogQueue(
                report: { count in
                    LineLogHandler.line(
                        settings.logFormat, LineLogHandler.time, .warning,
                        "log lines were lost, nobody read them in time",
                        [("count", "\(count)")])
                }, write: { Terminal.standardError.write($0) })
            let logger = Logger(label: "multiads") { _ in
                LineLogHandler(format: settings.logFormat, level: settings.logLevel) { log.add($0) }
            }
            // Container platforms set variables of their own with names like these, so they are no reason to stop.
            for name in unknown {
                logger.warning("unknown environment variable ignored", metadata: ["name": "\(name)"])
            }
            do {
                try await ServiceRun(settings: settings, logger: logger, log: log).run()
            } catch {
                // A reader who does not take the log would not take the failure's line either.
                if !log.flush(within: Self.flushTime) { _exit(EXIT_FAILURE) }
                throw error
            }
            log.flush(within: Self.flushTime)
        }
        // All is stored and closed. A picture may still be in work whose client got no answer; the clean-up of libraries
        // that it uses would pull their memory away from under it.
        fflush(nil)
        _exit(EXIT_SUCCESS)
    }

    /// Longest wait, at the end, for whoever reads the log.
    private static let flushTime = Duration.seconds(1)

    /// What was given on the command line, by setting name.
    private var flags: [String: SettingValue] {
        var flags: [String: SettingValue] = [:]
        flags["server.host"] = host.map(SettingValue.text)
        flags["server.port"] = port.map(SettingValue.integer)
        flags["data"] = data.map(SettingValue.text)
        flags["access.keys"] = keys.map(SettingValue.text)
        flags["log.format"] = (logFormat?.rawValue).map(SettingValue.text)
        flags["log.level"] = (logLevel?.level.rawValue).map(SettingValue.text)
        flags["model.folder"] = engine.model.map(SettingValue.text)
        flags["model.adapter"] = engine.adapter.map(SettingValue.text)
        flags["model.activation"] = (engine.activation?.rawValue).map(SettingValue.text)
        flags["model.stages"] = (engine.stages?.blocks).map { .list($0.map(String.init)) }
        flags["model.precision"] = (engine.tower.precision?.rawValue).map(SettingValue.text)
        flags["model.engine"] = (engine.tower.engine?.rawValue).map(SettingValue.text)
        flags["model.threads"] = engine.threads.map(SettingValue.integer)
        return flags
    }
}
