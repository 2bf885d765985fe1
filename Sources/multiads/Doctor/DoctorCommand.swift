import ArgumentParser
import HTTPServer
import InspectionService

/// `multiads doctor`: what is missing, and how to mend it.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract:
            "Check the model, the machine, the data folder and the access keys, and say how to fix what is wrong.",
        discussion: """
            With the options that the service would be started with:
              multiads doctor --model models/ViT-L-14-336 --data /var/lib/multiads --port 8080

            Each line is ok, warn or fail, with a hint where something can be done. A data folder that exists is opened, \
            which brings its schema up to date.

            Exit codes: 0 nothing failed, 1 something did.
            """)

    @OptionGroup(title: "Model") var engine: EngineArguments

    @Option(help: ArgumentHelp("Data folder of the service.", valueName: "dir"))
    var data = ServiceSettings().data

    @Option(help: ArgumentHelp("Address the service would listen on.", valueName: "host"))
    var host = ServiceSettings().service.server.host

    @Option(help: ArgumentHelp("Port the service would listen on.", valueName: "port"))
    var port = ServiceSettings().service.server.port

    @Option(help: ArgumentHelp("Key file of the service, where it is not the data folder's.", valueName: "file"))
    var keys: String?

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() async throws {
        try await Self.reporting {
            let progress = ProgressReporter()
            let (modelChecks, configuration) = ModelChecks(engine: engine, progress: progress).run()
            let machine = MachineChecks(facts: SystemFacts(), threads: engine.computeThreads).run(configuration)
            let service = await ServiceChecks(data: data, keys: keys, host: host, port: port).run()
            progress.finish()
            let checks = modelChecks + machine + service
            let failed = checks.contains { $0.status == .fail }
            Terminal.standardOutput.write(json ? Self.value(checks).pretty + "\n" : Self.text(checks))
            if failed { throw ExitCode(1) }
        }
    }

    private static func value(_ checks: [DoctorCheck]) -> OutputJSON {
        .members([
            "ok": .bool(!checks.contains { $0.status == .fail }), "version": .string(Version.text),
            "checks": .array(checks.map(\.json)),
        ])
    }

    /// One line per check, hints below.
    static func text(_ checks: [DoctorCheck], terminal: Terminal = .standardOutput) -> String {
        let width = checks.map(\.name.count).max() ?? 0
        var text = ""
        for check in checks {
            let status =
                switch check.status {
                case .ok: terminal.styled("ok  ", .green)
                case .warn: terminal.styled("warn", .yellow, .bold)
                case .fail: terminal.styled("fail", .red, .bold)
                }
            text += "\(status)  \(TextLayout.padded(check.name, width))  \(check.finding)\n"
            if let hint = check.hint { text += String(repeating: " ", count: 8 + width) + "→ \(hint)\n" }
        }
        let counts = [(DoctorCheck.Status.fail, "failed"), (.warn, "could be better")].map { status, words in
            (checks.count { $0.status == status }, words)
        }
        let remarks = counts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        return text + (remarks.isEmpty ? "\nAll is well.\n" : "\n\(remarks.joined(separator: ", ")).\n")
    }
}
