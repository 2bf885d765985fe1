import Foundation
import Images
import Testing

/// Files and seeded noise that the suites of this target share.
enum Fixtures {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/Images")

    static func bytes(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: root.appending(path: path)))
    }

    static func text(_ path: String) throws -> [Substring] {
        try String(decoding: bytes(path), as: UTF8.self).split(separator: "\n").filter { !$0.hasPrefix("#") }
    }

    /// Names, without extension, of the golden pictures in a folder.
    static func goldens(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path)
            .filter { $0.hasSuffix(".ppm") }.map { String($0.dropLast(4)) }.sorted()
    }

    /// A binary PPM (3 channels) or PGM (1 channel) as the golden script writes them: one comment line.
    struct PNM {
        let width: Int
        let height: Int
        let channels: Int
        let pixels: [UInt8]

        init(_ path: String) throws {
            let bytes = try Fixtures.bytes(path)
            let parts = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 4, omittingEmptySubsequences: false)
            try #require(parts.count == 5)
            let size = String(decoding: parts[2], as: UTF8.self).split(separator: " ").compactMap { Int($0) }
            try #require(size.count == 2)
            width = size[0]
            height = size[1]
            channels = parts[0].elementsEqual("P6".utf8) ? 3 : 1
            pixels = [UInt8](parts[4])
            try #require(pixels.count == width * height * channels)
        }

        var rgb: RGBImage { RGBImage(width: width, height: height, pixels: pixels) }
        var gray: GrayImage { GrayImage(width: width, height: height, pixels: pixels) }
    }

    /// Fails with the place and size of the worst difference when two pixel arrays are not equal.
    static func expectEqual(
        _ actual: [UInt8], _ expected: [UInt8], width: Int, channels: Int, _ name: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        guard actual != expected else { return }
        guard actual.count == expected.count else {
            Issue.record("\(name): \(actual.count) bytes, not \(expected.count)", sourceLocation: sourceLocation)
            return
        }
        let differences = actual.indices.map { abs(Int(actual[$0]) - Int(expected[$0])) }
        let worst = differences.indices.max { differences[$0] < differences[$1] } ?? 0
        let pixel = worst / channels
        let wrong = differences.count { $0 > 0 }
        Issue.record(
            "\(name): \(wrong) bytes differ, by up to \(differences[worst]) at (\(pixel % width), \(pixel / width))",
            sourceLocation: sourceLocation)
    }
}

/// The error that decoding throws, or nil when there is a picture.
func refusal(_ bytes: some Sequence<UInt8>, limits: ImageLimits = ImageLimits()) -> ImageError? {
    do throws(ImageError) {
        _ = try ImageDecoder.decode(Array(bytes), limits: limits)
        return nil
    } catch {
        return error
    }
}
