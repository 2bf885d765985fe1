/// The rows of a map that is resized as ``MapResize`` says, each as the two rows that it mixes.
///
/// Rows of the map are resized across when they are first needed and kept while the next output rows need them, so rows had better be taken in order.
struct BilinearRows: Sendable {
    /// The two input positions that one output position mixes, and the share of the second.
    private struct Tap: Sendable {
        let first: Int
        let second: Int
        let share: Float
    }

    private let map: [Float]
    private let width: Int
    private let columns: [Tap]
    private let rows: [Tap]
    /// Whether something in each row of the map may make an output row reach the floor; nil without one.
    private var reaching: [Bool]?
    /// Rows of the map resized across, and which they are.
    private var upper: [Float]
    private var lower: [Float]
    private var (upperRow, lowerRow) = (-1, -1)

    /// Prepares rows.
    ///
    /// Parameters and errors are those of ``MapResize/bilinear(_:width:height:toWidth:toHeight:corners:)``; `floor` is what ``mayReach(_:)`` asks for.
    init(
        _ map: [Float], width: Int, height: Int, toWidth newWidth: Int, toHeight newHeight: Int,
        corners: MapResize.Corners, reaching floor: Float = -.infinity
    ) throws(ImageError) {
        guard width > 0, height > 0, map.count == width * height else {
            throw ImageError(
                .invalidArgument, expected: "a map of \(width)×\(height) values", found: "\(map.count) values")
        }
        guard newWidth > 0, newHeight > 0 else {
            throw ImageError(.invalidArgument, expected: "a size of at least 1×1", found: "\(newWidth)×\(newHeight)")
        }
        self.map = map
        self.width = width
        columns = Self.taps(input: width, output: newWidth, corners: corners)
        rows = Self.taps(input: height, output: newHeight, corners: corners)
        upper = [Float](repeating: 0, count: newWidth)
        lower = upper
        guard floor > -.infinity else { return }
        // Mixing two values may round up beyond both, by less than this.
        let limit = floor - abs(floor) * 1e-6
        reaching = stride(from: 0, to: map.count, by: width).map { start in
            map[start..<start + width].contains { !($0 < limit) }
        }
    }

    /// Calls `body` with the two rows that an output row mixes, each as wide as the output, and the share of the second.
    mutating func withRow(
        _ y: Int, _ body: (_ upper: UnsafePointer<Float>, _ lower: UnsafePointer<Float>, _ share: Float) -> Void
    ) {
        let row = rows[y]
        if row.first != upperRow {
            if row.first == lowerRow {
                swap(&upper, &lower)
                swap(&upperRow, &lowerRow)
            } else {
                across(row.first, into: &upper)
                upperRow = row.first
            }
        }
        if row.second != lowerRow {
            across(row.second, into: &lower)
            lowerRow = row.second
        }
        upper.withUnsafeBufferPointer { upper in
            lower.withUnsafeBufferPointer { lower in
                guard let upper = upper.baseAddress, let lower = lower.baseAddress else { return }
                body(upper, lower, row.share)
            }
        }
    }

    /// Whether anything in an output row may reach the floor.
    func mayReach(_ y: Int) -> Bool {
        guard let reaching else { return true }
        return reaching[rows[y].first] || reaching[rows[y].second]
    }

    private func across(_ row: Int, into output: inout [Float]) {
        map.withUnsafeBufferPointer { map in
            let start = row * width
            output.withUnsafeMutableBufferPointer { output in
                for (x, tap) in columns.enumerated() {
                    output[x] = map[start &+ tap.first] * (1 - tap.share) + map[start &+ tap.second] * tap.share
                }
            }
        }
    }

    private static func taps(input: Int, output: Int, corners: MapResize.Corners) -> [Tap] {
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
}
