/// An 8-bit RGB picture in memory.
public struct RGBImage: Sendable, Hashable {
    /// Pixels per row, at least 1.
    public let width: Int
    /// Rows, at least 1.
    public let height: Int
    /// [height, width, 3], row-major, red first, no row padding.
    public let pixels: [UInt8]

    /// Wraps pixels that are already in order (traps when the count is not 3·width·height).
    public init(width: Int, height: Int, pixels: [UInt8]) {
        checkPixelCount(pixels.count, width: width, height: height, channels: 3)
        self.width = width
        self.height = height
        self.pixels = pixels
    }

    /// Makes a picture of one colour.
    public init(width: Int, height: Int, fill: RGBColor) {
        var pixels = [UInt8](repeating: fill.red, count: width * height * 3)
        if fill.green != fill.red || fill.blue != fill.red {
            for start in stride(from: 0, to: pixels.count, by: 3) {
                pixels[start + 1] = fill.green
                pixels[start + 2] = fill.blue
            }
        }
        self.init(width: width, height: height, pixels: pixels)
    }

    /// The colour at column `x`, row `y` (traps outside the picture).
    public subscript(x: Int, y: Int) -> RGBColor {
        precondition(x >= 0 && x < width && y >= 0 && y < height, "(\(x), \(y)) is outside \(width)×\(height)")
        let start = (y * width + x) * 3
        return RGBColor(red: pixels[start], green: pixels[start + 1], blue: pixels[start + 2])
    }
}

/// One 8-bit sRGB colour.
public struct RGBColor: Sendable, Hashable {
    /// Red, 0…255.
    public var red: UInt8
    /// Green, 0…255.
    public var green: UInt8
    /// Blue, 0…255.
    public var blue: UInt8

    /// Makes a colour from its three parts.
    public init(red: UInt8, green: UInt8, blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// Makes a colour from a number such as 0xFF8000 (red in the highest of the three bytes).
    init(hex: UInt32) {
        self.init(
            red: UInt8(truncatingIfNeeded: hex >> 16), green: UInt8(truncatingIfNeeded: hex >> 8),
            blue: UInt8(truncatingIfNeeded: hex))
    }
}

/// Traps unless `count` is exactly channels·width·height and both sides are positive.
func checkPixelCount(_ count: Int, width: Int, height: Int, channels: Int) {
    precondition(width > 0 && height > 0, "a picture needs at least one pixel, not \(width)×\(height)")
    precondition(
        count == width * height * channels,
        "\(width)×\(height) with \(channels) channels needs \(width * height * channels) bytes, not \(count)")
}
