import Images
import Testing

@Suite("Refusing bad files")
struct RefusalTests {
    /// A signature, an IHDR of this size with a checksum of 0, and nothing else.
    private func pngHeader(width: UInt32, height: UInt32) -> [UInt8] {
        func big(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }
        var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]
        file += big(width)
        file += big(height)
        return file + [8, 2, 0, 0, 0, 0, 0, 0, 0]
    }

    /// A start of image and one frame header.
    private func jpegHeader(
        width: UInt16, height: UInt16, components: UInt8 = 3, marker: UInt8 = 0xC0, bits: UInt8 = 8
    ) -> [UInt8] {
        var file: [UInt8] = [0xFF, 0xD8, 0xFF, marker, 0, 8 + 3 * components, bits]
        file += [UInt8(height >> 8), UInt8(height & 255), UInt8(width >> 8), UInt8(width & 255), components]
        for component in 1...components { file += [component, 0x11, 0] }
        return file
    }

    @Test("nothing at all has its own code")
    func empty() {
        #expect(refusal([])?.code == .emptyInput)
    }

    @Test(
        "what is not an image is shown by its first bytes",
        arguments: [
            ("GIF89a..", "47 49 46 38 39 61 2e 2e"), ("RIFFxxxxWEBP", "52 49 46 46 78 78 78 78"), ("{}", "7b 7d"),
        ])
    func notAnImage(text: String, shown: String) throws {
        let error = try #require(refusal(Array(text.utf8)))
        #expect(error.code == .notAnImage)
        #expect(error.description.contains(shown))
    }

    @Test(
        "the bare beginning of a signature is a truncated file",
        arguments: [[0xFF], [0xFF, 0xD8], [0x89, 0x50, 0x4E]])
    func partOfSignature(bytes: [UInt8]) {
        #expect(refusal(bytes)?.code == .truncated)
    }

    @Test("a huge PNG is refused by its header")
    func hugePNG() throws {
        let error = try #require(refusal(pngHeader(width: 50_000, height: 50_000)))
        #expect(error.code == .tooLarge && error.format == .png)
        #expect(error.found == "50000×50000")
    }

    @Test("a huge JPEG is refused by its header")
    func hugeJPEG() throws {
        let error = try #require(refusal(jpegHeader(width: 65_500, height: 65_500)))
        #expect(error.code == .tooLarge && error.format == .jpeg)
    }

    @Test(
        "each limit holds at its edge",
        arguments: [
            (ImageLimits(maxPixels: 37 * 29, maxSide: 37), true),
            (ImageLimits(maxPixels: 37 * 29 - 1, maxSide: 37), false),
            (ImageLimits(maxPixels: 37 * 29, maxSide: 36), false),
        ])
    func limits(limits: ImageLimits, accepted: Bool) throws {
        let error = refusal(try Fixtures.bytes("jpeg/grey.jpg"), limits: limits)
        #expect(error?.code == (accepted ? nil : .tooLarge))
    }

    @Test("CMYK and YCCK are refused as colour spaces", arguments: ["jpeg/cmyk.jpg", "jpeg/ycck.jpg"])
    func fourComponents(path: String) throws {
        let error = try #require(refusal(try Fixtures.bytes(path)))
        #expect(error.code == .unsupportedColorSpace)
        #expect(error.found.contains("CMYK"))
    }

    @Test("JPEG processes that are not decoded have their own code")
    func unsupportedProcesses() {
        #expect(refusal(jpegHeader(width: 8, height: 8, marker: 0xC3))?.code == .unsupportedFeature, "lossless")
        #expect(refusal(jpegHeader(width: 8, height: 8, marker: 0xC5))?.code == .unsupportedFeature, "hierarchical")
        #expect(refusal(jpegHeader(width: 8, height: 8, bits: 12))?.code == .unsupportedFeature, "12 bits")
        #expect(refusal(jpegHeader(width: 8, height: 0))?.code == .unsupportedFeature, "height in a DNL marker")
        #expect(refusal(jpegHeader(width: 8, height: 8, components: 2))?.code == .unsupportedColorSpace)
    }

    @Test(
        "a PNG side of 0 or above 2³¹−1 is corrupt",
        arguments: [(0, 5), (5, 0), (0x8000_0000, 5)] as [(UInt32, UInt32)])
    func impossiblePNGSize(width: UInt32, height: UInt32) {
        #expect(refusal(pngHeader(width: width, height: height))?.code == .corrupt)
    }

    @Test("a wrong checksum in any PNG chunk is an error")
    func checksums() throws {
        let bytes = try Fixtures.bytes("png/rgb_8_gamma.png")
        var position = 8
        var chunks = 0
        while position < bytes.count {
            let length = bytes[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
            position += 12 + length
            var damaged = bytes
            damaged[position - 1] ^= 1
            #expect(refusal(damaged)?.code == .corrupt, "chunk \(chunks)")
            chunks += 1
        }
        #expect(chunks == 4)
    }

    @Test("a metadata chunk that inflates beyond the limit is refused")
    func metadataBomb() throws {
        #expect(refusal(try Fixtures.bytes("png/text_bomb.png"))?.code == .limitExceeded)
    }

    @Test("a JPEG with a flood of scans is refused before it is decoded")
    func scanFlood() throws {
        let bytes = try Fixtures.bytes("jpeg/progressive_420.jpg")
        let end = bytes.count - 2
        let lastScan = try #require((2..<end).last { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xDA })
        let flood = bytes[..<end] + Array(repeating: bytes[lastScan..<end], count: 120).joined() + bytes[end...]
        #expect(refusal(Array(flood))?.code == .limitExceeded)
    }

    @Test(
        "a progressive JPEG that ends after some of its scans is truncated",
        arguments: ["progressive_420", "progressive_444", "grey_progressive"])
    func missingScans(name: String) throws {
        let bytes = try Fixtures.bytes("jpeg/\(name).jpg")
        let scans = (2..<bytes.count - 1).filter { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xDA }
        #expect(scans.count > 4)
        for start in scans.dropFirst() {
            let error = refusal(Array(bytes[..<start] + [0xFF, 0xD9]))
            #expect(error?.code == .truncated && error?.expected.contains("coefficient") == true)
        }
    }

    @Test("a JPEG that is said to have three components and brings one is truncated")
    func missingComponents() throws {
        var bytes = try Fixtures.bytes("jpeg/grey.jpg")
        let frame = try #require((2..<bytes.count - 1).first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 })
        let first = bytes[frame + 10]
        bytes[frame + 9] = 3
        bytes[frame + 3] += 6
        bytes.insert(contentsOf: [first &+ 1, 0x11, 0, first &+ 2, 0x11, 0], at: frame + 13)
        #expect(refusal(bytes)?.code == .truncated)
    }

    @Test("a JPEG without its end-of-image marker is truncated")
    func missingEndOfImage() throws {
        let bytes = try Fixtures.bytes("jpeg/baseline_444.jpg")
        #expect(bytes.suffix(2) == [0xFF, 0xD9])
        #expect(refusal(bytes.dropLast(2))?.code == .truncated)
        #expect(refusal(bytes.dropLast(200))?.code == .truncated)
    }

    @Test("a JPEG whose data stop before the end-of-image marker is corrupt")
    func shortEntropyData() throws {
        let bytes = try Fixtures.bytes("jpeg/baseline_444.jpg")
        #expect(refusal(bytes.dropLast(200) + [0xFF, 0xD9])?.code == .corrupt)
    }
}
