import Images
import Tensors

/// The most probable defect type of each grid pixel, looked up from the picture's pixels.
///
/// Types are decided where they are asked for: defects cover little of most pictures. Each worker has its own.
final class TypeGrid {
    private static let undecided = UInt16.max

    /// Probabilities of all types, [types, side, side], and where the first type's plane begins.
    private let values: Tensor
    private let firstPlane: Int
    private let types: Int
    private let side: Int
    private let width: Int
    private let height: Int
    /// Grid column of each column of the picture.
    private let columns: [Int32]
    private var decided: [UInt16]
    /// First grid pixel of the row that was entered.
    private var row = 0

    /// Prepares lookups from a picture of `width` × `height` pixels.
    init(maps: AnomalyMaps, mode: InspectionMode, width: Int, height: Int) {
        side = maps.side
        let plane = side * side
        switch mode {
        case .multitype: (values, firstPlane, types) = (maps.multitype, plane, maps.states.count - 1)
        case .binary: (values, firstPlane, types) = (maps.final, 0, 1)
        }
        self.width = width
        self.height = height
        columns = (0..<max(0, width)).map { [side] in Int32($0 * side / width) }
        decided = [UInt16](repeating: Self.undecided, count: plane)
    }

    /// Moves to a row of the picture.
    func enterRow(_ y: Int) { row = y * side / height * side }

    /// The type at a column of the row that was entered; of equally probable ones the first.
    func type(at x: Int) -> Int {
        let pixel = row &+ Int(columns[x])
        if decided[pixel] == Self.undecided { decided[pixel] = decide(pixel) }
        return Int(decided[pixel])
    }

    /// The first column after those of the picture that share a grid pixel with one.
    func end(at x: Int) -> Int { ((Int(columns[x]) &+ 1) &* width &+ side &- 1) / side }

    private func decide(_ pixel: Int) -> UInt16 {
        values.withUnsafeBufferPointer { values in
            var best = 0
            for type in 1..<max(types, 1) where value(values, type, pixel) > value(values, best, pixel) { best = type }
            return UInt16(best)
        }
    }

    private func value(_ values: UnsafeBufferPointer<Float>, _ type: Int, _ pixel: Int) -> Float {
        values[firstPlane + type * side * side + pixel]
    }

    /// What the probabilities are below a region of the picture.
    struct Summary {
        /// Mean of every type; a grid pixel counts as often as it is covered.
        let means: [Float]
        /// The largest of the type that was asked for.
        let largest: Float
    }

    /// Looks at the probabilities below a region.
    ///
    /// - Parameters:
    ///   - runs: In reading order.
    ///   - type: Whose largest probability is wanted.
    /// - Returns: Means and the largest.
    func summary(over runs: [PixelRun], largestOf type: Int) -> Summary {
        // Several rows of the picture cover the same row of the grid: they are counted first, and each probability is read once.
        var covered = [Float](repeating: 0, count: side)
        var sums = [Double](repeating: 0, count: types)
        var (area, largest, row) = (0, Float(0), -1)
        var touched = 0..<0
        func flush() {
            defer {
                for column in touched { covered[column] = 0 }
                touched = 0..<0
            }
            values.withUnsafeBufferPointer { values in
                for label in 0..<types {
                    let line = firstPlane &+ label &* side &* side &+ row &* side
                    var lanes = SIMD4<Double>.zero
                    var column = touched.lowerBound
                    while column &+ 4 <= touched.upperBound {
                        let (place, at) = (line &+ column, column)
                        let probabilities = SIMD4(
                            values[place], values[place &+ 1], values[place &+ 2], values[place &+ 3])
                        let weights = SIMD4(covered[at], covered[at &+ 1], covered[at &+ 2], covered[at &+ 3])
                        lanes += SIMD4<Double>(probabilities) * SIMD4<Double>(weights)
                        column &+= 4
                    }
                    var sum = lanes.sum()
                    while column < touched.upperBound {
                        sum += Double(values[line &+ column]) * Double(covered[column])
                        column &+= 1
                    }
                    sums[label] += sum
                    guard label == type else { continue }
                    for column in touched where covered[column] > 0 { largest = max(largest, values[line &+ column]) }
                }
            }
        }
        for run in runs {
            let next = run.y * side / height
            if next != row {
                flush()
                row = next
            }
            area += run.end - run.start
            let (first, last) = (Int(columns[run.start]), Int(columns[run.end - 1]))
            touched =
                touched.isEmpty
                ? first..<last + 1 : min(touched.lowerBound, first)..<max(touched.upperBound, last + 1)
            var x = run.start
            while x < run.end {
                let end = min(run.end, end(at: x))
                covered[Int(columns[x])] += Float(end - x)
                x = end
            }
        }
        flush()
        return Summary(means: sums.map { Float($0 / Double(max(1, area))) }, largest: largest)
    }
}
