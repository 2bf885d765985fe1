import Foundation
import Images
import Synthesis

/// The training feed on standard output: a JSON line and raw bytes for each picture.
///
/// First a line that says what follows; then for each picture a line about it, side·side·3 bytes of RGB and side·side
/// bytes of type numbers (0 normal, else 1 + the place in the first line's `types`).
struct SynthStream {
    let feed: TrainingFeed
    let threads: PictureWorkers
    /// Where it goes; standard output.
    var descriptor: Int32 = 1

    /// Writes pictures; ends quietly when the reader has gone.
    func write(_ indices: Range<UInt64>) throws {
        signal(SIGPIPE, SIG_IGN)
        guard try put(Array((header.compact + "\n").utf8)) else { return }
        let first = indices.lowerBound
        try threads.forEach(
            indices.count,
            make: { offset in
                let index = first + UInt64(offset)
                guard let picture = feed.picture(index) else { return [] }
                return Self.record(index, picture)
            }, consume: put)
    }

    private var header: OutputJSON {
        .members([
            "format": .string("multiads-synth"), "version": .integer(1), "side": .integer(feed.side),
            "types": .array(DefectType.allCases.map { .string($0.rawValue) }),
            "families": .array(
                feed.families.map { family in
                    .members(["name": .string(family.name), "nouns": .array(family.nouns.map(OutputJSON.string))])
                }),
        ])
    }

    /// One picture's line and bytes.
    static func record(_ index: UInt64, _ picture: ProductPicture) -> [UInt8] {
        let line = OutputJSON.members([
            "index": .integer(Int(index)), "family": .string(picture.family), "noun": .string(picture.noun),
            "types": .array(picture.defects.map { .string($0.type.rawValue) }),
            "severity": .text(picture.severity?.rawValue),
        ])
        return Array((line.compact + "\n").utf8) + picture.image.pixels + picture.typeMap
    }

    /// Writes all bytes; false when nobody reads any more.
    private func put(_ bytes: [UInt8]) throws -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 && errno == EINTR { continue }
            if written < 0 && errno == EPIPE { return false }
            guard written > 0 else {
                throw CommandFailure("the stream: cannot be written: \(String(cString: strerror(errno)))")
            }
            rest = rest.dropFirst(written)
        }
        return true
    }
}
