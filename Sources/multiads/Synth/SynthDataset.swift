import Foundation
import Images
import Synthesis

/// Writes products in the folder layout of MVTec AD, extended by masks per type.
///
/// `NAME/train/good`, `NAME/test/good`, `NAME/test/TYPE` with `NAME/ground_truth/TYPE/NNN_mask.png`; pictures with several
/// types are in `combined`, which has `NNN_mask.png` for all of them and `NNN_TYPE.png` for each. All pictures of a
/// product show one design; poses, grain and defects differ. The same order makes the same bits again, so an interrupted
/// one goes on by being given once more.
struct SynthDataset {
    let folder: String
    let seed: UInt64
    let side: Int
    let train: Int
    let good: Int
    let defects: Int
    let severity: Severity?
    let threads: PictureWorkers

    /// Attempts at a defect before a piece on which it can be seen is given up.
    private static let attempts = 24

    /// One picture to be made.
    private struct Job: Sendable {
        let family: FamilyDescription
        /// Folder of the picture, such as `test/scratch`.
        let place: String
        let number: Int
        let types: [DefectType]
        let piece: UInt64
    }

    /// A picture with its files, encoded.
    private struct Output: Sendable {
        let job: Job
        let picture: ProductPicture?
        let files: [(path: String, bytes: [UInt8])]
    }

    /// Makes everything, with a bar on a terminal.
    ///
    /// - Parameter families: One folder each.
    /// - Returns: How many pictures there are.
    /// - Throws: ``CommandFailure`` when the folder holds anything else, or `CheckpointError` when a file cannot be written.
    func write(_ families: [FamilyDescription]) throws -> Int {
        let jobs = families.flatMap(jobs)
        let progress = ProgressReporter()
        var done = 0
        var manifest: [OutputJSON] = []
        var made: Set<String> = []
        var missing: [(place: String, count: Int)] = []
        let target = try SynthFolder(folder)
        try target.begin(description(families, [], isComplete: false), files: Set(jobs.flatMap(paths)))
        try threads.forEach(jobs.count, make: { try make(jobs[$0]) }) { output in
            for file in output.files {
                let path = "\(folder)/\(file.path)"
                let parent = path.prefix(upTo: path.lastIndex(of: "/") ?? path.endIndex)
                if made.insert(String(parent)).inserted { try OutputFile.makeFolder(String(parent)) }
                try file.bytes.withUnsafeBytes { try OutputFile.write($0, to: path) }
            }
            if let picture = output.picture {
                manifest.append(entry(output.job, picture))
            } else {
                let place = "\(output.job.family.name)/\(output.job.place)"
                if missing.last?.place != place { missing.append((place, 0)) }
                missing[missing.count - 1].count += 1
            }
            done += 1
            progress.advance("synth: \(output.job.family.name)", done, of: jobs.count)
            return true
        }
        progress.finish()
        if !missing.isEmpty {
            let places = missing.map { "\($0.place) \($0.count)" }.joined(separator: ", ")
            let count = missing.reduce(0) { $0 + $1.count }
            progress.note(
                "left out, for their defects could not be seen on \(Self.attempts) pieces: "
                    + "\(count) \(count == 1 ? "picture" : "pictures") (\(places))")
        }
        try target.write(description(families, manifest, isComplete: true))
        return manifest.count
    }

    private func jobs(_ family: FamilyDescription) -> [Job] {
        var jobs: [Job] = []
        var piece: UInt64 = 0
        func add(_ place: String, _ count: Int, _ types: (Int) -> [DefectType]) {
            for number in 0..<count {
                // Numbers far apart, so that another attempt never meets the next piece.
                piece += UInt64(Self.attempts)
                jobs.append(Job(family: family, place: place, number: number, types: types(number), piece: piece))
            }
        }
        add("train/good", train) { _ in [] }
        add("test/good", good) { _ in [] }
        for type in family.defects { add("test/\(type.rawValue)", defects) { _ in [type] } }
        if family.defects.count > 1 {
            add("test/combined", defects) { number in
                var random = Generator(seed: seed, index: UInt64(number)).fork(0xC0B)
                let count = min(family.defects.count, random.integer(2...3))
                var types = family.defects
                return (0..<count).map { _ in types.remove(at: random.integer(0...types.count - 1)) }
            }
        }
        return jobs
    }

    private func make(_ job: Job) throws -> Output {
        let factory = PictureFactory(seed: seed, side: side)
        for attempt in 0..<UInt64(Self.attempts) {
            let kinds = Severity.allCases
            let order = PictureFactory.Order(
                family: job.family.name, design: 0, piece: job.piece + attempt, defects: job.types,
                severity: severity ?? kinds[job.number % kinds.count])
            guard let picture = factory.picture(order), picture.defects.count == job.types.count else { continue }
            return Output(job: job, picture: picture, files: try files(job, picture))
        }
        return Output(job: job, picture: nil, files: [])
    }

    private func files(_ job: Job, _ picture: ProductPicture) throws -> [(path: String, bytes: [UInt8])] {
        let name = number(job)
        var files = [("\(job.family.name)/\(job.place)/\(name).png", try PNGEncoder.encode(picture.image))]
        guard !picture.defects.isEmpty else { return files }
        let truth = truthFolder(job)
        let all = BinaryMask(width: side, height: side, pixels: picture.typeMap)
        files.append(("\(truth)/\(name)_mask.png", try PNGEncoder.encode(all)))
        guard job.types.count > 1 else { return files }
        for defect in picture.defects {
            files.append(("\(truth)/\(name)_\(defect.type.rawValue).png", try PNGEncoder.encode(defect.mask)))
        }
        return files
    }

    private func truthFolder(_ job: Job) -> String {
        "\(job.family.name)/" + job.place.replacing("test/", with: "ground_truth/")
    }

    /// The files that a job may make, whether or not its defects can be seen.
    private func paths(_ job: Job) -> [String] {
        let name = number(job)
        let picture = "\(job.family.name)/\(job.place)/\(name).png"
        guard !job.types.isEmpty else { return [picture] }
        let masks = ["mask"] + (job.types.count > 1 ? job.types.map(\.rawValue) : [])
        return [picture] + masks.map { "\(truthFolder(job))/\(name)_\($0).png" }
    }

    private func number(_ job: Job) -> String {
        let digits = String(job.number)
        return String(repeating: "0", count: max(0, 3 - digits.count)) + digits
    }

    private func entry(_ job: Job, _ picture: ProductPicture) -> OutputJSON {
        .members([
            "file": .string("\(job.family.name)/\(job.place)/\(number(job)).png"),
            "types": .array(picture.defects.map { .string($0.type.rawValue) }),
            "severity": .text(picture.severity?.rawValue),
        ])
    }

    private func description(
        _ families: [FamilyDescription], _ pictures: [OutputJSON], isComplete: Bool
    ) -> OutputJSON {
        .members([
            "format": .string("multiads-synth-dataset"), "version": .integer(1), "madeBy": .string(Version.text),
            "seed": Int(exactly: seed).map { .integer($0) } ?? .string("\(seed)"), "side": .integer(side),
            "train": .integer(train), "good": .integer(good), "defects": .integer(defects),
            "severity": .text(severity?.rawValue),
            "products": .array(
                families.map { family in
                    .members([
                        "name": .string(family.name), "noun": .text(family.nouns.first),
                        "kind": .string(family.kind.rawValue), "heldOut": .bool(family.isHeldOut),
                        "defectTypes": .array(family.defects.map { .string($0.rawValue) }),
                    ])
                }),
            "complete": .bool(isComplete), "pictures": .array(pictures),
        ])
    }
}
