internal import COpenBLAS

/// Matrix products on row-major float32 memory, through OpenBLAS.
///
/// Every call is single-threaded inside BLAS; callers that own several threads split rows or columns themselves
/// (see ``linear(_:rows:weight:into:accumulate:threads:)``), which keeps the thread count in one place.
public enum Gemm {
    /// Set once: OpenBLAS must never start threads of its own below our workers.
    private static let singleThreadedBLAS: Void = openblas_set_num_threads(1)

    /// Kernel family that OpenBLAS chose for this processor, for example "Cooperlake".
    public static var kernelName: String { String(cString: openblas_get_corename()) }

    /// C = alpha · A · Bᵀ + beta · C.
    ///
    /// - Parameters:
    ///   - a: [m, k].
    ///   - lda: Floats between rows of `a`.
    ///   - b: [n, k].
    ///   - ldb: Floats between rows of `b`.
    ///   - c: [m, n]. Must not overlap `a` or `b`.
    ///   - ldc: Floats between rows of `c`.
    ///   - m: Rows of the product.
    ///   - n: Columns of the product.
    ///   - k: Length of the dot products.
    ///   - alpha: Factor of the product.
    ///   - beta: Factor of the old C; with 0 the old contents are not read.
    @inline(__always)
    public static func multiplyTransposed(
        _ a: UnsafePointer<Float>, lda: Int, _ b: UnsafePointer<Float>, ldb: Int,
        into c: UnsafeMutablePointer<Float>, ldc: Int, m: Int, n: Int, k: Int, alpha: Float = 1, beta: Float = 0
    ) {
        product(CblasNoTrans, a, lda, CblasTrans, b, ldb, c, ldc, (m, n, k), alpha, beta)
    }

    /// C = alpha · A · B + beta · C.
    ///
    /// - Parameters:
    ///   - a: [m, k].
    ///   - lda: Floats between rows of `a`.
    ///   - b: [k, n].
    ///   - ldb: Floats between rows of `b`.
    ///   - c: [m, n]. Must not overlap `a` or `b`.
    ///   - ldc: Floats between rows of `c`.
    ///   - m: Rows of the product.
    ///   - n: Columns of the product.
    ///   - k: Length of the dot products.
    ///   - alpha: Factor of the product.
    ///   - beta: Factor of the old C; with 0 the old contents are not read.
    @inline(__always)
    public static func multiply(
        _ a: UnsafePointer<Float>, lda: Int, _ b: UnsafePointer<Float>, ldb: Int,
        into c: UnsafeMutablePointer<Float>, ldc: Int, m: Int, n: Int, k: Int, alpha: Float = 1, beta: Float = 0
    ) {
        product(CblasNoTrans, a, lda, CblasNoTrans, b, ldb, c, ldc, (m, n, k), alpha, beta)
    }

    /// C = alpha · Aᵀ · B + beta · C.
    ///
    /// - Parameters:
    ///   - a: [k, m].
    ///   - lda: Floats between rows of `a`.
    ///   - b: [k, n].
    ///   - ldb: Floats between rows of `b`.
    ///   - c: [m, n]. Must not overlap `a` or `b`.
    ///   - ldc: Floats between rows of `c`.
    ///   - m: Rows of the product.
    ///   - n: Columns of the product.
    ///   - k: Length of the sums.
    ///   - alpha: Factor of the product.
    ///   - beta: Factor of the old C; with 0 the old contents are not read.
    @inline(__always)
    public static func transposedMultiply(
        _ a: UnsafePointer<Float>, lda: Int, _ b: UnsafePointer<Float>, ldb: Int,
        into c: UnsafeMutablePointer<Float>, ldc: Int, m: Int, n: Int, k: Int, alpha: Float = 1, beta: Float = 0
    ) {
        product(CblasTrans, a, lda, CblasNoTrans, b, ldb, c, ldc, (m, n, k), alpha, beta)
    }

    /// Y = X · Wᵀ (+ Y when `accumulate`), spread over the workers.
    ///
    /// The longer side of Y is split, so both a few long rows and many rows use every worker.
    ///
    /// - Parameters:
    ///   - x: [rows, inFeatures].
    ///   - rows: Rows of `x` and of the output.
    ///   - weight: [outFeatures, inFeatures], as checkpoints store it.
    ///   - output: [rows, outFeatures]. Must not overlap `x`.
    ///   - accumulate: Adds to the old contents instead of overwriting them.
    ///   - threads: Workers to use.
    public static func linear(
        _ x: UnsafePointer<Float>, rows: Int, weight: Tensor, into output: UnsafeMutablePointer<Float>,
        accumulate: Bool = false, threads: ComputeThreads
    ) {
        precondition(weight.shape.count == 2, "a linear map needs a matrix, not \(weight.shape)")
        let (outFeatures, inFeatures) = (weight.shape[0], weight.shape[1])
        let beta: Float = accumulate ? 1 : 0
        weight.withUnsafeBufferPointer { elements in
            guard let w = elements.baseAddress else { return }
            if rows >= outFeatures {
                threads.split(rows, granularity: 8) { range in
                    multiplyTransposed(
                        x + range.lowerBound * inFeatures, lda: inFeatures, w, ldb: inFeatures,
                        into: output + range.lowerBound * outFeatures, ldc: outFeatures, m: range.count,
                        n: outFeatures, k: inFeatures, beta: beta)
                }
            } else {
                threads.split(outFeatures, granularity: 16) { range in
                    multiplyTransposed(
                        x, lda: inFeatures, w + range.lowerBound * inFeatures, ldb: inFeatures,
                        into: output + range.lowerBound, ldc: outFeatures, m: rows, n: range.count, k: inFeatures,
                        beta: beta)
                }
            }
        }
    }

    /// The one call of BLAS.
    ///
    /// An empty product is none; with k = 0 C is scaled by beta, as BLAS has it.
    @inline(__always)
    private static func product(
        _ formOfA: CBLAS_TRANSPOSE, _ a: UnsafePointer<Float>, _ lda: Int, _ formOfB: CBLAS_TRANSPOSE,
        _ b: UnsafePointer<Float>, _ ldb: Int, _ c: UnsafeMutablePointer<Float>, _ ldc: Int,
        _ size: (m: Int, n: Int, k: Int), _ alpha: Float, _ beta: Float
    ) {
        guard size.m > 0, size.n > 0 else { return }
        _ = singleThreadedBLAS
        cblas_sgemm(
            CblasRowMajor, formOfA, formOfB, dimension(size.m), dimension(size.n), dimension(size.k), alpha, a,
            dimension(lda), b, dimension(ldb), beta, c, dimension(ldc))
    }

    /// BLAS counts in 32 bits; every caller's sizes come from validated shapes far below that.
    @inline(__always)
    private static func dimension(_ value: Int) -> Int32 {
        guard let narrow = Int32(exactly: value) else { preconditionFailure("BLAS dimension \(value) exceeds 32 bits") }
        return narrow
    }
}
