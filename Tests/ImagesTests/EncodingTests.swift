import Images
import Tensors
import Testing

@Suite("Encoding")
struct EncodingTests {
    private func noise(_ count: Int, seed: UInt64) -> [UInt8] {
        var generator = SplitMix64(seed: seed)
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }

    @Test("an RGB picture survives a PNG round trip", arguments: [0, 1, 2, 6, 9])
    func rgbRoundTrip(level: Int) throws {
        let image = RGBImage(width: 53, height: 31, pixels: noise(53 * 31 * 3, seed: 1))
        let file = try PNGEncoder.encode(image, compressionLevel: level)
        #expect(file[24] == 8 && file[25] == 2, "bit depth and colour type")
        #expect(try ImageDecoder.decode(file) == image)
    }

    @Test("a grey picture survives a PNG round trip")
    func grayRoundTrip() throws {
        let image = GrayImage(width: 53, height: 31, pixels: noise(53 * 31, seed: 2))
        let file = try PNGEncoder.encode(image)
        #expect(file[24] == 8 && file[25] == 0)
        #expect(try ImageDecoder.decode(file).pixels == image.pixels.flatMap { [$0, $0, $0] })
    }

    @Test("an RGBA picture keeps its colours in a PNG round trip, also where it is transparent")
    func rgbaRoundTrip() throws {
        let image = RGBAImage(width: 9, height: 5, pixels: noise(9 * 5 * 4, seed: 3))
        let file = try PNGEncoder.encode(image)
        #expect(file[24] == 8 && file[25] == 6)
        #expect(
            try ImageDecoder.decode(file).pixels
                == image.pixels.enumerated().filter { $0.offset % 4 != 3 }.map(\.element))
    }

    @Test("a mask survives a round trip as a 1-bit PNG", arguments: [1, 7, 8, 9, 16, 63, 64, 65])
    func maskRoundTrip(width: Int) throws {
        let mask = BinaryMask(width: width, height: 11, pixels: noise(width * 11, seed: 4).map { $0 & 1 })
        let file = try PNGEncoder.encode(mask)
        #expect(file[24] == 1 && file[25] == 0)
        #expect(try ImageDecoder.decode(file).pixels == mask.pixels.flatMap { [UInt8](repeating: $0 * 255, count: 3) })
    }

    @Test("pictures of many bands survive, and the number of workers does not change the file")
    func bands() throws {
        let threads = ComputeThreads(count: 3)
        let image = RGBImage(width: 301, height: 900, pixels: noise(301 * 900 * 3, seed: 5))
        let file = try PNGEncoder.encode(image, compressionLevel: 1)
        #expect(try ImageDecoder.decode(file) == image)
        #expect(try PNGEncoder.encode(image, compressionLevel: 1, threads: threads) == file)
        // A row longer than a band.
        let wide = GrayImage(width: 300_000, height: 3, pixels: noise(900_000, seed: 6))
        let long = try ImageDecoder.decode(
            PNGEncoder.encode(wide, threads: threads), limits: ImageLimits(maxSide: 300_000))
        #expect(stride(from: 0, to: 2_700_000, by: 3).allSatisfy { long.pixels[$0] == wide.pixels[$0 / 3] })
        // Rows without runs, and runs that reach from edge to edge.
        var generator = SplitMix64(seed: 7)
        var runs: [PixelRun] = []
        for y in 0..<4000 where y % 3 != 1 {
            let start = y % 5 == 0 ? 0 : Int.random(in: 0..<999, using: &generator)
            runs.append(PixelRun(y: y, start: start, end: y % 7 == 0 ? 1000 : start + 1))
        }
        let mask = RunMask(width: 1000, height: 4000, runs: runs)
        let bits = try PNGEncoder.encode(mask, threads: threads)
        #expect(try PNGEncoder.encode(mask) == bits)
        let (decoded, expected) = (try ImageDecoder.decode(bits).pixels, mask.binary.pixels)
        #expect(decoded == expected.flatMap { [UInt8](repeating: $0 * 255, count: 3) })
    }

    @Test("a JPEG of high quality stays close to the picture", arguments: ChromaSubsampling.allCases)
    func jpegRoundTrip(subsampling: ChromaSubsampling) throws {
        let image = try Fixtures.PNM("jpeg/baseline_444.ppm").rgb
        let decoded = try ImageDecoder.decode(JPEGEncoder.encode(image, quality: 95, subsampling: subsampling))
        #expect(decoded.width == image.width && decoded.height == image.height)
        let differences = zip(image.pixels, decoded.pixels).map { Double($0) - Double($1) }
        let meanSquare = differences.reduce(0) { $0 + $1 * $1 } / Double(differences.count)
        // Chroma halving blurs this picture's hard colour edges; full resolution keeps them.
        #expect(meanSquare < (subsampling == .none ? 10 : 900), "mean square error \(meanSquare)")
    }

    @Test("levels and qualities out of range are errors")
    func badArguments() {
        let image = RGBImage(width: 1, height: 1, pixels: [1, 2, 3])
        for level in [-1, 10] {
            let error = #expect(throws: ImageError.self) { try PNGEncoder.encode(image, compressionLevel: level) }
            #expect(error?.code == .invalidArgument)
        }
        for quality in [0, 101] {
            let error = #expect(throws: ImageError.self) { try JPEGEncoder.encode(image, quality: quality) }
            #expect(error?.code == .invalidArgument)
        }
    }

    @Test("a JPEG side above the library's limit is an error")
    func jpegTooWide() {
        let image = RGBImage(width: 65_501, height: 1, fill: RGBColor(red: 0, green: 0, blue: 0))
        #expect(throws: ImageError.self) { try JPEGEncoder.encode(image, quality: 90) }
    }
}
