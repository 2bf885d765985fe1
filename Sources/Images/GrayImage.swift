/// An 8-bit greyscale picture in memory.
public struct GrayImage: Sendable, Equatable {
    /// Pixels per row, at least 1.
    public let width: Int
    /// Rows, at least 1.
    public let height: Int
    /// [height, width], row-major, 0 is black, no row padding.
    public let pixels: [UInt8]

    /// Wraps pixels that are already in order (traps when the count is not width·height).
    public init(width: Int, height: Int, pixels: [UInt8]) {
        checkPixelCount(pixels.count, width: width, height: height, channels: 1)
        self.width = width
        self.height = height
        self.pixels = pixels
    }
}

/// An 8-bit RGB picture with straight (not premultiplied) alpha.
public struct RGBAImage: Sendable, Equatable {
    /// Pixels per row, at least 1.
    public let width: Int
    /// Rows, at least 1.
    public let height: Int
    /// [height, width, 4], row-major, red first and alpha last, no row padding.
    public let pixels: [UInt8]

    /// Wraps pixels that are already in order (traps when the count is not 4·width·height).
    public init(width: Int, height: Int, pixels: [UInt8]) {
        checkPixelCount(pixels.count, width: width, height: height, channels: 4)
        self.width = width
        self.height = height
        self.pixels = pixels
    }
}
