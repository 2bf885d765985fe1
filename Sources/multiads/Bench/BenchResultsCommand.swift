import ArgumentParser
import Storage

/// `multiads bench results`: fills a data folder with made-up results, to measure lists, exports and start-up on.
struct BenchResultsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "results",
        abstract: "Fill a data folder with made-up results.",
        discussion: """
            Twenty products, four cameras, a result every three seconds, nine in a hundred with defects. The same count
            gives the same results. For measurements only, in a folder without results:
              multiads bench results --data bench-data --count 1000000
            """)

    @OptionGroup var arguments: DataFolderArguments
    @Option(help: ArgumentHelp("How many results.", valueName: "n"))
    var count = 1_000_000
    @Option(help: ArgumentHelp("Bytes of the stored map of each result.", valueName: "n"))
    var mapBytes = 200

    func validate() throws {
        guard count > 0, mapBytes > 0 else { throw ValidationError("--count and --map-bytes must be above 0") }
    }

    func run() async throws {
        try await Self.reporting {
            let store = try await SQLiteStore.open(directory: arguments.data)
            let found = try await store.resultTotals().all.results
            guard found == 0 else {
                try await store.close()
                throw CommandFailure(
                    "data folder \(arguments.data): expected one without results, for these are made up, found "
                        + TextLayout.counted(found, "result"))
            }
            let progress = ProgressReporter()
            let watch = Stopwatch()
            for start in stride(from: 0, to: count, by: 2000) {
                let numbers = start..<min(count, start + 2000)
                try await store.insertResults(numbers.map { SyntheticResult(number: $0, mapBytes: mapBytes).result })
                progress.advance("storing results", numbers.upperBound, of: count)
            }
            try await store.close()
            progress.finish()
            let rate = Int(Double(count) / watch.seconds)
            Terminal.standardOutput.write(
                "\(arguments.data): \(TextLayout.grouped(count)) results, "
                    + "\(TextLayout.bytes(arguments.folder.databaseBytes)), \(TextLayout.grouped(rate)) per second\n")
        }
    }
}
