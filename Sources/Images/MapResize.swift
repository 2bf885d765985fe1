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
        var result = [Float](repeating: 0, count: max(0, newWidth) * max(0, newHeight))
        try forEachRow(
            of: map, width: width, height: height, toWidth: newWidth, toHeight: newHeight, corners: corners
        ) { y, row in
            result.withUnsafeMutableBufferPointer { result in
                _ = UnsafeMutableBufferPointer(rebasing: result[y * newWidth..<(y + 1) * newWidth])
                    .update(fromContentsOf: row)
            }
        }
        return result
    }

    /// Resizes a map row by row, so that nobody has to hold the whole.
    ///
    /// - Parameters:
    ///   - map: [height, width], row-major.
    ///   - width: Columns of `map`, at least 1.
    ///   - height: Rows of `map`, at least 1.
    ///   - newWidth: Columns of the result, at least 1.
    ///   - newHeight: Rows of the result, at least 1.
    ///   - corners: Where the grids meet.
    ///   - floor: Rows in which nothing reaches this value are passed over.
    ///   - body: Gets each row's number and its `newWidth` values, in order.
    /// - Throws: `ImageError` with `.invalidArgument` when the count or a size does not fit.
    public static func forEachRow(
        of map: [Float], width: Int, height: Int, toWidth newWidth: Int, toHeight newHeight: Int, corners: Corners,
        reaching floor: Float = -.infinity, _ body: (_ y: Int, _ row: UnsafeBufferPointer<Float>) -> Void
    ) throws(ImageError) {
        guard width > 0, height > 0, map.count == width * height else {
            throw ImageError(
                .invalidArgument, expected: "a map of \(width)×\(height) values", found: "\(map.count) values")
        }
        guard newWidth > 0, newHeight > 0 else {
            throw ImageError(.invalidArgument, expected: "a size of at least 1×1", found: "\(newWidth)×\(newHeight)")
        }
        let columns = taps(input: width, output: newWidth, corners: corners)
        // Mixing two values may round up beyond both, by less than this.
        let limit = floor - abs(floor) * 1e-6
        let reaches = (0..<height).map { row in
            floor == -.infinity || map[row * width..<(row + 1) * width].contains { !($0 < limit) }
        }
        // Rows resized across, for the two source rows in use; output rows come in order, so each is made once.
        var upper = [Float](repeating: 0, count: newWidth)
        var lower = [Float](repeating: 0, count: newWidth)
        var mixed = [Float](repeating: 0, count: newWidth)
        var upperRow = -1
        var lowerRow = -1
        for (y, row) in taps(input: height, output: newHeight, corners: corners).enumerated()
        where reaches[row.first] || reaches[row.second] {
            if row.first != upperRow {
                if row.first == lowerRow {
                    swap(&upper, &lower)
                    swap(&upperRow, &lowerRow)
                } else {
                    across(map, row: row.first, width: width, columns: columns, into: &upper)
                    upperRow = row.first
                }
            }
            if row.second != lowerRow {
                across(map, row: row.second, width: width, columns: columns, into: &lower)
                lowerRow = row.second
            }
            mixed.withUnsafeMutableBufferPointer { mixed in
                blend(upper, lower, row, into: mixed)
                body(y, UnsafeBufferPointer(mixed))
            }
        }
    }

    /// The two input positions that one output position mixes, and the share of the second.
    private struct Tap {
        let first: Int
        let second: Int
        let share: Float
    }

    private static func taps(input: Int, output: Int, corners: Corners) -> [Tap] {
        let scale: Float =
            switch corners {
            case .edges: Float(input) / Float(output)
            case .centers: output > 1 ? Float(input - 1) / Float(output - 1) : 0
            }
        return (0..<output).map { position in
            let source: Float =
                switch corners {
                case .edges: max(0, scale * (Float(position) + 0.5) - 0.5)
                case .centers: scale * Float(position)
                }
            let first = min(Int(source), input - 1)
            return Tap(first: first, second: min(first + 1, input - 1), share: min(max(source - Float(first), 0), 1))
        }
    }

    private static func across(_ map: [Float], row: Int, width: Int, columns: [Tap], into output: inout [Float]) {
        let start = row * width
        output.withUnsafeMutableBufferPointer { output in
            for (x, tap) in columns.enumerated() {
                output[x] = map[start &+ tap.first] * (1 - tap.share) + map[start &+ tap.second] * tap.share
            }
        }
    }

    private static func blend(
        _ upper: [Float], _ lower: [Float], _ row: Tap, into output: UnsafeMutableBufferPointer<Float>
    ) {
        let share = row.share
        let rest = 1 - share
        for x in 0..<output.count { output[x] = upper[x] * rest + lower[x] * share }
    }
}
