import ArgumentParser

/// The command `multiads`.
@main
struct MultiADS: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "multiads",
        abstract: "Find and name defects in pictures of products.",
        discussion: """
            Start the service, or inspect pictures at once; both work offline with the bundled model:
              multiads serve
              multiads inspect part.jpg --product-noun cable --defects scratch,cut

            `multiads help COMMAND` explains a command, with examples.
            """,
        version: Version.text,
        subcommands: [
            ServeCommand.self, InspectCommand.self, DatasetCommand.self, TrainCommand.self, EvaluateCommand.self,
            ModelCommand.self, SynthCommand.self, BenchCommand.self, DatabaseCommand.self, KeysCommand.self,
            DoctorCommand.self,
        ])
}
