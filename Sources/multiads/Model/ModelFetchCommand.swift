import ArgumentParser
import ModelFetch

/// `multiads model fetch`: the only command that uses the network.
struct ModelFetchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch",
        abstract: "Download a model by name; interrupted downloads go on where they stopped.",
        discussion: """
            The only command that uses the network. Every file is checked against its SHA-256.
              multiads model fetch --list
              multiads model fetch ViT-L-14-336 --into models/L14
              multiads model fetch ViT-B-16 --base-url https://mirror.plant.example

            For a machine without network, run it elsewhere and copy the folder.
            """)

    @Argument(help: ArgumentHelp("Name of a model in the catalogue.", valueName: "name"))
    var name: String?

    @Option(help: ArgumentHelp("The model folder; by default models/NAME.", valueName: "dir"))
    var into: String?

    @Option(help: ArgumentHelp("Server that has /OWNER/NAME/resolve/REVISION/FILE.", valueName: "url"))
    var baseURL = FetchOptions().baseURL

    @Flag(help: "List the models that can be fetched.")
    var list = false

    func validate() throws {
        guard list != (name != nil) else {
            throw ValidationError(
                "expected the name of a model or --list; `multiads model fetch --list` shows the names")
        }
    }

    func run() throws {
        try Self.reporting {
            guard let name else {
                Terminal.standardOutput.write(Self.catalogue)
                return
            }
            let model = try ModelCatalog.model(named: name)
            let folder = into ?? "models/\(model.name)"
            var options = FetchOptions()
            options.baseURL = baseURL
            let progress = ProgressReporter()
            let isInteractive = Terminal.standardError.isInteractive
            let files = try ModelFetcher(options: options).fetch(model, into: folder) { state in
                progress.advance(FetchReport.line(state, showsBar: isInteractive))
            }
            progress.finish()
            Terminal.standardOutput.write(
                files.map { FetchReport.line($0) + "\n" }.joined()
                    + """
                    \(model.name) is in \(folder).
                    To inspect pictures it needs an adapter trained for it: --adapter FILE, or adapter.safetensors in the folder.

                    """)
        }
    }

    private static var catalogue: String {
        let rows = ModelCatalog.models.map { model in
            let size = model.files.compactMap(\.byteCount).reduce(0, +)
            return [model.name, size > 0 ? TextLayout.bytes(size) : "", model.summary]
        }
        return TextLayout.columns(rows, rightAligned: [1]).joined(separator: "\n") + "\n"
    }
}
