public import ArgumentParser  // public, because the conformance of a public type is
public import Synthesis

/// Makes synthetic product pictures.
struct SynthCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "synth",
        abstract: "Make synthetic pictures of products, with a mask for every defect type.",
        discussion: """
            A data set of three products in MVTec AD's layout:
              multiads synth ./data --products washer,wood,knit --seed 7

            The products, and the defects that can happen to them:
              multiads synth --list

            Pictures for training, on standard output: a JSON line and raw bytes each:
              multiads synth --stream --count 100000 --side 256 --except held-out | train

            The same options and the same seed give the same bits, whatever the number of threads. A run into a folder that \
            was interrupted goes on with the same command; a folder with anything else is refused.
            """)

    @Argument(help: ArgumentHelp("Folder to write; it is made when it does not exist.", valueName: "out"))
    var out: String?

    @OptionGroup var selection: SynthSelection

    @Option(help: ArgumentHelp("All randomness comes from this number.", valueName: "n"))
    var seed: UInt64 = 1

    @Option(
        help: ArgumentHelp(
            "Pixels a side, 32 to 2048. (default: 384; in a stream 256, on a contact sheet 160)", valueName: "n"))
    var side: Int?

    @Option(help: ArgumentHelp("Perfect pictures for training, per product. (default: 40)", valueName: "n"))
    var train: Int?

    @Option(help: ArgumentHelp("Perfect pictures for testing, per product. (default: 20)", valueName: "n"))
    var good: Int?

    @Option(
        help: ArgumentHelp(
            "Pictures with each defect type, and with several types, per product. (default: 10)", valueName: "n"))
    var defects: Int?

    @Option(help: "How plain the defects are: subtle, moderate or obvious; by default all of these.")
    var severity: Severity?

    @Option(help: "Arrangement of the files; this version has mvtec. (default: mvtec)")
    var layout: Layout?

    @Option(help: ArgumentHelp("Worker threads; by default all processors the process may use.", valueName: "n"))
    var threads: Int?

    @Option(help: ArgumentHelp("Write one page of small pictures to look at, as PNG or JPEG.", valueName: "file"))
    var contactSheet: String?

    @Flag(help: "Print the products and their defect types.")
    var list = false

    @Flag(help: "Write pictures for training to standard output.")
    var stream = false

    @Option(help: ArgumentHelp("Pictures in a stream, or on a contact sheet.", valueName: "n"))
    var count: Int?

    @Option(help: ArgumentHelp("Number of a stream's first picture. (default: 0)", valueName: "n"))
    var start: UInt64?

    @Option(
        help: ArgumentHelp(
            "Share of a stream's pictures that have a defect, 0 to 1. (default: 0.55)", valueName: "share"))
    var defective: Float?

    @Option(help: ArgumentHelp("Consecutive pictures of a stream that show one design. (default: 1)", valueName: "n"))
    var pieces: UInt64?

    /// Arrangements of files.
    enum Layout: String, CaseIterable, ExpressibleByArgument {
        case mvtec
    }

    func validate() throws {
        let modes = [out != nil, list, stream, contactSheet != nil].count { $0 }
        guard modes == 1 else {
            throw ValidationError(
                "expected one of a folder, --list, --stream and --contact-sheet, found \(modes) of them")
        }
        if out == "" { throw ValidationError("expected the name of a folder, found an empty one") }
        if let side, !(32...2048).contains(side) {
            throw ValidationError("expected --side from 32 to 2048, found \(side)")
        }
        if let threads, threads < 1 { throw ValidationError("expected --threads of 1 or more, found \(threads)") }
        for (option, value) in [("train", train), ("good", good), ("defects", defects), ("count", count)]
        where !(0...1_000_000).contains(value ?? 0) {
            throw ValidationError("expected --\(option) from 0 to 1,000,000, found \(value ?? 0)")
        }
        if stream, count == nil { throw ValidationError("expected --count with --stream, found none") }
        if let contactSheet, !["png", "jpg", "jpeg"].contains(OutputArguments.fileExtension(contactSheet)) {
            throw ValidationError(
                "expected --contact-sheet with a name ending in .png or .jpg, found \(contactSheet)")
        }
        if count != nil, !stream, contactSheet == nil {
            throw ValidationError("expected --count with --stream or --contact-sheet only, found it without")
        }
        try validateFolder()
        try validateStream()
    }

    private func validateFolder() throws {
        let given = [
            ("train", train != nil), ("good", good != nil), ("defects", defects != nil), ("layout", layout != nil),
        ]
        if out == nil, let option = given.first(where: \.1) {
            throw ValidationError("expected --\(option.0) with a folder only, found it without")
        }
    }

    private func validateStream() throws {
        let given = [("start", start != nil), ("defective", defective != nil), ("pieces", pieces != nil)]
        if !stream, let option = given.first(where: \.1) {
            throw ValidationError("expected --\(option.0) with --stream only, found it without")
        }
        if let defective, !(0...1).contains(defective) {
            throw ValidationError("expected --defective from 0 to 1, found \(defective)")
        }
        if pieces == 0 { throw ValidationError("expected --pieces of 1 or more, found 0") }
        // Numbers are JSON integers in the stream.
        if let start, start > UInt64(Int.max / 2) {
            throw ValidationError("expected --start of at most \(Int.max / 2), found \(start)")
        }
    }

    func run() throws {
        try Self.reporting {
            let families = try selection.families()
            if list {
                Terminal.standardOutput.write(SynthList.text(families) + "\n")
            } else if stream {
                let first = start ?? 0
                try SynthStream(feed: feed(families, side: side ?? 256), threads: workers).write(
                    first..<first + UInt64(count ?? 0))
            } else if let contactSheet {
                try SynthSheet(
                    families: families, seed: seed, side: side ?? 160, severity: severity, threads: workers
                ).write(to: contactSheet, count: count ?? 3 * families.count)
            } else if let out {
                let side = side ?? 384
                let pictures = try SynthDataset(
                    folder: out, seed: seed, side: side, train: train ?? 40, good: good ?? 20, defects: defects ?? 10,
                    severity: severity, threads: workers
                ).write(families)
                Terminal.standardOutput.write(
                    "\(out): \(TextLayout.counted(families.count, "product")), \(TextLayout.counted(pictures, "picture")) of \(side)×\(side)\n"
                )
            }
        }
    }

    private func feed(_ families: [FamilyDescription], side: Int) -> TrainingFeed {
        TrainingFeed(
            seed: seed, side: side, families: families, defectiveShare: defective ?? 0.55, severity: severity,
            pieces: pieces ?? 1)
    }

    private var workers: PictureWorkers { PictureWorkers(count: threads) }
}

extension Severity: ExpressibleByArgument {}
