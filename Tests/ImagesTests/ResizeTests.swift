import Images
import Testing

@Suite("Resizing pictures")
struct ResizeTests {
    /// One golden picture, named `source_mode_filter_WxH`.
    struct Case: CustomTestStringConvertible {
        let name: String
        let source: String
        let isRGB: Bool
        let filter: ResizeFilter

        init?(name: String) {
            let parts = name.split(separator: "_")
            guard parts.count == 4 else { return nil }
            self.name = name
            source = "resize/\(parts[0])_\(parts[1]).ppm"
            isRGB = parts[1] == "rgb"
            filter = parts[2] == "bicubic" ? .bicubic : .bilinear
        }

        var testDescription: String { name }
    }

    static let cases = (try? Fixtures.goldens(in: "resize"))?.compactMap(Case.init) ?? []

    @Test("the golden cases are found")
    func goldensExist() {
        #expect(Self.cases.count == 76)
    }

    @Test("gives Pillow's pixels bit for bit", arguments: cases)
    func matchesPillow(testCase: Case) throws {
        let source = try Fixtures.PNM(testCase.source)
        let golden = try Fixtures.PNM("resize/\(testCase.name).ppm")
        let pixels =
            testCase.isRGB
            ? try Resampler.resize(source.rgb, width: golden.width, height: golden.height, filter: testCase.filter)
                .pixels
            : try Resampler.resize(source.gray, width: golden.width, height: golden.height, filter: testCase.filter)
                .pixels
        Fixtures.expectEqual(
            pixels, golden.pixels, width: golden.width, channels: golden.channels, testCase.name)
    }

    @Test("gives Pillow's pixels at full sizes, by digest", arguments: try Fixtures.text("resize/digests.txt"))
    func matchesPillowAtFullSizes(line: Substring) throws {
        let fields = line.split(separator: " ")
        let sizes = fields.prefix(4).compactMap { Int($0) }
        try #require(fields.count == 6 && sizes.count == 4)
        let pixels = (0..<sizes[0] * sizes[1] * 3).map { UInt8(truncatingIfNeeded: ($0 * 2_654_435_761) >> 13) }
        let resized = try Resampler.resize(
            RGBImage(width: sizes[0], height: sizes[1], pixels: pixels), width: sizes[2], height: sizes[3],
            filter: fields[4] == "bicubic" ? .bicubic : .bilinear)
        let digest = resized.pixels.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        #expect(digest == UInt64(fields[5], radix: 16))
    }

    @Test("a size that does not change costs nothing and changes nothing", arguments: ResizeFilter.allCases)
    func identity(filter: ResizeFilter) throws {
        let source = try Fixtures.PNM("resize/wide_rgb.ppm").rgb
        #expect(try Resampler.resize(source, width: source.width, height: source.height, filter: filter) == source)
    }

    @Test("a flat picture stays flat at every size", arguments: ResizeFilter.allCases)
    func flat(filter: ResizeFilter) throws {
        let source = RGBImage(width: 19, height: 7, fill: RGBColor(red: 255, green: 0, blue: 77))
        for size in [1, 2, 5, 18, 20, 64] {
            let resized = try Resampler.resize(source, width: size, height: 65 - size, filter: filter)
            #expect(resized == RGBImage(width: size, height: 65 - size, fill: RGBColor(red: 255, green: 0, blue: 77)))
        }
    }

    @Test("a size out of range is an error", arguments: [(0, 5), (5, 0), (-1, 5), (5, 65_536)])
    func sizeOutOfRange(width: Int, height: Int) {
        let image = GrayImage(width: 2, height: 2, pixels: [0, 1, 2, 3])
        let error = #expect(throws: ImageError.self) {
            try Resampler.resize(image, width: width, height: height, filter: .bicubic)
        }
        #expect(error?.code == .invalidArgument)
    }
}
