internal import CVectorKernels

extension RowIndex {
    private static let queryBlock = 128
    private static let rowBlock = 1024
    /// Rows of a block that a query looks at before it is put aside; where many queries are, the whole block is multiplied for them.
    private static let patience = 64
    /// Queries from which on that is quicker than to go on row by row.
    private static let crowd = 16
    /// Rows multiplied at a time then.
    private static let denseBlock = 256

    /// For each query the largest cosine similarity with any row.
    ///
    /// Sums are rounded as in ``NearestNeighbor``; with a tolerance of 0 nothing else is lost. Scratch memory is fixed per worker, however many rows there are.
    ///
    /// - Parameters:
    ///   - queries: [queries, width], rows of Euclidean length 1. Where a part has as many rows, the row at a query's place is looked at first: patches of
    ///     pictures taken alike are most similar at the same place.
    ///   - tolerance: The result may be less than the largest similarity by at most this: rows that cannot be better by more are not looked at.
    ///   - threads: Workers to use.
    /// - Returns: [queries], in −1…1 up to rounding; −1 without rows.
    public func bestSimilarity(_ queries: Tensor, tolerance: Float = 0, threads: ComputeThreads) -> Tensor {
        let count = queries.shape[0]
        precondition(queries.shape[1] == width, "queries of width \(width) expected, not \(queries.shape[1])")
        return Tensor(shape: [count]) { best in
            best.initialize(repeating: -1)
            guard let result = best.baseAddress, rows > 0, count > 0 else { return }
            queries.withUnsafeBufferPointer { elements in
                guard let first = elements.baseAddress else { return }
                let blocks = RowBlocks(rows: count, largest: Self.queryBlock, unit: 1, workers: threads.count).ranges
                let scratch = (0..<threads.count).map { _ in Scratch(width: width, columns: columns) }
                // Sound: every worker has scratch memory of its own, every block results of its own.
                threads.forEach(blocks.count) { worker, block in
                    let range = blocks[block]
                    let block = Queries(
                        count: range.count, elements: first + range.lowerBound * width,
                        sketches: scratch[worker].sketches.baseAddress, best: result + range.lowerBound,
                        margin: tolerance - Self.slack)
                    project(block)
                    compare(block, from: range.lowerBound, of: count)
                    search(block, scratch[worker])
                }
            }
        }
    }

    /// Queries that a worker has in hand.
    private struct Queries {
        let count: Int
        /// [count, width].
        let elements: UnsafePointer<Float>
        /// [count, columns]: Pq, |q⊥| and |Pq|.
        let sketches: UnsafeMutablePointer<Float>
        /// [count]: the largest similarity so far.
        let best: UnsafeMutablePointer<Float>
        /// What a bound must be above the largest similarity by for its row to matter.
        let margin: Float
    }

    /// A worker's memory.
    private final class Scratch: Sendable {
        let sketches: FloatBuffer
        let bounds: FloatBuffer
        /// Bounds and positions of the rows that a query may have to be compared with.
        let candidates: FloatBuffer
        let positions: RawBuffer
        /// For queries that are compared with all rows, which few searches need.
        let rows: FloatBuffer
        let queries: FloatBuffer

        init(width: Int, columns: Int) {
            sketches = FloatBuffer(count: 2 * queryBlock * columns)
            bounds = FloatBuffer(count: queryBlock * rowBlock)
            candidates = FloatBuffer(count: rowBlock)
            positions = RawBuffer(byteCount: 4 * rowBlock)
            rows = FloatBuffer(count: denseBlock * width)
            queries = FloatBuffer(count: queryBlock * width)
        }
    }

    private func project(_ queries: Queries) {
        let rank = columns - 2
        directions.withUnsafeBufferPointer { elements in
            guard let basis = elements.baseAddress else { return }
            Gemm.multiplyTransposed(
                queries.elements, lda: width, basis, ldb: width, into: queries.sketches, ldc: columns,
                m: queries.count, n: rank, k: width)
        }
        for query in 0..<queries.count {
            let line = queries.sketches + query &* columns
            let whole = RowKernels.squaredLength(
                UnsafeBufferPointer(start: queries.elements + query &* width, count: width))
            let part = RowKernels.squaredLength(UnsafeBufferPointer(start: line, count: rank))
            // A difference of nearly equal numbers: what rounding may have taken from it is given back.
            line[rank] = (max(0, whole - part) + 2e-6).squareRoot()
            line[rank + 1] = part.squareRoot()
        }
    }

    /// Compares queries with the rows at their places.
    private func compare(_ queries: Queries, from first: Int, of count: Int) {
        var start = 0
        for rows in parts {
            if rows == count {
                for query in 0..<queries.count {
                    queries.best[query] = max(
                        queries.best[query], similarity(queries, query, start &+ first &+ query))
                }
            }
            start += rows
        }
    }

    private func similarity(_ queries: Queries, _ query: Int, _ row: Int) -> Float {
        let near = cvk_dot(
            queries.sketches + query &* columns, columns - 2, sketches.baseAddress + row &* columns, cvk_codes_float32)
        return near + residuals.dot(queries.elements + query &* width, row: row)
    }

    private func search(_ queries: Queries, _ scratch: Scratch) {
        let bounds = scratch.bounds.baseAddress
        for start in stride(from: 0, to: rows, by: Self.rowBlock) {
            let block = start..<min(start + Self.rowBlock, rows)
            Gemm.multiplyTransposed(
                queries.sketches, lda: columns, sketches.baseAddress + start * columns, ldb: columns, into: bounds,
                ldc: block.count, m: queries.count, n: block.count, k: columns)
            let unfinished = (0..<queries.count).filter { query in
                !look(at: block, bounds + query &* block.count, atMost: Self.patience, queries, query, scratch)
            }
            if unfinished.count < Self.crowd {
                for query in unfinished {
                    _ = look(at: block, bounds + query &* block.count, atMost: .max, queries, query, scratch)
                }
            } else {
                multiply(unfinished, block, queries, scratch)
            }
        }
    }

    /// Compares a query with the rows of a block in the order of their bounds, until no other can be better.
    ///
    /// - Parameters:
    ///   - block: Rows.
    ///   - bounds: One per row.
    ///   - limit: Rows to compare with at most.
    ///   - queries: Their best similarities are raised.
    ///   - query: Which one.
    ///   - scratch: The worker's.
    /// - Returns: Whether the end was reached.
    private func look(
        at block: Range<Int>, _ bounds: UnsafePointer<Float>, atMost limit: Int, _ queries: Queries,
        _ query: Int, _ scratch: Scratch
    ) -> Bool {
        let values = scratch.candidates.baseAddress
        let positions = scratch.positions.baseAddress.assumingMemoryBound(to: Int32.self)
        var best = queries.best[query]
        defer { queries.best[query] = best }
        var count = cvk_above(bounds, block.count, best + queries.margin, values, positions)
        var looks = 0
        var bound: Float = 0
        var place = cvk_largest(values, count, &bound)
        while bound > best + queries.margin {
            guard looks < limit else { return false }
            let row = block.lowerBound &+ Int(positions[place])
            // The next one is found and fetched while this one is multiplied.
            values[place] = -.infinity
            place = cvk_largest(values, count, &bound)
            if bound > best + queries.margin { residuals.prefetch(row: block.lowerBound &+ Int(positions[place])) }
            best = max(best, similarity(queries, query, row))
            looks &+= 1
            if looks.isMultiple(of: 16), count > 64 {
                (count, place) = Self.keep(values, positions, count, above: best + queries.margin, place)
            }
        }
        return true
    }

    /// Leaves the candidates above a threshold.
    ///
    /// - Returns: How many these are, and where the one at `place` went.
    private static func keep(
        _ values: UnsafeMutablePointer<Float>, _ positions: UnsafeMutablePointer<Int32>, _ count: Int,
        above threshold: Float, _ place: Int
    ) -> (count: Int, place: Int) {
        var kept = 0
        var target = 0
        for index in 0..<count where values[index] > threshold {
            if index == place { target = kept }
            (values[kept], positions[kept]) = (values[index], positions[index])
            kept &+= 1
        }
        return (kept, target)
    }

    /// Compares queries with all rows of a block.
    private func multiply(_ chosen: [Int], _ block: Range<Int>, _ queries: Queries, _ scratch: Scratch) {
        let (gathered, scores) = (scratch.queries.baseAddress, scratch.bounds.baseAddress)
        let sketch = scratch.sketches.baseAddress + Self.queryBlock * columns
        for (index, query) in chosen.enumerated() {
            (gathered + index * width).update(from: queries.elements + query * width, count: width)
            (sketch + index * columns).update(from: queries.sketches + query * columns, count: columns)
        }
        for start in stride(from: block.lowerBound, to: block.upperBound, by: Self.denseBlock) {
            let part = start..<min(start + Self.denseBlock, block.upperBound)
            residuals.widen(part, into: scratch.rows.baseAddress)
            Gemm.multiplyTransposed(
                sketch, lda: columns, sketches.baseAddress + start * columns, ldb: columns, into: scores,
                ldc: part.count, m: chosen.count, n: part.count, k: columns - 2)
            Gemm.multiplyTransposed(
                gathered, lda: width, scratch.rows.baseAddress, ldb: width, into: scores, ldc: part.count,
                m: chosen.count, n: part.count, k: width, beta: 1)
            for (index, query) in chosen.enumerated() {
                var largest: Float = 0
                _ = cvk_largest(scores + index * part.count, part.count, &largest)
                queries.best[query] = max(queries.best[query], largest)
            }
        }
    }
}
