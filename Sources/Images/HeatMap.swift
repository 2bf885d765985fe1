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

/// A score map that is drawn on a scale.
public struct ScaledMap: Sendable {
    /// [height, width], row-major.
    public let values: [Float]
    /// Columns.
    public let width: Int
    /// Rows.
    public let height: Int
    /// Ties scores to colours.
    public let scale: HeatScale

    /// Joins a map and its scale; whether they fit is found out when it is drawn.
    public init(_ values: [Float], width: Int, height: Int, scale: HeatScale) {
        self.values = values
        self.width = width
        self.height = height
        self.scale = scale
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
