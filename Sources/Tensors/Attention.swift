import Synchronization

/// Scaled dot-product self-attention over packed sequences.
///
/// Vaswani et al. 2017, Eq. 1. Queries are handled in blocks, so a worker holds scores of one block of one head only: `queryBlock` × tokens floats,
/// never the whole tokens × tokens matrix of a head.
public struct Attention: Sendable {
    /// Query rows whose scores are in flight per worker: with 1370 tokens 1 MB, the size of a core's second-level cache.
    public static let queryBlock = 192

    /// Channels of one head.
    public let headDim: Int
    /// Number of heads; width = heads · headDim.
    public let heads: Int
    /// Whether a token sees only itself and its predecessors.
    public let causal: Bool

    /// Describes one attention layer (both counts at least 1).
    public init(heads: Int, headDim: Int, causal: Bool) {
        precondition(heads > 0 && headDim > 0, "attention needs heads and channels, not \(heads) × \(headDim)")
        self.heads = heads
        self.headDim = headDim
        self.causal = causal
    }

    /// Floats of scratch memory each worker needs for sequences of up to `tokens` tokens.
    public static func scratchCount(tokens: Int) -> Int { min(queryBlock, tokens) * tokens }

    /// How a pass is cut into items of one query block of one head; made once and used by every layer.
    public struct Plan: Sendable {
        let sequences: [Range<Int>]
        /// Number of items before each sequence, and in all.
        let firstItem: [Int]

        /// Plans a pass of `attention` over sequences.
        ///
        /// - Parameters:
        ///   - sequences: Row range of each sequence within the packed tokens; disjoint.
        ///   - attention: The layers' common shape.
        public init(_ sequences: [Range<Int>], for attention: Attention) {
            self.sequences = sequences
            var first = [0]
            for sequence in sequences {
                first.append(first[first.count - 1] + attention.heads * blocks(sequence.count))
            }
            firstItem = first
        }
    }

    /// Runs attention separately inside each sequence.
    ///
    /// - Parameters:
    ///   - qkv: [total tokens, 3·width]; q, k, v side by side in each row, heads as consecutive slices.
    ///   - plan: Made for this attention's shape.
    ///   - output: [total tokens, width]; rows inside `sequences` are overwritten. Must not overlap `qkv`.
    ///   - scratch: `threads.count` · ``scratchCount(tokens:)`` floats for the longest sequence.
    ///   - scratchStride: Floats between the workers' parts of `scratch`.
    ///   - threads: Workers to use.
    public func callAsFunction(
        qkv: UnsafePointer<Float>, plan: Plan, output: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutablePointer<Float>, scratchStride: Int, threads: ComputeThreads
    ) {
        let width = heads * headDim
        let scale = 1 / Float(headDim).squareRoot()
        // Workers draw items in any order; the prefix sums tell which sequence an item belongs to.
        let (sequences, firstItem) = (plan.sequences, plan.firstItem)
        let items = firstItem[firstItem.count - 1]
        let next = Atomic<Int>(0)
        threads.run { worker in
            let scores = scratch + worker &* scratchStride
            var sequence = 0
            while true {
                let item = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard item < items else { return }
                while firstItem[sequence &+ 1] <= item { sequence &+= 1 }
                let range = sequences[sequence]
                let (head, block) = (item &- firstItem[sequence]).quotientAndRemainder(dividingBy: blocks(range.count))
                let lower = block &* Self.queryBlock
                attend(
                    rows: lower..<min(range.count, lower &+ Self.queryBlock), tokens: range.count,
                    qkv: qkv + range.lowerBound &* 3 &* width + head &* headDim,
                    output: output + range.lowerBound &* width + head &* headDim, width: width, scale: scale, scores)
            }
        }
    }

    /// One block of queries of one head; `qkv` and `output` point at the head's first channel of the first token.
    private func attend(
        rows: Range<Int>, tokens: Int, qkv: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, width: Int,
        scale: Float, _ scores: UnsafeMutablePointer<Float>
    ) {
        let stride = 3 &* width
        // A causal block needs no key beyond its own last row.
        let keys = causal ? rows.upperBound : tokens
        Gemm.multiplyTransposed(
            qkv + rows.lowerBound &* stride, lda: stride, qkv + width, ldb: stride, into: scores, ldc: keys,
            m: rows.count, n: keys, k: headDim)
        for row in 0..<rows.count {
            let line = scores + row &* keys
            let visible = causal ? rows.lowerBound &+ row &+ 1 : keys
            RowKernels.softmax(line, count: visible, scale: scale)
            for hidden in visible..<keys { line[hidden] = 0 }
        }
        Gemm.multiply(
            scores, lda: keys, qkv + 2 &* width, ldb: stride, into: output + rows.lowerBound &* width, ldc: width,
            m: rows.count, n: headDim, k: keys)
    }
}

/// Query blocks of a sequence.
private func blocks(_ tokens: Int) -> Int { (tokens &+ Attention.queryBlock &- 1) / Attention.queryBlock }
