import Tensors

/// A stack of pre-norm residual attention blocks over packed sequences; shared by both towers.
struct Transformer: Sendable {
    let blocks: [ResidualAttentionBlock]
    let width: Int
    let mlpWidth: Int
    let attention: Attention
    let activation: Activation

    /// Runs the blocks on the residual stream in place; no layer allocates a buffer.
    ///
    /// - Parameters:
    ///   - x: [tokens, width]; the residual stream, overwritten.
    ///   - tokens: Rows of `x`; at most `workspace.tokens`.
    ///   - sequences: Row range of each sequence; tokens attend within their own only.
    ///   - workspace: Scratch memory made for this transformer.
    ///   - threads: Workers to use; at most those the workspace was made for.
    ///   - afterBlock: Called with the 1-based block number once `x` holds that block's output.
    func callAsFunction(
        _ x: UnsafeMutablePointer<Float>, tokens: Int, sequences: [Range<Int>], workspace: TransformerWorkspace,
        threads: ComputeThreads, afterBlock: (Int) -> Void = { _ in }
    ) {
        let normed = workspace.normed.baseAddress
        // The wide buffer serves q, k, v first and the feed-forward layer's hidden units afterwards.
        let wide = workspace.wide.baseAddress
        let plan = Attention.Plan(sequences, for: attention)
        for (index, block) in blocks.enumerated() {
            RowKernels.layerNorm(
                x, rows: tokens, weight: block.ln1.weight, bias: block.ln1.bias, into: normed, threads: threads)
            Gemm.linear(normed, rows: tokens, weight: block.attentionInWeight, into: wide, threads: threads)
            RowKernels.addBias(wide, rows: tokens, bias: block.attentionInBias, threads: threads)
            attention(
                qkv: wide, plan: plan, output: normed, scratch: workspace.scores.baseAddress,
                scratchStride: workspace.scoresPerWorker, threads: threads)
            Gemm.linear(
                normed, rows: tokens, weight: block.attentionOutWeight, into: x, accumulate: true, threads: threads)
            RowKernels.addBias(x, rows: tokens, bias: block.attentionOutBias, threads: threads)

            RowKernels.layerNorm(
                x, rows: tokens, weight: block.ln2.weight, bias: block.ln2.bias, into: normed, threads: threads)
            Gemm.linear(normed, rows: tokens, weight: block.expandWeight, into: wide, threads: threads)
            activation.apply(wide, rows: tokens, addingBias: block.expandBias, threads: threads)
            Gemm.linear(wide, rows: tokens, weight: block.contractWeight, into: x, accumulate: true, threads: threads)
            RowKernels.addBias(x, rows: tokens, bias: block.contractBias, threads: threads)
            afterBlock(index + 1)
        }
    }
}

/// Scratch memory for one pass through a ``Transformer``; one user at a time.
final class TransformerWorkspace: Sendable {
    let tokens: Int
    /// [tokens, width]: the residual stream.
    let stream: FloatBuffer
    /// [tokens, width]: normalised input of a sub-block, then attention's output.
    let normed: FloatBuffer
    /// [tokens, max(3·width, mlpWidth)].
    let wide: FloatBuffer
    /// One block of attention scores per worker.
    let scores: FloatBuffer
    let scoresPerWorker: Int

    /// Allocates for `tokens` packed tokens whose longest sequence has `longestSequence` tokens.
    init(transformer: Transformer, tokens: Int, longestSequence: Int, threads: ComputeThreads) {
        self.tokens = tokens
        stream = FloatBuffer(count: tokens * transformer.width)
        normed = FloatBuffer(count: tokens * transformer.width)
        wide = FloatBuffer(count: tokens * max(3 * transformer.width, transformer.mlpWidth))
        scoresPerWorker = Attention.scratchCount(tokens: longestSequence)
        scores = FloatBuffer(count: scoresPerWorker * threads.count)
    }
}
