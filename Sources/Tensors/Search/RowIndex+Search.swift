internal import CVectorKernels

extension RowIndex {
    /// Queries in hand at a time: their sketches meet each panel in the first-level cache, their bounds stay in the second.
    private static let queryBlock = 60
    /// Rows whose bounds are computed at a time, a multiple of 32.
    private static let rowBlock = 1024
    /// Floats between the bounds of two queries: twelve of a tile must not share the cache's sets.
    private static let boundStride = rowBlock + 16
    /// Rows of a block that are looked at in the order of their bounds; then the largest similarity is nearly known, and memory's order is quicker.
    private static let leaders = 4
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
    ///   - queries: [queries, width], of any length; a row of zeros is similar to nothing. Where a part has as many rows, the row at a query's place is looked
    ///     at first: patches of pictures taken alike are most similar at the same place.
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
                let blocks = RowBlocks(
                    tapering: count, largest: Self.queryBlock, smallest: 24, unit: 12, workers: threads.count
                ).ranges
                let scratch = (0..<threads.count).map { _ in Scratch(width: width) }
                let sketches = FloatBuffer(count: count * columns)
                // Sound: every worker has scratch memory of its own, every block sketches and results of its own.
                threads.split(count, granularity: 12) { range in
                    project(
                        first + range.lowerBound * width, range.count, sketches.baseAddress + range.lowerBound * columns
                    )
                }
                threads.forEach(blocks.count) { worker, block in
                    let (range, scratch) = (blocks[block], scratch[worker])
                    let block = Queries(
                        count: range.count, elements: scratch.queries.baseAddress,
                        sketches: sketches.baseAddress + range.lowerBound * columns,
                        best: result + range.lowerBound, margin: tolerance - Self.slack)
                    scratch.queries.baseAddress.update(
                        from: first + range.lowerBound * width, count: range.count * width)
                    normalize(scratch.queries.baseAddress, block)
                    compare(block, from: range.lowerBound, of: count)
                    search(block, scratch)
                }
            }
        }
    }

    /// Queries that a worker has in hand.
    private struct Queries {
        let count: Int
        /// [count, width], of length 1.
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
        let queries: FloatBuffer
        let bounds: FloatBuffer
        /// Bounds and positions of the rows that a query may have to be compared with.
        let candidates: FloatBuffer
        let positions: RawBuffer
        /// For queries that are compared with all rows, which few searches need.
        let chosen: FloatBuffer
        let rows: FloatBuffer
        let scores: FloatBuffer

        init(width: Int) {
            queries = FloatBuffer(count: queryBlock * width)
            bounds = FloatBuffer(count: queryBlock * boundStride)
            candidates = FloatBuffer(count: rowBlock)
            positions = RawBuffer(byteCount: 4 * rowBlock)
            chosen = FloatBuffer(count: queryBlock * width)
            rows = FloatBuffer(count: denseBlock * width)
            scores = FloatBuffer(count: queryBlock * denseBlock)
        }
    }

    /// Their parts along the directions, Pq, of queries as they are.
    private func project(_ queries: UnsafePointer<Float>, _ count: Int, _ sketches: UnsafeMutablePointer<Float>) {
        directions.withUnsafeBufferPointer { elements in
            guard let basis = elements.baseAddress else { return }
            Gemm.multiplyTransposed(
                queries, lda: width, basis, ldb: width, into: sketches, ldc: columns, m: count, n: columns - 2, k: width
            )
        }
    }

    /// Scales queries and their sketches to length 1, and adds |q⊥| and |Pq|.
    private func normalize(_ elements: UnsafeMutablePointer<Float>, _ queries: Queries) {
        let rank = columns - 2
        for query in 0..<queries.count {
            let (row, line) = (elements + query &* width, queries.sketches + query &* columns)
            var scale: Float = 0
            RowKernels.normalizeRows(row, rows: 1, width: width, inverseLengths: &scale)
            for direction in 0..<rank { line[direction] *= scale }
            let whole = RowKernels.squaredLength(UnsafeBufferPointer(start: row, count: width))
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
                    let row = start &+ first &+ query
                    let line = queries.sketches + query &* columns
                    let lane = lane(row)
                    var (even, odd) = (Float(0), Float(0))
                    for step in stride(from: 0, to: columns &- 2, by: 2) {
                        even += line[step] * lane.first[step &* lane.stride]
                        odd += line[step &+ 1] * lane.first[(step &+ 1) &* lane.stride]
                    }
                    let rest = residuals.dot(queries.elements + query &* width, row: row)
                    queries.best[query] = max(queries.best[query], even + odd + rest)
                }
            }
            start += rows
        }
    }

    /// What a bound adds to a row's similarity in the space of the directions.
    @inline(__always)
    private func allowance(_ line: UnsafePointer<Float>, _ row: Int) -> Float {
        let (lane, rank) = (lane(row), columns &- 2)
        return line[rank] * lane.first[rank &* lane.stride] + line[rank &+ 1] * lane.first[(rank &+ 1) &* lane.stride]
    }

    private func search(_ queries: Queries, _ scratch: Scratch) {
        let bounds = scratch.bounds.baseAddress
        for start in stride(from: 0, to: rows, by: Self.rowBlock) {
            let block = start..<min(start + Self.rowBlock, rows)
            cvk_panel_products(
                queries.sketches, columns, queries.count, lane(start).first, columns,
                Self.padded(block.count), bounds, Self.boundStride)
            let unfinished = (0..<queries.count).filter { query in
                !look(at: block, bounds + query &* Self.boundStride, atMost: Self.patience, queries, query, scratch)
            }
            if unfinished.count < Self.crowd {
                for query in unfinished {
                    _ = look(at: block, bounds + query &* Self.boundStride, atMost: .max, queries, query, scratch)
                }
            } else {
                multiply(unfinished, block, queries, scratch)
            }
        }
    }

    /// Compares a query with the rows of a block whose bounds say that they may be better than the best so far.
    ///
    /// - Parameters:
    ///   - block: Rows.
    ///   - bounds: One per row.
    ///   - limit: Rows to compare with at most.
    ///   - queries: Their best similarities are raised.
    ///   - query: Which one.
    ///   - scratch: The worker's.
    /// - Returns: Whether no row is left that may be better.
    private func look(
        at block: Range<Int>, _ bounds: UnsafePointer<Float>, atMost limit: Int, _ queries: Queries,
        _ query: Int, _ scratch: Scratch
    ) -> Bool {
        let values = scratch.candidates.baseAddress
        let positions = scratch.positions.baseAddress.assumingMemoryBound(to: Int32.self)
        let line = queries.sketches + query &* columns
        let elements = queries.elements + query &* width
        var best = queries.best[query]
        defer { queries.best[query] = best }
        let count = cvk_above(bounds, block.count, best + queries.margin, values, positions)
        func compare(_ place: Int) {
            let row = block.lowerBound &+ Int(positions[place])
            best = max(best, values[place] - allowance(line, row) + residuals.dot(elements, row: row))
        }
        /// The next candidate from a place on that may still be better.
        func next(_ place: Int) -> Int {
            var place = place
            while place < count, !(values[place] > best + queries.margin) { place &+= 1 }
            return place
        }
        for _ in 0..<min(Self.leaders, count) {
            var bound: Float = 0
            let place = cvk_largest(values, count, &bound)
            guard bound > best + queries.margin else { return true }
            compare(place)
            values[place] = -.infinity
        }
        var (looks, place) = (Self.leaders, next(0))
        while place < count {
            guard looks < limit else { return false }
            // The next row is fetched while this one is multiplied.
            let following = next(place &+ 1)
            if following < count { residuals.prefetch(row: block.lowerBound &+ Int(positions[following])) }
            compare(place)
            looks &+= 1
            place = next(following)
        }
        return true
    }

    /// Compares queries with all rows of a block.
    private func multiply(_ chosen: [Int], _ block: Range<Int>, _ queries: Queries, _ scratch: Scratch) {
        let (gathered, scores) = (scratch.chosen.baseAddress, scratch.scores.baseAddress)
        for (index, query) in chosen.enumerated() {
            (gathered + index * width).update(from: queries.elements + query * width, count: width)
        }
        for start in stride(from: block.lowerBound, to: block.upperBound, by: Self.denseBlock) {
            let part = start..<min(start + Self.denseBlock, block.upperBound)
            residuals.widen(part, into: scratch.rows.baseAddress)
            for (index, query) in chosen.enumerated() {
                let bounds = scratch.bounds.baseAddress + query &* Self.boundStride - block.lowerBound
                let line = queries.sketches + query &* columns
                let target = scores + index &* part.count - start
                for row in part { target[row] = bounds[row] - allowance(line, row) }
            }
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
