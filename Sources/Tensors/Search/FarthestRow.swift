/// The step of greedy k-centre selection: how far all rows are from those chosen so far.
public enum FarthestRow {
    /// Lowers each row's distance to that from one more centre, and finds the row that is farthest from all.
    ///
    /// Sums run in a fixed order, so the outcome does not depend on the number of workers.
    ///
    /// - Parameters:
    ///   - points: [rows, width].
    ///   - center: Row that was chosen last (traps when it is none).
    ///   - distances: [rows]: squared Euclidean distance to the nearest centre; infinite before the first.
    ///   - threads: Workers to use.
    /// - Returns: The row with the largest distance, of equal ones the first, and that distance.
    public static func next(
        points: Tensor, center: Int, distances: inout [Float], threads: ComputeThreads
    ) -> (row: Int, distance: Float) {
        let (rows, width) = (points.shape[0], points.shape[1])
        precondition(distances.count == rows && (0..<rows).contains(center), "centre \(center) of \(rows) rows")
        points.withUnsafeBufferPointer { elements in
            distances.withUnsafeMutableBufferPointer { distances in
                guard let start = elements.baseAddress, let nearest = distances.baseAddress else { return }
                threads.split(rows, granularity: 64) { range in
                    for row in range {
                        let distance = squaredDistance(start + row &* width, start + center &* width, width)
                        if distance < nearest[row] { nearest[row] = distance }
                    }
                }
            }
        }
        var best = (row: 0, distance: distances[0])
        for row in 1..<max(rows, 1) where distances[row] > best.distance { best = (row, distances[row]) }
        return best
    }

    @inline(__always)
    private static func squaredDistance(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ count: Int) -> Float {
        var lanes = SIMD16<Float>.zero
        var index = 0
        while index &+ 16 <= count {
            let difference = loadVector(a + index) - loadVector(b + index)
            lanes += difference * difference
            index &+= 16
        }
        var sum = lanes.sum()
        while index < count {
            sum += (a[index] - b[index]) * (a[index] - b[index])
            index &+= 1
        }
        return sum
    }
}
