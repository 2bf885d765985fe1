internal import CVectorKernels

extension Attention {
    /// Rows of sequences that share their beginnings: each row continues another one or begins a sequence.
    ///
    /// Under causal attention a token depends on its predecessors alone, so sequences that begin alike need the rows of
    /// their common beginning only once.
    public struct Tree: Sendable {
        /// For each row the one before it; negative for a first one.
        let parents: [Int32]
        /// Number of rows.
        public var count: Int { parents.count }
        /// Rows from the deepest one to its root, both included; 0 without rows.
        public let depth: Int

        /// Rows in any order.
        ///
        /// - Parameter parents: For each row the one before it in its sequences, −1 for a first one; every way up must end
        ///   (traps when it leaves the rows or goes in a circle).
        public init(parents: [Int32]) {
            var depth = 0
            for row in parents.indices {
                var steps = 0
                var at = Int32(row)
                while at >= 0 {
                    precondition(Int(at) < parents.count && steps < parents.count, "row \(row) has no root")
                    at = parents[Int(at)]
                    steps += 1
                }
                depth = max(depth, steps)
            }
            self.parents = parents
            self.depth = depth
        }
    }

    /// Reserves scratch memory for a tree.
    public func prepare(_ tree: Tree, worker: ComputeWorker) { worker.reserveScores(bytes: tree.depth * 4) }

    /// Causal attention over sequences that share rows: each row sees itself and its ancestors.
    ///
    /// Ways to the root are short in a text tower, so this takes a few percent of the time of the products around it and
    /// needs no scores but one row's.
    ///
    /// - Parameters:
    ///   - qkv: [rows, 3·width] in the arithmetic's element type, as for the other attention.
    ///   - tree: One entry per row.
    ///   - output: [rows, width] of the same type, fully overwritten. Must not overlap `qkv`.
    ///   - workers: One per thread, each prepared for the tree.
    /// - Returns: What the threads are to do.
    public func steps(
        qkv: UnsafeRawPointer, tree: Tree, output: UnsafeMutableRawPointer, workers: [ComputeWorker]
    ) -> [ComputeStep] {
        let element = arithmetic.precision.activation
        let rowBytes = heads &* headDim &* element.byteCount
        let scale = 1 / Float(headDim).squareRoot()
        let piece = 32
        let count = tree.count
        return [
            ComputeStep((count &+ piece &- 1) / piece) { worker, item in
                let scores = workers[worker].scores.baseAddress.assumingMemoryBound(to: Float.self)
                tree.parents.withUnsafeBufferPointer { parents in
                    for row in item &* piece..<min(count, (item &+ 1) &* piece) {
                        cvk_attend_ancestors(
                            qkv, parents.baseAddress, row, heads, headDim, scale, scores, output + row &* rowBytes,
                            element.kernelType)
                    }
                }
            }
        ]
    }
}
