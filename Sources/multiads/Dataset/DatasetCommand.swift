import ArgumentParser

/// `multiads dataset`: what can be done with a dataset besides evaluating and training on it.
struct DatasetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dataset", abstract: "Look at inspection datasets.", subcommands: [DatasetCheckCommand.self])
}
