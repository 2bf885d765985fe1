import Images
import Testing

@Suite("Masks")
struct MaskTests {
    @Test("any byte but 0 is a mark")
    func normalizes() {
        let mask = BinaryMask(width: 2, height: 2, pixels: [0, 1, 255, 2])
        #expect(mask.pixels == [0, 1, 1, 1])
        #expect(mask == BinaryMask(width: 2, height: 2, pixels: [0, 1, 1, 1]))
    }

    @Test("the threshold itself and NaN are not above it")
    func threshold() {
        let mask = BinaryMask(map: [0.5, 0.50001, .nan, .infinity, -1, 0], width: 3, height: 2, above: 0.5)
        #expect(mask.pixels == [0, 1, 0, 1, 0, 0])
    }

    @Test("16-bit samples count with all their bits, and a JPEG's from one half on")
    func samples() throws {
        let wide = try Fixtures.bytes("masks/label16.png")
        #expect(try wide.withUnsafeBytes { try ImageDecoder.decodeMask($0) }.pixels == [0, 1, 1, 1])
        let opaque = try Fixtures.bytes("masks/opaque.png")
        #expect(try opaque.withUnsafeBytes { try ImageDecoder.decodeMask($0) }.pixels == [0, 1, 1, 0])
        let palette = try Fixtures.bytes("masks/opaque_palette.png")
        #expect(try palette.withUnsafeBytes { try ImageDecoder.decodeMask($0) }.pixels == [0, 1, 1, 0])
        let halves = (0..<128).flatMap { [UInt8](repeating: $0 % 16 < 7 ? 0 : 255, count: 3) }
        let jpeg = try JPEGEncoder.encode(RGBImage(width: 16, height: 8, pixels: halves), quality: 60)
        let mask = try jpeg.withUnsafeBytes { try ImageDecoder.decodeMask($0) }
        #expect(mask.pixels == (0..<128).map { $0 % 16 < 7 ? 0 : 1 })
    }

    @Test(
        "a mask with transparent pixels is refused, whatever the colours",
        arguments: ["alpha_white", "alpha_gray", "alpha_palette", "alpha_key"])
    func transparency(name: String) throws {
        let bytes = try Fixtures.bytes("masks/\(name).png")
        let error = try #require(throws: ImageError.self) {
            try bytes.withUnsafeBytes { try ImageDecoder.decodeMask($0) }
        }
        #expect(error.code == .unsupportedFeature && error.found.contains("transparency"))
    }

    @Test("the area counts every mark of a large mask")
    func area() {
        let pixels = (0..<2_100_000).map { UInt8($0 % 3 == 0 ? 1 : 0) }
        #expect(BinaryMask(width: 2_100, height: 1_000, pixels: pixels).area == 700_000)
    }
}
