import ArgumentParser
import Foundation
import Tensors

/// `multiads bench search`: seconds per search of a memory bank.
struct BenchSearchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Time the search of memory banks in each number format.",
        discussion: """
            Rows are random; their values do not change the time. The processors' time, over all threads, says more than \
            the clock on a machine that does other things as well. For example a ViT-L-14 at 518 pixels with 16 references:
              multiads bench search --patches 1369 --width 1024 --stages 4 --shots 16
            """)

    @Option(help: ArgumentHelp("Patches of a picture.", valueName: "n"))
    var patches = 1369

    @Option(help: ArgumentHelp("Numbers per token.", valueName: "n"))
    var width = 1024

    @Option(help: ArgumentHelp("Stages searched one after the other.", valueName: "n"))
    var stages = 4

    @Option(help: ArgumentHelp("References in the bank.", valueName: "n"))
    var shots = 16

    @Option(name: .customLong("repeat"), help: ArgumentHelp("Timed searches.", valueName: "n"))
    var repeats = 3

    @Option(help: ArgumentHelp("Worker threads; by default all processors the process may use.", valueName: "n"))
    var threads: Int?

    func validate() throws {
        for (name, value) in [
            ("patches", patches), ("width", width), ("stages", stages), ("shots", shots), ("repeat", repeats),
            ("threads", threads ?? 1),
        ] where value < 1 {
            throw ValidationError("expected --\(name) of 1 or more, found \(value)")
        }
    }

    func run() throws {
        let workers = threads.map(ComputeThreads.init(count:)) ?? .available()
        let progress = ProgressReporter()
        let queries = unitRows(seed: 1, workers)
        let references = (0..<shots).map { unitRows(seed: UInt64($0) + 2, workers) }
        var rows = [["bank", "size", "processor time", "median", "min"]]
        for element in CompactRows.Element.allCases {
            let bank = references.map { CompactRows($0, as: element) }
            var seconds: [Double] = []
            var started = 0.0
            for pass in 0...repeats {
                progress.advance("searching in \(element.rawValue)", pass, of: repeats + 1)
                // The first one warms up.
                if pass == 1 { started = Self.processorSeconds() }
                let watch = Stopwatch()
                for _ in 0..<stages { _ = NearestNeighbor.bestSimilarity(queries, in: bank, threads: workers) }
                if pass > 0 { seconds.append(watch.seconds) }
            }
            let perSearch = (Self.processorSeconds() - started) / Double(repeats)
            let sorted = seconds.sorted()
            rows.append([
                element.rawValue, TextLayout.bytes(bank.reduce(0) { $0 + $1.byteCount } * stages),
                TextLayout.decimal(perSearch, 3) + " s", TextLayout.decimal(sorted[sorted.count / 2], 3) + " s",
                TextLayout.decimal(sorted[0], 3) + " s",
            ])
        }
        progress.finish()
        let subject =
            "\(shots) references of \(patches) × \(width) in \(stages) stages, \(workers.count) threads, "
            + "kernel \(Gemm.kernelName)"
        let table = TextLayout.columns(rows, rightAligned: [1, 2, 3, 4])
        Terminal.standardOutput.write(([subject, ""] + table).joined(separator: "\n") + "\n")
    }

    /// Time that processors worked for this process so far.
    private static func processorSeconds() -> Double { Double(clock()) / Double(CLOCKS_PER_SEC) }

    /// Random rows of length 1.
    private func unitRows(seed: UInt64, _ workers: ComputeThreads) -> Tensor {
        var random = SplitMix64(seed: seed)
        return Tensor(shape: [patches, width]) { values in
            for index in values.indices { values[index] = random.unit() - 0.5 }
            guard let start = values.baseAddress else { return }
            RowKernels.normalizeRows(start, rows: patches, width: width, threads: workers)
        }
    }
}
