internal import CVectorKernels

/// Turns coarse grids of class scores into full-size class probabilities.
///
/// Scores are enlarged bilinearly with aligned corners and the softmax is taken afterwards, per pixel (MultiADS, Eq. 1
/// and 3): the order matters, since softmax before enlarging gives nearly binary stairs. All stages of a row are summed before it is written,
/// because the result is larger than the caches.
public struct UpsampledSoftmax: Sendable {
    /// Cells along one side of the coarse grid.
    public let gridSize: Int
    /// Pixels along one side of the result.
    public let side: Int
    /// Number of classes.
    public let classes: Int

    /// Rows of pixels that a worker takes at a time.
    private static let rowBlock = 32

    /// Describes one enlargement (all counts at least 1; traps otherwise).
    public init(gridSize: Int, side: Int, classes: Int) {
        precondition(gridSize > 0 && side > 0 && classes > 0, "empty map: grid \(gridSize), side \(side), \(classes)")
        self.gridSize = gridSize
        self.side = side
        self.classes = classes
    }

    /// The weighted sum of the stages' probabilities.
    ///
    /// - Parameters:
    ///   - stages: [gridSize², classes] each, cells row-major; already multiplied by the temperature factor. At least one (traps otherwise).
    ///   - weight: Factor of each stage, 1/stages for a mean.
    ///   - output: [classes, side, side], overwritten.
    ///   - threads: Workers to use.
    public func fill(
        _ stages: [Tensor], weight: Float, into output: UnsafeMutablePointer<Float>, threads: ComputeThreads
    ) {
        let expected = gridSize * gridSize * classes
        precondition(
            !stages.isEmpty && stages.allSatisfy { $0.count == expected }, "\(expected) scores for every stage")
        let columns = (0..<(side + 15) / 16 * 16).map {
            AlignedCorners.sample(min($0, side - 1), gridSize: gridSize, side: side)
        }
        let stride = columns.count * classes
        let blocks = (side + Self.rowBlock - 1) / Self.rowBlock
        let workers = (0..<threads.count).map { _ in
            Scratch(rows: 2 * stages.count * stride, pixels: 2 * classes * 16)
        }
        threads.forEach(blocks) { worker, block in
            let scratch = workers[worker]
            for y in block * Self.rowBlock..<min((block + 1) * Self.rowBlock, side) {
                let position = AlignedCorners.sample(y, gridSize: gridSize, side: side)
                let below = min(position.index + 1, gridSize - 1)
                // Two coarse rows, enlarged across, serve as many rows of pixels as lie between them.
                for row in [position.index, below] where scratch.held[row & 1] != row {
                    for (stage, scores) in stages.enumerated() {
                        enlarge(scores, row: row, columns, into: scratch.row(row) + stage * stride)
                    }
                    scratch.held[row & 1] = row
                }
                cvk_mix_softmax(
                    scratch.row(position.index), scratch.row(below), position.fraction, stages.count, stride, classes,
                    weight, scratch.pixels.baseAddress, output + y &* side, side &* side, side)
            }
        }
    }

    /// A worker's memory.
    private final class Scratch: @unchecked Sendable {
        // Sound to send: each worker has its own.

        /// Two coarse rows of all stages: those with even numbers first.
        let rows: FloatBuffer
        let pixels: FloatBuffer
        /// Which coarse rows these are.
        var held = [-1, -1]

        init(rows: Int, pixels: Int) {
            self.rows = FloatBuffer(count: rows)
            self.pixels = FloatBuffer(count: pixels)
        }

        func row(_ number: Int) -> UnsafeMutablePointer<Float> {
            rows.baseAddress + (number & 1) * (rows.count / 2)
        }
    }

    /// One coarse row enlarged across: [⌈side/16⌉, classes, 16].
    private func enlarge(
        _ scores: Tensor, row: Int, _ columns: [(index: Int, fraction: Float)], into target: UnsafeMutablePointer<Float>
    ) {
        scores.withUnsafeBufferPointer { elements in
            guard let start = elements.baseAddress else { return }
            let cells = start + row &* gridSize &* classes
            for (x, column) in columns.enumerated() {
                let left = cells + column.index &* classes
                let right = cells + min(column.index &+ 1, gridSize &- 1) &* classes
                var pixel = target + (x &>> 4 &* classes &* 16 &+ x & 15)
                for label in 0..<classes {
                    pixel.pointee = left[label] * (1 - column.fraction) + right[label] * column.fraction
                    pixel += 16
                }
            }
        }
    }
}
