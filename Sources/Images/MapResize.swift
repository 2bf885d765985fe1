/// Bilinear resizing of float maps (scores, logits), without anti-aliasing.
///
/// The arithmetic, in single precision, is that of PyTorch's `interpolate(mode: "bilinear")`.
public enum MapResize {
    /// Where the corners of the two grids meet.
    public enum Corners: Sendable {
        /// The outer edges of the corner pixels coincide (half-pixel centres; PyTorch's `align_corners=False`).
        case edges
        /// The centres of the corner pixels coincide, so corner values are kept (PyTorch's `align_corners=True`).
        case centers
    }

    /// Resizes a map.
    ///
    /// - Parameters:
    ///   - map: [height, width], row-major.
    ///   - width: Columns of `map`, at least 1.
    ///   - height: Rows of `map`, at least 1.
    ///   - newWidth: Columns of the result, at least 1.
    ///   - newHeight: Rows of the result, at least 1.
    ///   - corners: Where the grids meet.
    /// - Returns: [newHeight, newWidth], row-major; never outside the range of `map`.
    /// - Throws: `ImageError` with `.invalidArgument` when the count or a size does not fit.
    public static func bilinear(
        _ map: [Float], width: Int, height: Int, toWidth newWidth: Int, toHeight newHeight: Int, corners: Corners
    ) throws(ImageError) -> [Float] {
        var rows = try BilinearRows(
            map, width: width, height: height, toWidth: newWidth, toHeight: newHeight, corners: corners)
        return [Float](unsafeUninitializedCapacity: newWidth * newHeight) { result, count in
            for y in 0..<newHeight {
                rows.withRow(y) { upper, lower, share in
                    let rest = 1 - share
                    for x in 0..<newWidth { result[y &* newWidth &+ x] = upper[x] * rest + lower[x] * share }
                }
            }
            count = newWidth * newHeight
        }
    }
}
