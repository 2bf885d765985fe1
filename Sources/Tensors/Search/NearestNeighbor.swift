/// Brute-force cosine search by blocked matrix products.
public enum NearestNeighbor {
    private static let queryBlock = 128
    private static let bankBlock = 256

    /// For each query the largest cosine similarity with any row of any of the banks.
    ///
    /// Scratch memory is fixed (one block of widened rows and one of similarities per worker), whatever the size of the
    /// banks.
    ///
    /// - Parameters:
    ///   - queries: [queries, width], rows of Euclidean length 1.
    ///   - banks: Each [rows, width], rows of Euclidean length 1; at least one row in all, or the result is −1.
    ///   - threads: Workers to use.
    /// - Returns: [queries], in −1…1 up to rounding.
    public static func bestSimilarity(_ queries: Tensor, in banks: [CompactRows], threads: ComputeThreads) -> Tensor {
        let (count, width) = (queries.shape[0], queries.shape[1])
        precondition(banks.allSatisfy { $0.width == width }, "banks of width \(width) expected")
        return Tensor(shape: [count]) { best in
            best.initialize(repeating: -1)
            guard let result = best.baseAddress else { return }
            queries.withUnsafeBufferPointer { queryElements in
                guard let query = queryElements.baseAddress else { return }
                threads.split(count, granularity: 16) { range in
                    let scratch = FloatBuffer(count: queryBlock * bankBlock)
                    let wide = FloatBuffer(count: bankBlock * width)
                    for bank in banks {
                        // Rows outside, queries inside: a row is widened once per worker.
                        for firstRow in stride(from: 0, to: bank.rows, by: bankBlock) {
                            let block = firstRow..<min(firstRow + bankBlock, bank.rows)
                            bank.withRows(block, scratch: wide.baseAddress) { rows in
                                search(query, range, rows, block.count, width, scratch.baseAddress, result)
                            }
                        }
                    }
                }
            }
        }
    }

    private static func search(
        _ queries: UnsafePointer<Float>, _ range: Range<Int>, _ rows: UnsafePointer<Float>, _ count: Int,
        _ width: Int, _ scratch: UnsafeMutablePointer<Float>, _ best: UnsafeMutablePointer<Float>
    ) {
        for firstQuery in stride(from: range.lowerBound, to: range.upperBound, by: queryBlock) {
            let m = min(queryBlock, range.upperBound - firstQuery)
            Gemm.multiplyTransposed(
                queries + firstQuery * width, lda: width, rows, ldb: width, into: scratch, ldc: count, m: m, n: count,
                k: width)
            for query in 0..<m {
                best[firstQuery &+ query] = max(
                    best[firstQuery &+ query], RowKernels.maximum(scratch + query &* count, count: count))
            }
        }
    }
}
