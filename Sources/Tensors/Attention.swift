/// Scaled dot-product self-attention over packed sequences.
///
/// Vaswani et al. 2017, Eq. 1. Queries are handled in blocks, so a worker holds scores of one block of one head only: a block's rows ×
/// tokens floats, never the whole tokens × tokens matrix of a head. Scores and softmax are float32 in every precision; with int8 operands the
/// probabilities are rounded to 255 steps of their row's largest.
public struct Attention: Sendable {
    /// Channels of one head.
    public let headDim: Int
    /// Number of heads; width = heads · headDim.
    public let heads: Int
    /// Whether a token sees only itself and its predecessors.
    public let causal: Bool
    let arithmetic: Arithmetic
    private let tiles: TileAttention?

    /// Describes one attention layer (both counts at least 1).
    public init(heads: Int, headDim: Int, causal: Bool, arithmetic: Arithmetic = .reference) {
        precondition(heads > 0 && headDim > 0, "attention needs heads and channels, not \(heads) × \(headDim)")
        self.heads = heads
        self.headDim = headDim
        self.causal = causal
        self.arithmetic = arithmetic
        tiles =
            arithmetic.engine == .tiles
            ? TileAttention(heads: heads, headDim: headDim, causal: causal, precision: arithmetic.precision) : nil
    }

    /// Query rows whose scores are in flight per worker: with 1370 tokens they fit a core's second-level cache.
    ///
    /// OpenBLAS copies keys and values for every block, so its blocks are larger.
    var queryBlock: Int { arithmetic.engine == .openblas ? 192 : 96 }

    /// How a pass is cut into items of one query block of one head; made once and used by every layer.
    public struct Plan: Sendable {
        /// One block of queries of one sequence, all heads of which are items.
        struct Block: Hashable, Sendable {
            /// First row of the sequence in the packed tokens.
            let start: Int
            /// Queries within the sequence.
            let rows: Range<Int>
            /// Keys that any of the queries sees: the sequence's first ones.
            let keys: Int
            /// Floats between rows of scores, a multiple of a cache line.
            let scoreStride: Int
            /// Index of the sequence.
            let sequence: Int
        }

        let blocks: [Block]
        let sequences: [Range<Int>]
        /// Where each sequence's packed keys and values begin, in ``packed``.
        let offsets: [Int]
        /// Keys and values as the tile kernels want them; overwritten by every layer.
        let packed: RawBuffer

        /// Plans a pass of `attention` over sequences.
        ///
        /// - Parameters:
        ///   - sequences: Row range of each sequence within the packed tokens; disjoint.
        ///   - attention: The layers' common shape.
        public init(_ sequences: [Range<Int>], for attention: Attention) {
            var blocks: [Block] = []
            var offsets: [Int] = []
            var packedBytes = 0
            for (index, sequence) in sequences.enumerated() {
                offsets.append(packedBytes)
                packedBytes += attention.tiles?.packedBytes(tokens: sequence.count) ?? 0
                for lower in stride(from: 0, to: sequence.count, by: attention.queryBlock) {
                    let upper = min(sequence.count, lower + attention.queryBlock)
                    // A causal block needs no key beyond its own last row.
                    let keys = attention.causal ? upper : sequence.count
                    blocks.append(
                        Block(
                            start: sequence.lowerBound, rows: lower..<upper, keys: keys,
                            scoreStride: (keys + 15) / 16 * 16, sequence: index))
                }
            }
            self.blocks = blocks
            self.sequences = sequences
            self.offsets = offsets
            packed = RawBuffer(byteCount: packedBytes)
        }
    }

    /// Generates code and reserves scratch memory for a plan; the only step that can fail.
    ///
    /// - Throws: ``ArithmeticError`` with `.engineFailure`, or `.unsupported` for sequences whose sums of bytes would overflow.
    public func prepare(_ plan: Plan, worker: ComputeWorker) throws(ArithmeticError) {
        if let tiles {
            let longest = plan.sequences.lazy.map(\.count).max() ?? 0
            if arithmetic.precision == .int8, longest > Tiles.longestByteSum {
                throw ArithmeticError(
                    .unsupported,
                    "expected at most \(Tiles.longestByteSum) tokens in int8, found \(longest): use a smaller image side, or bf16"
                )
            }
            worker.reserveScores(bytes: tiles.scratchBytes(tokens: longest))
            return
        }
        for block in plan.blocks {
            worker.reserveScores(bytes: block.rows.count * block.scoreStride * 4)
            if arithmetic.engine == .onednn {
                try worker.prepare(scoreProduct(block))
                try worker.prepare(valueProduct(block))
            }
        }
    }

    /// Attention separately inside each sequence.
    ///
    /// - Parameters:
    ///   - qkv: [total tokens, 3·width] in the arithmetic's element type; q, k, v side by side in each row, heads as
    ///     consecutive slices.
    ///   - plan: Made for this attention's shape.
    ///   - output: [total tokens, width] of the same type; rows of the sequences are overwritten. Must not overlap `qkv`.
    ///   - workers: One per thread, each prepared for the plan.
    /// - Returns: What the threads are to do.
    public func steps(
        qkv: UnsafeRawPointer, plan: Plan, output: UnsafeMutableRawPointer, workers: [ComputeWorker]
    ) -> [ComputeStep] {
        guard let tiles else {
            return [
                ComputeStep(plan.blocks.count &* heads) { worker, item in
                    let (block, head) = item.quotientAndRemainder(dividingBy: heads)
                    attend(plan.blocks[block], head: head, qkv: qkv, output: output, workers[worker])
                }
            ]
        }
        let tokenBytes = heads &* headDim &* arithmetic.precision.byteCount
        return [
            ComputeStep(plan.sequences.count &* heads) { _, item in
                let (index, head) = item.quotientAndRemainder(dividingBy: heads)
                let sequence = plan.sequences[index]
                if sequence.isEmpty { return }
                tiles.pack(
                    head: head, tokens: sequence.count, qkv: qkv + sequence.lowerBound &* 3 &* tokenBytes,
                    into: plan.packed.baseAddress + plan.offsets[index])
            },
            ComputeStep(plan.blocks.count &* heads) { worker, item in
                // A head's blocks follow each other, so that its keys and values stay in the second-level cache.
                let (head, number) = item.quotientAndRemainder(dividingBy: plan.blocks.count)
                let block = plan.blocks[number]
                tiles.attend(
                    block.rows, head: head, tokens: plan.sequences[block.sequence].count,
                    qkv: qkv + block.start &* 3 &* tokenBytes,
                    packed: plan.packed.baseAddress + plan.offsets[block.sequence],
                    output: output + block.start &* tokenBytes, scratch: workers[worker].scores.baseAddress)
            },
        ]
    }

    private func attend(
        _ block: Plan.Block, head: Int, qkv: UnsafeRawPointer, output: UnsafeMutableRawPointer, _ worker: ComputeWorker
    ) {
        let width = heads &* headDim
        let bytes = arithmetic.precision.byteCount
        let scale = 1 / Float(headDim).squareRoot()
        let sequence = qkv + (block.start &* 3 &* width &+ head &* headDim) &* bytes
        let query = sequence + block.rows.lowerBound &* 3 &* width &* bytes
        let (key, value) = (sequence + width &* bytes, sequence + 2 &* width &* bytes)
        let target = output + ((block.start &+ block.rows.lowerBound) &* width &+ head &* headDim) &* bytes
        let scores = worker.scores.baseAddress.assumingMemoryBound(to: Float.self)

        if let engine = worker.oneDNN {
            engine.run(scoreProduct(block), source: query, weights: key, output: scores)
            softmax(block, scores, scale: scale)
            engine.run(valueProduct(block), source: scores, weights: value, output: target)
        } else {
            let stride = 3 &* width
            Gemm.multiplyTransposed(
                query.assumingMemoryBound(to: Float.self), lda: stride, key.assumingMemoryBound(to: Float.self),
                ldb: stride, into: scores, ldc: block.scoreStride, m: block.rows.count, n: block.keys, k: headDim)
            softmax(block, scores, scale: scale)
            Gemm.multiply(
                scores, lda: block.scoreStride, value.assumingMemoryBound(to: Float.self), ldb: stride,
                into: target.assumingMemoryBound(to: Float.self), ldc: width, m: block.rows.count, n: headDim,
                k: block.keys)
        }
    }

    private func softmax(_ block: Plan.Block, _ scores: UnsafeMutablePointer<Float>, scale: Float) {
        let bytes = arithmetic.precision.byteCount
        for row in 0..<block.rows.count {
            let line = scores + row &* block.scoreStride
            let visible = causal ? block.rows.lowerBound &+ row &+ 1 : block.keys
            RowKernels.softmax(line, count: visible, scale: scale, precision: arithmetic.precision)
            if visible < block.keys {
                (UnsafeMutableRawPointer(line) + visible &* bytes).initializeMemory(
                    as: UInt8.self, repeating: 0, count: (block.keys &- visible) &* bytes)
            }
        }
    }

    /// Scores of a block: queries · keysᵀ, read straight from q and k in their rows.
    private func scoreProduct(_ block: Plan.Block) -> MatmulSpec {
        MatmulSpec(
            m: block.rows.count, n: block.keys, k: headDim, element: arithmetic.precision.activation, output: .float32,
            sourceStride: 3 &* heads &* headDim, outputStride: block.scoreStride,
            weights: .strided(row: 1, column: 3 &* heads &* headDim), epilogue: .none)
    }

    /// Probabilities · values.
    ///
    /// The softmax leaves bfloat16 probabilities in rows that are as long in bytes as the scores'.
    private func valueProduct(_ block: Plan.Block) -> MatmulSpec {
        let element = arithmetic.precision.activation
        return MatmulSpec(
            m: block.rows.count, n: headDim, k: block.keys, element: element, output: element,
            sourceStride: block.scoreStride &* 4 / element.byteCount, outputStride: heads &* headDim,
            weights: .strided(row: 3 &* heads &* headDim, column: 1), epilogue: .none)
    }
}
