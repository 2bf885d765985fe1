/// A yes-or-no answer for every pixel of a picture.
public struct BinaryMask: Sendable, Equatable {
    /// Pixels per row, at least 1.
    public let width: Int
    /// Rows, at least 1.
    public let height: Int
    /// [height, width], row-major, each 0 or 1.
    public let pixels: [UInt8]

    /// Wraps one byte per pixel; every byte other than 0 becomes 1 (traps when the count is not width·height).
    public init(width: Int, height: Int, pixels: [UInt8]) {
        self.init(
            width: width, height: height,
            zerosAndOnes: pixels.contains { $0 > 1 } ? pixels.map { $0 == 0 ? 0 : 1 } : pixels)
    }

    /// Wraps bytes that are known to be 0 or 1 (traps when the count is not width·height).
    init(width: Int, height: Int, zerosAndOnes pixels: [UInt8]) {
        checkPixelCount(pixels.count, width: width, height: height, channels: 1)
        self.width = width
        self.height = height
        self.pixels = pixels
    }

    /// Marks the pixels of `map` that lie strictly above `threshold`; a NaN is never above.
    ///
    /// - Parameters:
    ///   - map: [height, width], row-major (traps when the count differs).
    ///   - width: Pixels per row.
    ///   - height: Rows.
    ///   - threshold: In the map's own unit.
    public init(map: [Float], width: Int, height: Int, above threshold: Float) {
        self.init(width: width, height: height, pixels: map.map { $0 > threshold ? 1 : 0 })
    }

    /// Number of marked pixels.
    public var area: Int {
        // Summing a block in 32 bits lets the loop vectorise; a block cannot overflow.
        var total = 0
        var start = 0
        while start < pixels.count {
            let end = min(start + 1 << 20, pixels.count)
            var sum: UInt32 = 0
            for index in start..<end { sum &+= UInt32(pixels[index]) }
            total += Int(sum)
            start = end
        }
        return total
    }
}
