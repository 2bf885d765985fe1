internal import LargePages

/// Ties score values to colours by the decision threshold, never by the values of one picture.
///
/// 0 maps to the dark end, the threshold to the middle, `maximum` to the bright end, straight lines between. So a good
/// part stays dark, and two pictures with one threshold may be compared by eye.
public struct HeatScale: Sendable, Equatable {
    /// Scores above this are defects; above 0.
    public let threshold: Float
    /// The score at which the scale ends, the largest the method can give.
    public let maximum: Float

    /// Makes a scale.
    ///
    /// - Parameters:
    ///   - threshold: Finite and above 0.
    ///   - maximum: Finite and above 0; when it is not above the threshold, all scores above that are at the bright end.
    /// - Throws: `ImageError` with `.invalidArgument` for other values.
    public init(threshold: Float, maximum: Float = 1) throws(ImageError) {
        guard threshold > 0, threshold.isFinite, maximum > 0, maximum.isFinite else {
            throw ImageError(
                .invalidArgument, expected: "a finite threshold and maximum above 0",
                found: "threshold \(threshold) and maximum \(maximum)")
        }
        self.threshold = threshold
        self.maximum = maximum
    }

    /// Where a score lies on the scale.
    ///
    /// - Parameter score: Any value.
    /// - Returns: 0…1, one half at the threshold; 0 for NaN.
    public func position(of score: Float) -> Float {
        if score > threshold {
            return maximum > threshold ? min(1, 0.5 + 0.5 * (score - threshold) / (maximum - threshold)) : 1
        }
        return score > 0 ? 0.5 * score / threshold : 0
    }
}

/// Draws score maps in colour.
public enum HeatMap {
    /// Draws a score map on a fixed scale.
    ///
    /// - Parameters:
    ///   - map: [height, width], row-major.
    ///   - width: Columns, at least 1.
    ///   - height: Rows, at least 1.
    ///   - scale: Ties scores to colours.
    /// - Returns: A picture of the same size.
    /// - Throws: `ImageError` with `.invalidArgument` when the count does not fit the size.
    public static func render(
        map: [Float], width: Int, height: Int, scale: HeatScale
    ) throws(ImageError) -> RGBImage {
        guard width > 0, height > 0, map.count == width * height else {
            throw ImageError(
                .invalidArgument, expected: "a map of \(width)×\(height) values", found: "\(map.count) values")
        }
        let table = ColorMap.table
        let pixels = [UInt8](unsafeUninitializedCapacity: map.count * 3) { pixels, count in
            LargePages.advise(UnsafeMutableRawBufferPointer(pixels))
            table.withUnsafeBufferPointer { table in
                for index in 0..<map.count {
                    let color = table[ColorMap.index(of: scale.position(of: map[index]))]
                    pixels[index &* 3] = color.red
                    pixels[index &* 3 &+ 1] = color.green
                    pixels[index &* 3 &+ 2] = color.blue
                }
            }
            count = map.count * 3
        }
        return RGBImage(width: width, height: height, pixels: pixels)
    }

    /// Draws a score map in another size, as a picture of few colours: the same colours as `render` of the resized map.
    ///
    /// - Parameters:
    ///   - map: [height, width], row-major.
    ///   - width: Columns, at least 1.
    ///   - height: Rows, at least 1.
    ///   - newWidth: Columns of the picture, at least 1.
    ///   - newHeight: Rows of the picture, at least 1.
    ///   - scale: Ties scores to colours.
    /// - Returns: A picture of `newWidth` × `newHeight` pixels.
    /// - Throws: `ImageError` with `.invalidArgument` when the count or a size does not fit.
    public static func enlarge(
        map: [Float], width: Int, height: Int, toWidth newWidth: Int, toHeight newHeight: Int, scale: HeatScale
    ) throws(ImageError) -> IndexedImage {
        var indices = [UInt8](repeating: 0, count: max(0, newWidth) * max(0, newHeight))
        try MapResize.forEachRow(
            of: map, width: width, height: height, toWidth: newWidth, toHeight: newHeight, corners: .edges
        ) { y, row in
            indices.withUnsafeMutableBufferPointer { indices in
                let target = UnsafeMutableBufferPointer(rebasing: indices[y * newWidth..<(y + 1) * newWidth])
                for x in 0..<row.count {
                    target[x] = UInt8(truncatingIfNeeded: ColorMap.index(of: scale.position(of: row[x])))
                }
            }
        }
        return IndexedImage(width: newWidth, height: newHeight, indices: indices, palette: ColorMap.table)
    }

    /// Draws a score map with the scale that a threshold gives.
    ///
    /// - Parameters:
    ///   - map: [height, width], row-major.
    ///   - width: Columns, at least 1.
    ///   - height: Rows, at least 1.
    ///   - threshold: Finite and above 0.
    /// - Returns: A picture of the same size.
    /// - Throws: `ImageError` with `.invalidArgument` when the count or the threshold does not fit.
    public static func render(
        map: [Float], width: Int, height: Int, threshold: Float
    ) throws(ImageError) -> RGBImage {
        try render(map: map, width: width, height: height, scale: HeatScale(threshold: threshold))
    }
}
