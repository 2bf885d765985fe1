import ArgumentParser

/// The command `multiads`.
@main
struct MultiADS: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "multiads",
        abstract: "Finds and names defects in pictures of products.",
        version: Version.text, subcommands: [InspectCommand.self, ModelCommand.self])
}
