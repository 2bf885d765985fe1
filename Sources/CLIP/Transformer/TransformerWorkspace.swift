import Tensors

/// Memory and generated code for passes through a ``Transformer``; one user at a time.
final class TransformerWorkspace: Sendable {
    /// What one worker thread owns.
    struct Worker: Sendable {
        let compute: ComputeWorker
        /// [row block, width]: operands of a sub-block's first map.
        let normed: RawBuffer
        /// [row block, mlpWidth]: the feed-forward layer's hidden units.
        let hidden: RawBuffer
    }

    /// A pass that the workspace is ready for.
    struct Pass: Sendable {
        let rows: RowBlocks
        /// The first rows, those whose output of the last block is wanted.
        let wanted: RowBlocks
        let attention: Visibility
    }

    /// Which rows see which.
    enum Visibility: Sendable {
        /// Every row of a sequence sees all of them.
        case sequences(Attention.Plan)
        /// Every row sees itself and those before it.
        case tree(Attention.Tree)
    }

    /// Rows that fit.
    let tokens: Int
    /// [padded tokens, width] float32: the residual stream.
    let stream: FloatBuffer
    /// [padded tokens, 3·width]: queries, keys and values.
    let qkv: RawBuffer
    /// [padded tokens, width]: attention's output.
    let attended: RawBuffer
    let workers: [Worker]
    let computeWorkers: [ComputeWorker]

    /// Allocates for `tokens` packed tokens.
    ///
    /// - Throws: ``CLIPError`` with `.arithmetic` when the engine fails.
    init(transformer: Transformer, tokens: Int, threads: ComputeThreads) throws(CLIPError) {
        self.tokens = tokens
        let arithmetic = transformer.arithmetic
        let rows = RowBlocks.padded(tokens, unit: arithmetic.rowUnit)
        let bytes = arithmetic.precision.byteCount
        stream = FloatBuffer(count: rows * transformer.width)
        // Padding rows are computed like others and used by nobody; zero keeps them ordinary numbers.
        stream.pointer.initialize(repeating: 0)
        qkv = RawBuffer(byteCount: rows * 3 * transformer.width * bytes)
        attended = RawBuffer(byteCount: rows * transformer.width * bytes)
        attended.baseAddress.initializeMemory(as: UInt8.self, repeating: 0, count: attended.byteCount)
        let blockRows = min(rows, arithmetic.largestRowBlock)
        var workers: [Worker] = []
        for _ in 0..<threads.count {
            let compute: ComputeWorker
            do {
                compute = try ComputeWorker(arithmetic)
            } catch {
                throw CLIPError(.arithmetic, error.description)
            }
            workers.append(
                Worker(
                    compute: compute,
                    normed: RawBuffer(byteCount: blockRows * arithmetic.operandStride(transformer.width)),
                    hidden: RawBuffer(byteCount: blockRows * arithmetic.operandStride(transformer.mlpWidth))))
        }
        self.workers = workers
        computeWorkers = workers.map(\.compute)
    }

    /// Plans a pass over whole sequences and generates its code, so that the pass itself cannot fail.
    ///
    /// - Parameters:
    ///   - transformer: The one the workspace was made for.
    ///   - sequences: Row range of each sequence; together they cover the first rows without gaps.
    /// - Returns: What the pass needs to know.
    /// - Throws: ``CLIPError`` with `.arithmetic` when the engine cannot build a product.
    func prepare(_ transformer: Transformer, sequences: [Range<Int>]) throws(CLIPError) -> Pass {
        let rows = blocks(sequences.last?.upperBound ?? 1, transformer)
        let plan = Attention.Plan(sequences, for: transformer.attention)
        try generate(transformer, rows) { worker throws(ArithmeticError) in
            try transformer.attention.prepare(plan, worker: worker)
        }
        return Pass(rows: rows, wanted: rows, attention: .sequences(plan))
    }

    /// Plans a pass over sequences that share rows, and generates its code.
    ///
    /// - Parameters:
    ///   - transformer: The one the workspace was made for.
    ///   - tree: One entry for each of the first rows, at least one.
    ///   - wanted: Number of rows, the first ones, whose output of the last block is used; at least 1.
    /// - Returns: What the pass needs to know.
    /// - Throws: ``CLIPError`` with `.arithmetic` when the engine cannot build a product.
    func prepare(_ transformer: Transformer, tree: Attention.Tree, wanted: Int) throws(CLIPError) -> Pass {
        let (rows, last) = (blocks(tree.count, transformer), blocks(wanted, transformer))
        for blocks in [rows, last] {
            try generate(transformer, blocks) { transformer.attention.prepare(tree, worker: $0) }
        }
        return Pass(rows: rows, wanted: last, attention: .tree(tree))
    }

    private func blocks(_ rows: Int, _ transformer: Transformer) -> RowBlocks {
        transformer.arithmetic.rowBlocks(rows, workers: workers.count)
    }

    private func generate(
        _ transformer: Transformer, _ blocks: RowBlocks, attention: (ComputeWorker) throws(ArithmeticError) -> Void
    ) throws(CLIPError) {
        guard let block = transformer.blocks.first else { return }
        do {
            for worker in computeWorkers {
                try attention(worker)
                for rows in Set(blocks.ranges.map(\.count)) {
                    // All blocks of a transformer have the same shapes.
                    try block.attentionInput.prepare(rows: rows, .map, worker: worker)
                    try block.attentionOutput.prepare(rows: rows, .accumulate, worker: worker)
                    try block.expand.prepare(rows: rows, .activate(transformer.activation), worker: worker)
                    try block.contract.prepare(rows: rows, .accumulate, worker: worker)
                }
            }
        } catch {
            throw CLIPError(.arithmetic, error.description)
        }
    }
}
