/// A picture whose pixels are places in a list of colours.
public struct IndexedImage: Sendable, Equatable {
    /// Pixels per row, at least 1.
    public let width: Int
    /// Rows, at least 1.
    public let height: Int
    /// [height, width], row-major: places in ``palette``.
    public let indices: [UInt8]
    /// At most 256 colours.
    public let palette: [RGBColor]

    /// Wraps places that are already in order (traps when the count is not width·height, or the colours are too many).
    init(width: Int, height: Int, indices: [UInt8], palette: [RGBColor]) {
        checkPixelCount(indices.count, width: width, height: height, channels: 1)
        precondition(1...256 ~= palette.count, "a palette of \(palette.count) colours")
        self.width = width
        self.height = height
        self.indices = indices
        self.palette = palette
    }
}
