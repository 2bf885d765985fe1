/// Rows prepared for finding the one most similar to a query, without comparing each with each.
///
/// A row r is split into its part in a space of few dimensions, where most of it lies, and a small rest: r = Pᵀs + e with orthonormal
/// directions P. Then ⟨q, r⟩ = ⟨Pq, s⟩ + ⟨q, e⟩, and the last term is at most |q⊥|·|e| + |Pq|·|Pe| (Cauchy-Schwarz), of which the second product is due
/// to rounding alone. So one short dot product, of (Pq, |q⊥|, |Pq|) with (s, |e|, |Pe|), bounds the similarity and says which rows need not be looked
/// at; the answer is exact whatever the rows are. The idea is that of LEMP (Teflioudi et al. 2015) and FEXIPRO (Li et al. 2017).
///
/// The rest is small, so that 12 bits keep it better than 16 bits keep the whole row.
public struct RowIndex: Sendable {
    /// Number of rows.
    public let rows: Int
    /// Numbers per row.
    public let width: Int
    /// Rows of each part, in order.
    let parts: [Int]
    /// Numbers in a row's sketch.
    let columns: Int
    /// [columns − 2, width]: P.
    let directions: Tensor
    /// s, |e| and |Pe| of each row, in panels of 32 rows, the last of 32 or 16: [columns, 32] each.
    let sketches: FloatBuffer
    let residuals: ResidualRows
    /// What a bound may fall short of the similarity by because sums are rounded.
    static let slack: Float = 1e-5

    private static let block = 256
    /// Rows that the directions are estimated from.
    private static let samples = 2048

    /// Prepares rows.
    ///
    /// - Parameters:
    ///   - parts: The rows, of one width; Euclidean lengths at most 1.
    ///   - threads: Workers to use.
    public init(_ parts: [CompactRows], threads: ComputeThreads) {
        let width = parts.first?.width ?? 0
        precondition(parts.allSatisfy { $0.width == width }, "rows of width \(width) expected")
        let rows = parts.reduce(0) { $0 + $1.rows }
        let samples = Self.sample(parts, rows: rows, width: width)
        let candidates = PrincipalDirections.estimate(
            samples, count: SketchWidth.most(width: width) - 2, threads: threads)
        let columns = SketchWidth.best(for: parts, samples: samples, directions: candidates, threads: threads)
        // A copy, which lets go of those that are not used.
        let directions = candidates.rows(0..<columns - 2).mapped { $0 }
        let sketches = FloatBuffer(count: Self.padded(rows) * columns)
        // Rows that are none, in the last panel, are multiplied too.
        sketches.pointer.suffix(32 * columns).update(repeating: 0)
        let residuals = ResidualRows(.init(for: parts.map(\.element)), rows: rows, width: width)
        let blocks = Self.blocks(of: parts)
        // Sound: every block fills rows of its own.
        threads.forEach(blocks.count) { _, index in
            let (part, range, first) = blocks[index]
            let scratch = FloatBuffer(count: range.count * width)
            parts[part].withRows(range, scratch: scratch.baseAddress) { source in
                if source != UnsafePointer(scratch.baseAddress) {
                    scratch.baseAddress.update(from: source, count: range.count * width)
                }
                Self.split(
                    scratch.baseAddress, first..<first + range.count, of: rows, directions: directions,
                    columns: columns,
                    sketches: sketches, residuals: residuals)
            }
        }
        (self.rows, self.width, self.columns) = (rows, width, columns)
        self.parts = parts.map(\.rows)
        (self.directions, self.sketches, self.residuals) = (directions, sketches, residuals)
    }

    /// Size in bytes.
    public var byteCount: Int {
        residuals.element.byteCount(rows: rows, width: width) + 4 * (sketches.count + directions.count)
    }

    /// The most bytes that an index over rows in some formats takes.
    public static func mostBytes(_ elements: [CompactRows.Element], rows: Int, width: Int) -> Int {
        let columns = SketchWidth.most(width: width)
        return ResidualRows.Element(for: elements).byteCount(rows: rows, width: width)
            + 4 * (padded(rows) * columns + (columns - 2) * width)
    }

    /// Whether an index is worth its making and its directions' memory: not for few rows or short ones.
    public static func pays(rows: Int, width: Int) -> Bool { width >= 64 && rows >= 8 * SketchWidth.most(width: width) }

    /// Rows up to the end of the last panel.
    static func padded(_ rows: Int) -> Int { RowBlocks.padded(rows, unit: 16) }

    /// A row's place among the sketches.
    struct Lane {
        /// Its first number.
        let first: UnsafeMutablePointer<Float>
        /// Floats between its numbers.
        let stride: Int
    }

    /// Where a row's sketch lies.
    @inline(__always)
    func lane(_ row: Int) -> Lane { Self.lane(row, of: rows, in: sketches, columns: columns) }

    @inline(__always)
    private static func lane(_ row: Int, of rows: Int, in sketches: FloatBuffer, columns: Int) -> Lane {
        let first = row & ~31
        return Lane(
            first: sketches.baseAddress + (first &* columns &+ row &- first), stride: min(32, padded(rows) &- first))
    }

    /// Turns rows into sketches and residuals.
    private static func split(
        _ rows: UnsafeMutablePointer<Float>, _ range: Range<Int>, of count: Int, directions: Tensor, columns: Int,
        sketches: FloatBuffer, residuals: ResidualRows
    ) {
        let (rank, width) = (columns - 2, residuals.width)
        let parts = FloatBuffer(count: range.count * rank)
        let target = parts.baseAddress
        let overlaps = FloatBuffer(count: range.count * rank)
        directions.withUnsafeBufferPointer { elements in
            guard let basis = elements.baseAddress else { return }
            Gemm.multiplyTransposed(
                rows, lda: width, basis, ldb: width, into: target, ldc: rank, m: range.count, n: rank, k: width)
            Gemm.multiply(
                target, lda: rank, basis, ldb: width, into: rows, ldc: width, m: range.count, n: width, k: rank,
                alpha: -1, beta: 1)
            for (index, row) in range.enumerated() { residuals.store(rows + index * width, at: row) }
            Gemm.multiplyTransposed(
                rows, lda: width, basis, ldb: width, into: overlaps.baseAddress, ldc: rank, m: range.count, n: rank,
                k: width)
        }
        for (index, row) in range.enumerated() {
            let lane = lane(row, of: count, in: sketches, columns: columns)
            for direction in 0..<rank { lane.first[direction &* lane.stride] = target[index &* rank &+ direction] }
            lane.first[rank &* lane.stride] = length(rows + index * width, width)
            lane.first[(rank &+ 1) &* lane.stride] = length(overlaps.baseAddress + index * rank, rank)
        }
    }

    private static func length(_ row: UnsafePointer<Float>, _ count: Int) -> Float {
        RowKernels.squaredLength(UnsafeBufferPointer(start: row, count: count)).squareRoot()
    }

    /// Rows at even distances.
    private static func sample(_ parts: [CompactRows], rows: Int, width: Int) -> Tensor {
        let count = min(rows, samples)
        return Tensor(shape: [count, width]) { target in
            guard let start = target.baseAddress else { return }
            var (part, first) = (0, 0)
            for index in 0..<count {
                let row = index * rows / count
                while row >= first + parts[part].rows {
                    first += parts[part].rows
                    part += 1
                }
                let line = start + index * width
                parts[part].withRows(row - first..<row - first + 1, scratch: line) { source in
                    if source != UnsafePointer(line) { line.update(from: source, count: width) }
                }
            }
        }
    }

    private static func blocks(of parts: [CompactRows]) -> [(part: Int, range: Range<Int>, first: Int)] {
        var blocks: [(part: Int, range: Range<Int>, first: Int)] = []
        var first = 0
        for (part, rows) in parts.enumerated() {
            for start in stride(from: 0, to: rows.rows, by: block) {
                blocks.append((part, start..<min(start + block, rows.rows), first + start))
            }
            first += rows.rows
        }
        return blocks
    }
}
