import Images
import Tensors
import Testing

/// Damaged files throw or give a picture of the right size; they never crash, hang or give part of a picture.
@Suite("Damaged files", .timeLimit(.minutes(1)))
struct DamageTests {
    static let files = [
        "jpeg/baseline_420.jpg", "jpeg/progressive_444.jpg", "jpeg/baseline_restarts.jpg", "png/rgb_8.png",
        "png/palette_4_transparent_interlaced.png", "png/rgba_16.png",
    ]

    @Test("every prefix of a file is refused", arguments: files)
    func prefixes(path: String) throws {
        let bytes = try Fixtures.bytes(path)
        for length in bytes.indices {
            #expect(refusal(Array(bytes[..<length])) != nil, "\(length) of \(bytes.count) bytes")
        }
    }

    @Test("a file with one wrong byte is refused or decodes to its full size", arguments: files)
    func singleByteCorruption(path: String) throws {
        let bytes = try Fixtures.bytes(path)
        var generator = SplitMix64(seed: 7)
        for _ in 0..<2_000 {
            var damaged = bytes
            let position = Int.random(in: bytes.indices, using: &generator)
            damaged[position] ^= UInt8.random(in: 1...255, using: &generator)
            do throws(ImageError) {
                let limits = ImageLimits(maxPixels: 1 << 20)
                let header = try ImageDecoder.header(of: damaged, limits: limits)
                let image = try ImageDecoder.decode(damaged, limits: limits)
                #expect(image.width == header.width && image.height == header.height)
            } catch {
                #expect(!error.found.isEmpty, "byte \(position)")
            }
        }
    }

    @Test("a PNG with one wrong byte is always noticed", arguments: files.filter { $0.hasSuffix("png") })
    func pngChecksumsCatchEverything(path: String) throws {
        let bytes = try Fixtures.bytes(path)
        for position in bytes.indices {
            var damaged = bytes
            damaged[position] ^= 0x10
            #expect(refusal(damaged) != nil, "byte \(position)")
        }
    }
}
