/// Resizes 8-bit pictures, bit-identical to Pillow's `Image.resize` with the same filter.
///
/// Separable: across first, into an 8-bit picture, then down; each pass rounds to 8 bits. A pass that would not change
/// the size is skipped. The aspect ratio is the caller's business.
public enum Resampler {
    /// Resizes an RGB picture.
    ///
    /// - Parameters:
    ///   - image: The picture.
    ///   - width: New width, 1…65535.
    ///   - height: New height, 1…65535.
    ///   - filter: Interpolation kernel.
    /// - Returns: [height, width] pixels.
    /// - Throws: `ImageError` with `.invalidArgument` for a size out of range.
    /// - Complexity: Across: 3·width·(input rows used)·taps multiply-adds; down: 3·width·height·taps.
    public static func resize(
        _ image: RGBImage, width: Int, height: Int, filter: ResizeFilter
    ) throws(ImageError) -> RGBImage {
        try checkSize(width, height)
        let pixels = resize(
            image.pixels, channels: 3, from: (image.width, image.height), to: (width, height), filter: filter)
        return RGBImage(width: width, height: height, pixels: pixels)
    }

    /// Resizes a greyscale picture.
    ///
    /// - Parameters:
    ///   - image: The picture.
    ///   - width: New width, 1…65535.
    ///   - height: New height, 1…65535.
    ///   - filter: Interpolation kernel.
    /// - Returns: [height, width] pixels.
    /// - Throws: `ImageError` with `.invalidArgument` for a size out of range.
    public static func resize(
        _ image: GrayImage, width: Int, height: Int, filter: ResizeFilter
    ) throws(ImageError) -> GrayImage {
        try checkSize(width, height)
        let pixels = resize(
            image.pixels, channels: 1, from: (image.width, image.height), to: (width, height), filter: filter)
        return GrayImage(width: width, height: height, pixels: pixels)
    }

    private static func checkSize(_ width: Int, _ height: Int) throws(ImageError) {
        guard (1...65_535).contains(width), (1...65_535).contains(height) else {
            throw ImageError(.invalidArgument, expected: "a size from 1×1 to 65535×65535", found: "\(width)×\(height)")
        }
    }

    private static func resize(
        _ pixels: [UInt8], channels: Int, from input: (width: Int, height: Int), to output: (width: Int, height: Int),
        filter: ResizeFilter
    ) -> [UInt8] {
        let down =
            input.height == output.height
            ? nil : ResampleWeights(input: input.height, output: output.height, filter: filter)
        // Only rows that some output row reads are resized across.
        let firstRow = down?.windows.first?.start ?? 0
        let endRow = down?.windows.last.map { $0.start + $0.count } ?? input.height

        var current = pixels
        var currentFirstRow = 0
        if input.width != output.width {
            let across = ResampleWeights(input: input.width, output: output.width, filter: filter)
            let rows = firstRow..<endRow
            current =
                channels == 3
                ? HorizontalPass.rgb(pixels, inputWidth: input.width, rows: rows, weights: across)
                : HorizontalPass.gray(pixels, inputWidth: input.width, rows: rows, weights: across)
            currentFirstRow = firstRow
        }
        guard let down else { return current }
        return VerticalPass.run(
            current, rowBytes: output.width * channels, firstRow: currentFirstRow, weights: down)
    }
}

/// A weighted sum in units of 2⁻²², rounded half up and limited to 0…255.
@inline(__always)
func roundedPixel(_ sum: Int32) -> UInt8 {
    let bits = Int32(ResampleWeights.precisionBits)
    let value = (sum &+ (1 << (bits - 1))) >> bits
    return UInt8(truncatingIfNeeded: max(0, min(255, value)))
}
