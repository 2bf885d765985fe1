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

    @Test("the area counts every mark of a large mask")
    func area() {
        let pixels = (0..<2_100_000).map { UInt8($0 % 3 == 0 ? 1 : 0) }
        #expect(BinaryMask(width: 2_100, height: 1_000, pixels: pixels).area == 700_000)
    }
}
