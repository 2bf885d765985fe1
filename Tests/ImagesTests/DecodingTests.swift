import Images
import Testing

@Suite("Decoding")
struct DecodingTests {
    @Test("a JPEG decodes to the pixels Pillow makes of it", arguments: try Fixtures.goldens(in: "jpeg"))
    func jpeg(name: String) throws {
        let golden = try Fixtures.PNM("jpeg/\(name).ppm")
        let image = try ImageDecoder.decode(Fixtures.bytes("jpeg/\(name).jpg"))
        #expect(image.width == golden.width && image.height == golden.height)
        Fixtures.expectEqual(image.pixels, golden.pixels, width: golden.width, channels: 3, name)
    }

    @Test(
        "a PNG decodes to the pixels Pillow makes of it", arguments: try Fixtures.goldens(in: "png"),
        ["", "_interlaced"])
    func png(name: String, suffix: String) throws {
        if name == "many_idat", !suffix.isEmpty { return }
        let golden = try Fixtures.PNM("png/\(name).ppm")
        let image = try ImageDecoder.decode(Fixtures.bytes("png/\(name)\(suffix).png"))
        #expect(image.width == golden.width && image.height == golden.height)
        Fixtures.expectEqual(image.pixels, golden.pixels, width: golden.width, channels: 3, name + suffix)
    }

    @Test("the header gives format, size and memory need without decoding")
    func header() throws {
        let jpeg = try ImageDecoder.header(of: Fixtures.bytes("jpeg/baseline_420.jpg"))
        #expect(jpeg.format == .jpeg && jpeg.width == 37 && jpeg.height == 29)
        #expect(jpeg.decodingBytes == 37 * 29 * 3)
        let progressive = try ImageDecoder.header(of: Fixtures.bytes("jpeg/progressive_420.jpg"))
        #expect(progressive.decodingBytes == 64 * 48 * 9, "a progressive file makes the codec keep coefficients")
        let png = try ImageDecoder.header(of: Fixtures.bytes("png/rgba_16.png"))
        #expect(png.format == .png && png.width == 21 && png.height == 13 && png.decodingBytes == 21 * 13 * 3)
    }

    @Test("an Exif orientation tag does not turn the picture")
    func exifOrientation() throws {
        let image = try ImageDecoder.decode(Fixtures.bytes("jpeg/exif_rotated.jpg"))
        #expect(image.width == 37 && image.height == 29)
    }

    @Test("bytes after the end of the picture are ignored", arguments: ["jpeg/grey.jpg", "png/rgb_8.png"])
    func trailingBytes(path: String) throws {
        let bytes = try Fixtures.bytes(path)
        let padded = bytes + [0, 1, 2, 0xFF, 0xD8, 0xFF, 0xE0, 3]
        #expect(try ImageDecoder.decode(padded) == ImageDecoder.decode(bytes))
    }
}
