/// How many numbers the sketches of a ``RowIndex`` have: what makes a search of the rows at hand quickest.
///
/// Few numbers are soon multiplied but tell little, so that many rows must be looked at. Which number is best depends on how the rows differ: some models' tokens
/// of one product lie near a dozen directions, others' need a third of all. So a search is tried, of rows of one picture among those of the others. A single picture cannot tell; its search is short, and wide sketches serve it well.
enum SketchWidth {
    private static let choices = [16, 32, 48, 64, 96, 128]
    /// Rows that are searched for.
    private static let queries = 64
    /// What looking at a row costs beside its products, in products of a panel (a core makes fifty in a nanosecond).
    private static let look: Float = 4000
    /// What a product of a row that is looked at costs.
    private static let lookProduct: Float = 5
    /// What a product costs where blocks are multiplied as a whole.
    private static let blockProduct: Float = 1.2

    /// The most for rows of a width: a third of it, which costs about as many bytes as the rest in 12 bits.
    static func most(width: Int) -> Int { choices.last { 3 * $0 <= width } ?? choices[0] }

    /// Chooses.
    ///
    /// - Parameters:
    ///   - pictures: Rows of each picture, of one width and of length 1 or 0.
    ///   - samples: [samples, width]: rows of all, evenly drawn.
    ///   - directions: [``most(width:)`` − 2, width], orthonormal; a narrower sketch takes the first of them.
    ///   - threads: Workers to use.
    /// - Returns: Numbers in a sketch, the two lengths included.
    static func best(
        for pictures: [CompactRows], samples: Tensor, directions: Tensor, threads: ComputeThreads
    ) -> Int {
        let pictures = pictures.filter { $0.rows > 0 }
        guard pictures.count > 1 else { return most(width: samples.shape[1]) }
        let middle = pictures.count / 2
        let picture = pictures[middle]
        let count = min(queries, picture.rows)
        let chosen = picture.selecting((0..<count).map { $0 * picture.rows / count }).widened()
        let others = Array(pictures[..<middle] + pictures[(middle + 1)...])
        let nearest = NearestNeighbor.bestSimilarity(chosen, in: others, threads: threads).values
        let first = pictures[..<middle].reduce(0) { $0 + $1.rows }
        let rows = pictures.reduce(0) { $0 + $1.rows }
        /// The first sample that is of a row or of one after it.
        func sample(_ row: Int) -> Int { (row * samples.shape[0] + rows - 1) / rows }
        let own = sample(first)..<sample(first + picture.rows)
        let shares = shares(of: samples, except: own, lookedAtFor: chosen, nearest, directions, threads)
        let width = Float(samples.shape[1])
        let costs = zip(choices, shares).map { choice, share in
            Float(choice) + min(share * (look + lookProduct * width), blockProduct * width)
        }
        let least = costs.min()
        return costs.firstIndex { $0 == least }.map { choices[$0] } ?? choices[0]
    }

    /// For each choice that the directions allow, which share of the samples has a bound above a query's largest similarity.
    private static func shares(
        of samples: Tensor, except own: Range<Int>, lookedAtFor queries: Tensor, _ nearest: [Float],
        _ directions: Tensor, _ threads: ComputeThreads
    ) -> [Float] {
        let count = samples.shape[0]
        let others = [0..<own.lowerBound, own.upperBound..<count]
        return choices.filter { $0 <= directions.shape[0] + 2 }.map { choice in
            let basis = directions.rows(0..<choice - 2)
            let (parts, wanted) = (products(samples, basis, threads), products(queries, basis, threads))
            let (rests, queryRests) = (rests(samples, parts), rests(queries, wanted))
            var looks = 0
            products(wanted, parts, threads).withUnsafeBufferPointer { overlaps in
                for (query, largest) in nearest.enumerated() {
                    let (first, rest) = (query * count, queryRests[query])
                    for range in others {
                        for row in range where overlaps[first + row] + rest * rests[row] > largest { looks += 1 }
                    }
                }
            }
            return Float(looks) / Float(max(1, nearest.count * (count - own.count)))
        }
    }

    /// a · bᵀ of rows a and b.
    private static func products(_ a: Tensor, _ b: Tensor, _ threads: ComputeThreads) -> Tensor {
        Tensor(shape: [a.shape[0], b.shape[0]]) { output in
            a.withUnsafeBufferPointer { rows in
                guard let rows = rows.baseAddress, let output = output.baseAddress else { return }
                Gemm.linear(rows, rows: a.shape[0], weight: b, into: output, threads: threads)
            }
        }
    }

    /// Lengths of what rows' parts along the directions leave of them.
    private static func rests(_ rows: Tensor, _ parts: Tensor) -> [Float] {
        zip(squaredLengths(rows), squaredLengths(parts)).map { max(0, $0 - $1).squareRoot() }
    }

    private static func squaredLengths(_ rows: Tensor) -> [Float] {
        let width = rows.shape[1]
        return rows.withUnsafeBufferPointer { elements in
            (0..<rows.shape[0]).map {
                RowKernels.squaredLength(UnsafeBufferPointer(rebasing: elements[$0 * width..<($0 + 1) * width]))
            }
        }
    }
}
