/// How many numbers the sketches of a ``RowIndex`` have: what makes a search of the rows at hand quickest.
///
/// Few numbers are soon multiplied but tell little, so that many rows must be looked at. Which number is best depends on how the rows differ: some models' tokens
/// of one product lie near a dozen directions, others' need a third of all.
enum SketchWidth {
    private static let choices = [16, 32, 48, 64, 96, 128]
    /// Rows that are taken for queries to find out.
    private static let queries = 64
    /// What looking at a row costs beside its products, in products of a panel (a core makes fifty in a nanosecond).
    private static let look: Float = 4000
    /// What a product of a row that is looked at costs.
    private static let lookProduct: Float = 5
    /// What a product costs where blocks are multiplied as a whole.
    private static let blockProduct: Float = 1.2

    /// The most for rows of a width: a third of it, which costs about as many bytes as the rest in 12 bits.
    static func most(width: Int) -> Int { choices.last { 3 * $0 <= width } ?? choices[0] }

    /// Chooses by searching samples for the rows nearest to some of them.
    ///
    /// - Parameters:
    ///   - samples: [samples, width]: rows, evenly drawn, of length 1 or 0.
    ///   - parts: Samples of each picture, in order. A query is compared with those of other pictures, as in a search, if there are any.
    ///   - directions: [``most(width:)`` − 2, width], orthonormal; a narrower sketch takes the first of them.
    /// - Returns: Numbers in a sketch, the two lengths included.
    static func best(for samples: Tensor, parts: [Int], directions: Tensor) -> Int {
        samples.withUnsafeBufferPointer { samples in
            directions.withUnsafeBufferPointer { elements in
                guard let rows = samples.baseAddress, let basis = elements.baseAddress else { return choices[0] }
                let rank = most(width: directions.shape[1]) - 2
                return best(
                    for: rows, samples.count / directions.shape[1], parts, basis, rank, width: directions.shape[1])
            }
        }
    }

    private static func best(
        for rows: UnsafePointer<Float>, _ count: Int, _ parts: [Int], _ directions: UnsafePointer<Float>,
        _ rank: Int, width: Int
    ) -> Int {
        let queries = min(queries, count)
        guard queries > 0 else { return choices[0] }
        // Every so-manieth row is a query.
        let step = count / queries
        let own = own(parts, count)
        let projections = FloatBuffer(count: count * rank)
        Gemm.multiplyTransposed(
            rows, lda: width, directions, ldb: width, into: projections.baseAddress, ldc: rank, m: count, n: rank,
            k: width)
        let overlaps = FloatBuffer(count: queries * count)
        let bounds = overlaps.baseAddress
        Gemm.multiplyTransposed(
            rows, lda: step * width, rows, ldb: width, into: bounds, ldc: count, m: queries, n: count, k: width)
        let largest = (0..<queries).map { query in
            for row in own[query * step] { bounds[query * count + row] = -1 }
            return RowKernels.maximum(bounds + query * count, count: count)
        }
        var rests = (0..<count).map { row in
            RowKernels.squaredLength(UnsafeBufferPointer(start: rows + row * width, count: width))
        }
        var (taken, best, least) = (0, choices[0], Float.infinity)
        for choice in choices where choice <= rank + 2 {
            let added = taken..<choice - 2
            let source = projections.baseAddress + taken
            Gemm.multiplyTransposed(
                source, lda: step * rank, source, ldb: rank, into: bounds, ldc: count, m: queries, n: count,
                k: added.count, beta: taken == 0 ? 0 : 1)
            for row in 0..<count {
                let part = UnsafeBufferPointer(start: source + row * rank, count: added.count)
                rests[row] -= RowKernels.squaredLength(part)
            }
            taken = added.upperBound
            let lengths = rests.map { max(0, $0).squareRoot() }
            var (looks, compared) = (0, 0)
            for query in 0..<queries {
                let (line, rest, own) = (bounds + query * count, lengths[query * step], own[query * step])
                for others in [0..<own.lowerBound, own.upperBound..<count] {
                    for row in others where line[row] + rest * lengths[row] > largest[query] { looks += 1 }
                }
                compared += count - own.count
            }
            let share = Float(looks) / Float(max(1, compared))
            let cost =
                Float(choice) + min(share * (look + lookProduct * Float(width)), blockProduct * Float(width))
            if cost < least { (best, least) = (choice, cost) }
        }
        return best
    }

    /// For each sample those that it is not compared with.
    private static func own(_ parts: [Int], _ count: Int) -> [Range<Int>] {
        guard parts.count(where: { $0 > 0 }) > 1 else { return (0..<count).map { $0..<$0 + 1 } }
        var first = 0
        return parts.flatMap { part in
            defer { first += part }
            return Array(repeating: first..<first + part, count: part)
        }
    }
}
