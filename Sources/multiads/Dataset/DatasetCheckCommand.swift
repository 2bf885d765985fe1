import AnomalyDetection
import ArgumentParser
import Datasets
import Tensors

/// `multiads dataset check`: counts pictures and finds what would spoil a training or an evaluation.
struct DatasetCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Count and validate the pictures and masks of a dataset.",
        discussion: """
            Layouts: mvtec-ad, visa, mpdd, mad-sim, mad-real, real-iad, and folder for your own pictures:

              product/train/good/000.png               good parts
              product/test/scratch/000.png             a scratched part …
              product/ground_truth/scratch/000.png     … and its mask (or 000_mask.png)
              product/test/combined/001.png            several defects in one picture …
              product/ground_truth/combined/001_hole.png, 001_scratch.png

            or product/good, product/pictures/001.png and product/masks/001_scratch.png.

            Counts of public datasets are compared with the published ones.

            Exit codes: 0 the dataset is sound, 1 something is wrong with it, 2 it cannot be read.
            """)

    @OptionGroup var source: DatasetArguments

    @Flag(help: "Read only the headers of pictures and masks: fast, but damage further inside goes unnoticed.")
    var quick = false

    @Flag(help: "Print one JSON object.")
    var json = false

    @Option(help: ArgumentHelp("Worker threads; by default all processors the process may use.", valueName: "n"))
    var threads: Int?

    func validate() throws {
        if let threads, threads < 1 { throw ValidationError("expected --threads of 1 or more, found \(threads)") }
    }

    func run() throws {
        try Self.reporting(failureCode: 2) {
            let progress = ProgressReporter()
            let dataset = try source.open(source.knowledge())
            let check = DatasetCheck(
                dataset, depth: quick ? .headers : .pixels,
                threads: threads.map(ComputeThreads.init(count:)) ?? .available())
            let report = check.run { progress.advance("checking pictures", $0, of: $1) }
            progress.finish()
            let text = DatasetReportText(dataset: dataset, report: report, terminal: .standardOutput)
            Terminal.standardOutput.write(json ? DatasetReportJSON.document(dataset, report).pretty + "\n" : text.page)
            if report.issues.total > 0 { throw ExitCode(1) }
        }
    }
}
