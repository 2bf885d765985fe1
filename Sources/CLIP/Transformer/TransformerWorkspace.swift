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
        let attention: Attention.Plan
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

    /// Plans a pass and generates its code, so that the pass itself cannot fail.
    ///
    /// - Parameters:
    ///   - transformer: The one the workspace was made for.
    ///   - sequences: Row range of each sequence; together they cover the first rows without gaps.
    /// - Returns: What the pass needs to know.
    /// - Throws: ``CLIPError`` with `.arithmetic` when the engine cannot build a product.
    func prepare(_ transformer: Transformer, sequences: [Range<Int>]) throws(CLIPError) -> Pass {
        let used = sequences.last?.upperBound ?? 1
        let pass = Pass(
            rows: RowBlocks(
                rows: used, largest: transformer.arithmetic.largestRowBlock, unit: transformer.arithmetic.rowUnit,
                workers: workers.count),
            attention: Attention.Plan(sequences, for: transformer.attention))
        guard let block = transformer.blocks.first else { return pass }
        do {
            for worker in computeWorkers {
                try transformer.attention.prepare(pass.attention, worker: worker)
                for rows in Set(pass.rows.ranges.map(\.count)) {
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
        return pass
    }
}
