import Images
import Tensors
import Testing

@Suite("Run lengths of a mask")
struct MaskRunLengthTests {
    @Test("restores masks of every kind", arguments: 0..<40)
    func roundTrip(seed: Int) throws {
        var random = SplitMix64(seed: UInt64(seed))
        let (width, height) = (1 + seed * 7 % 50, 1 + seed * 3 % 31)
        let pixels = (0..<width * height).map { index -> UInt8 in
            return seed % 3 == 0 ? UInt8(seed % 2) : UInt8(random.below(4)) & UInt8(index / 9 & 1)
        }
        let mask = BinaryMask(width: width, height: height, pixels: pixels)
        let bytes = MaskRunLengths.encode(RunMask(mask))
        #expect(bytes == Self.lengths(pixels))
        #expect(try MaskRunLengths.decode(bytes, width: width, height: height).binary == mask)
    }

    /// The definition, pixel by pixel.
    private static func lengths(_ pixels: [UInt8]) -> [UInt8] {
        var (lengths, current) = ([0], UInt8(0))
        for pixel in pixels {
            if pixel != current {
                lengths.append(0)
                current = pixel
            }
            lengths[lengths.count - 1] += 1
        }
        return lengths.flatMap { length -> [UInt8] in
            var (bytes, rest) = ([UInt8](), length)
            while rest >= 0x80 {
                bytes.append(UInt8(rest & 0x7F) | 0x80)
                rest >>= 7
            }
            return bytes + [UInt8(rest)]
        }
    }

    @Test("a large mask with one region stays small")
    func compact() {
        var pixels = [UInt8](repeating: 0, count: 4000 * 100)
        for index in 1000..<1500 { pixels[index] = 1 }
        #expect(MaskRunLengths.encode(RunMask(BinaryMask(width: 4000, height: 100, pixels: pixels))).count < 10)
    }

    @Test(
        "refuses runs that do not fit the picture",
        arguments: [[], [200], [5], [3, 3], [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80], [0xFF]] as [[UInt8]]
    )
    func malformed(bytes: [UInt8]) {
        #expect(throws: ImageError.self) { try MaskRunLengths.decode(bytes, width: 2, height: 2) }
    }
}
