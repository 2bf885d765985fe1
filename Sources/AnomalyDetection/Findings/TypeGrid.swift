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

    /// Mean probability of every type over a region of the picture; a grid pixel counts as often as it is covered.
    func means(over runs: [PixelRun]) -> [Float] {
        var sums = [Double](repeating: 0, count: types)
        var area = 0
        values.withUnsafeBufferPointer { values in
            forEachGridPixel(of: runs) { pixel, covered in
                area += covered
                for type in sums.indices { sums[type] += Double(value(values, type, pixel)) * Double(covered) }
            }
        }
        return sums.map { Float($0 / Double(max(1, area))) }
    }

    /// The largest probability of a type below the runs.
    func maximum(of type: Int, over runs: [PixelRun]) -> Float {
        var best: Float = 0
        values.withUnsafeBufferPointer { values in
            forEachGridPixel(of: runs) { pixel, _ in best = max(best, value(values, type, pixel)) }
        }
        return best
    }

    /// Visits the grid pixels that runs cover, with the number of the picture's pixels that share each within a run.
    private func forEachGridPixel(of runs: [PixelRun], _ body: (_ pixel: Int, _ covered: Int) -> Void) {
        for run in runs {
            let row = run.y * side / height * side
            var x = run.start
            while x < run.end {
                let column = Int(columns[x])
                let next = min(run.end, end(at: x))
                body(row + column, next - x)
                x = next
            }
        }
    }
}
