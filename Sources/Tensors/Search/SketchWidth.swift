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
        let shares = shares(of: samples, except: own, lookedAtFor: chosen, nearest, directions)
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
        _ directions: Tensor
    ) -> [Float] {
        let others = [0..<own.lowerBound, own.upperBound..<samples.shape[0]]
        let (rows, wanted) = (Parts(samples, directions), Parts(queries, directions))
        return choices.filter { $0 <= directions.shape[0] + 2 }.map { choice in
            let (rows, wanted) = (rows.leading(choice - 2), wanted.leading(choice - 2))
            let overlaps = products(wanted.parts, rows.parts)
            var looks = 0
            overlaps.withUnsafeBufferPointer { overlaps in
                for (query, largest) in nearest.enumerated() {
                    let (first, rest) = (query * rows.rests.count, wanted.rests[query])
                    for range in others {
                        for row in range where overlaps[first + row] + rest * rows.rests[row] > largest { looks += 1 }
                    }
                }
            }
            return Float(looks) / Float(max(1, nearest.count * (samples.shape[0] - own.count)))
        }
    }

    /// Rows [a.rows, b.rows]: a · bᵀ.
    private static func products(_ a: Tensor, _ b: Tensor) -> Tensor {
        let (m, n, k) = (a.shape[0], b.shape[0], a.shape[1])
        return Tensor(shape: [m, n]) { output in
            a.withUnsafeBufferPointer { a in
                b.withUnsafeBufferPointer { b in
                    guard let a = a.baseAddress, let b = b.baseAddress, let output = output.baseAddress else { return }
                    Gemm.multiplyTransposed(a, lda: k, b, ldb: k, into: output, ldc: n, m: m, n: n, k: k)
                }
            }
        }
    }

    /// Rows split along directions.
    private struct Parts {
        /// [rows, directions].
        let parts: Tensor
        /// Squared lengths of the rows.
        let squares: [Float]

        init(_ rows: Tensor, _ directions: Tensor) {
            (parts, squares) = (SketchWidth.products(rows, directions), Self.squaredLengths(rows, rows.shape[1]))
        }

        /// Parts [rows, count] along the first directions, and the lengths of what they leave.
        func leading(_ count: Int) -> (parts: Tensor, rests: [Float]) {
            let columns = parts.shape[1]
            let leading = parts.withUnsafeBufferPointer { parts in
                Tensor(shape: [squares.count, count]) { output in
                    for index in output.indices { output[index] = parts[index / count * columns + index % count] }
                }
            }
            let taken = Self.squaredLengths(leading, count)
            return (leading, zip(squares, taken).map { max(0, $0 - $1).squareRoot() })
        }

        private static func squaredLengths(_ rows: Tensor, _ width: Int) -> [Float] {
            rows.withUnsafeBufferPointer { elements in
                (0..<rows.shape[0]).map {
                    RowKernels.squaredLength(UnsafeBufferPointer(rebasing: elements[$0 * width..<($0 + 1) * width]))
                }
            }
        }
    }
}
