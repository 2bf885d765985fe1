/// The directions along which rows differ most from zero: leading eigenvectors of their second moments.
///
/// Orthogonal iteration (Golub & Van Loan, Matrix Computations, 8.2.4). Nothing here need be accurate: whoever uses the directions relies on
/// their being orthonormal, and only gains from their being good.
enum PrincipalDirections {
    private static let iterations = 3

    /// Estimates directions.
    ///
    /// - Parameters:
    ///   - rows: [rows, width].
    ///   - count: How many, at most the width.
    ///   - threads: Workers to use.
    /// - Returns: [count, width], rows orthonormal; rows of zeros where there are not as many directions.
    static func estimate(_ rows: Tensor, count: Int, threads: ComputeThreads) -> Tensor {
        let (samples, width) = (rows.shape[0], rows.shape[1])
        let projections = FloatBuffer(count: samples * count)
        return Tensor(shape: [count, width]) { directions in
            guard let start = directions.baseAddress else { return }
            var random = SplitMix64(seed: UInt64(width))
            for index in directions.indices { directions[index] = random.unit() - 0.5 }
            orthonormalize(start, count: count, width: width)
            rows.withUnsafeBufferPointer { elements in
                guard let source = elements.baseAddress else { return }
                for _ in 0..<iterations {
                    threads.split(samples, granularity: 16) { range in
                        Gemm.multiplyTransposed(
                            source + range.lowerBound * width, lda: width, start, ldb: width,
                            into: projections.baseAddress + range.lowerBound * count, ldc: count, m: range.count,
                            n: count, k: width)
                    }
                    threads.split(width, granularity: 16) { columns in
                        Gemm.transposedMultiply(
                            projections.baseAddress, lda: count, source + columns.lowerBound, ldb: width,
                            into: start + columns.lowerBound, ldc: width, m: count, n: columns.count, k: samples)
                    }
                    orthonormalize(start, count: count, width: width)
                }
            }
        }
    }

    /// Gram-Schmidt, twice for each row, which leaves the rows orthogonal to rounding.
    ///
    /// Giraud et al. 2005.
    private static func orthonormalize(_ rows: UnsafeMutablePointer<Float>, count: Int, width: Int) {
        let overlaps = FloatBuffer(count: count)
        for index in 0..<count {
            let row = rows + index * width
            let original = length(row, width)
            for _ in 0..<2 where index > 0 {
                Gemm.multiplyTransposed(
                    row, lda: width, rows, ldb: width, into: overlaps.baseAddress, ldc: index, m: 1, n: index, k: width)
                Gemm.multiply(
                    overlaps.baseAddress, lda: index, rows, ldb: width, into: row, ldc: width, m: 1, n: width, k: index,
                    alpha: -1, beta: 1)
            }
            let rest = length(row, width)
            // What is left of a row that lay among the others is rounding, and no direction.
            let scale: Float = rest > original * 1e-4 ? 1 / rest : 0
            for column in 0..<width { row[column] *= scale }
        }
    }

    private static func length(_ row: UnsafePointer<Float>, _ width: Int) -> Float {
        RowKernels.squaredLength(UnsafeBufferPointer(start: row, count: width)).squareRoot()
    }
}
