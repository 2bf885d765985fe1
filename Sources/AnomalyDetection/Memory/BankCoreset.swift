public import Tensors

/// Chooses rows that stand for a bank: greedy k-centre, each row the one farthest from those chosen before.
///
/// Gonzalez 1985; for memory banks Roth et al. 2022 (PatchCore), section 3.2. As there, distances are taken after a random
/// projection, which keeps them within a few percent at a fraction of the work. Everything is seeded: the same bank gives
/// the same rows.
public struct BankCoreset: Sendable {
    /// Width that rows are projected to when they are wider.
    static let projectedWidth = 128
    /// Rows projected at a time; fixed, so that the outcome does not depend on the number of workers.
    private static let block = 256

    private let points: Tensor
    private let threads: ComputeThreads
    private var distances: [Float]
    private var next: Int
    /// Positions chosen so far, in the order of choice.
    public private(set) var rows: [Int] = []

    /// Starts a choice.
    ///
    /// - Parameters:
    ///   - projections: From ``project(_:threads:)``, in the bank's order; at least one row in all.
    ///   - seed: Determines the first row.
    ///   - threads: Workers to use.
    public init(_ projections: [Tensor], seed: UInt64 = 0, threads: ComputeThreads) {
        let width = projections.first?.shape[1] ?? 1
        let count = projections.reduce(0) { $0 + $1.shape[0] }
        precondition(count > 0 && projections.allSatisfy { $0.shape[1] == width }, "rows of one width expected")
        points = Tensor(shape: [count, width]) { target in
            var offset = 0
            for part in projections {
                part.withUnsafeBufferPointer { source in
                    _ = UnsafeMutableBufferPointer(rebasing: target[offset..<offset + source.count])
                        .initialize(from: source)
                }
                offset += part.count
            }
        }
        self.threads = threads
        distances = [Float](repeating: .infinity, count: count)
        var random = SplitMix64(seed: seed)
        next = Int(random.next() % UInt64(count))
    }

    /// Chooses more rows; can be called in pieces.
    ///
    /// - Parameter count: How many rows to have in the end; fewer when all others repeat chosen ones.
    public mutating func advance(to count: Int) {
        while rows.count < count, distances[next] > 0 {
            rows.append(next)
            next = FarthestRow.next(points: points, center: next, distances: &distances, threads: threads).row
        }
    }

    /// Largest distance of any row to the nearest chosen one, in the projected space.
    public var radius: Float { rows.isEmpty ? .infinity : distances[next].squareRoot() }

    /// Projects rows by a fixed matrix of random signs (Achlioptas 2003), unless they are narrow already.
    ///
    /// - Parameters:
    ///   - rows: [rows, width].
    ///   - threads: Workers to use.
    /// - Returns: [rows, projected width].
    public static func project(_ rows: CompactRows, threads: ComputeThreads) -> Tensor {
        let wide = rows.widened()
        let width = rows.width
        guard width > projectedWidth else { return wide }
        var random = SplitMix64(seed: UInt64(width))
        let scale = 1 / Float(projectedWidth).squareRoot()
        let signs = (0..<projectedWidth * width / 64 + 1).map { _ in random.next() }
        let matrix = Tensor(
            shape: [projectedWidth, width],
            (0..<projectedWidth * width).map { signs[$0 / 64] >> UInt64($0 % 64) & 1 == 0 ? scale : -scale })
        return Tensor(shape: [rows.rows, projectedWidth]) { target in
            guard let output = target.baseAddress else { return }
            wide.withUnsafeBufferPointer { source in
                matrix.withUnsafeBufferPointer { matrix in
                    guard let a = source.baseAddress, let b = matrix.baseAddress else { return }
                    threads.split(rows.rows, granularity: block) { range in
                        for first in stride(from: range.lowerBound, to: range.upperBound, by: block) {
                            Gemm.multiplyTransposed(
                                a + first * width, lda: width, b, ldb: width, into: output + first * projectedWidth,
                                ldc: projectedWidth, m: min(block, range.upperBound - first), n: projectedWidth,
                                k: width)
                        }
                    }
                }
            }
        }
    }
}
