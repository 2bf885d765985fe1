import Tensors

/// A stack of pre-norm residual attention blocks over packed sequences; shared by both towers.
///
/// Everything but attention works on rows alone, so a worker takes a block of rows through all of it: output map, both residual
/// connections, feed-forward layer and the next block's input map. Only attention needs all rows of a sequence, so workers meet twice per
/// block.
struct Transformer: Sendable {
    let blocks: [ResidualAttentionBlock]
    let width: Int
    let mlpWidth: Int
    let attention: Attention
    let activation: Activation
    let arithmetic: Arithmetic

    /// Runs the blocks on the residual stream in place; no layer allocates a buffer.
    ///
    /// - Parameters:
    ///   - workspace: Prepared for a pass by ``TransformerWorkspace/prepare(_:sequences:)``; its stream is read and
    ///     overwritten.
    ///   - pass: What was prepared.
    ///   - threads: Workers to use; those the workspace was made for.
    ///   - afterBlock: Called with the 1-based block number once the stream holds that block's output.
    func callAsFunction(
        _ workspace: TransformerWorkspace, pass: TransformerWorkspace.Pass, threads: ComputeThreads,
        afterBlock: (Int) -> Void = { _ in }
    ) {
        guard let first = blocks.first else { return }
        let ranges = pass.rows.ranges
        threads.forEach(ranges.count) { worker, item in
            enter(first, rows: ranges[item], workspace, workspace.workers[worker])
        }
        for (index, block) in blocks.enumerated() {
            attention(
                qkv: workspace.qkv.baseAddress, plan: pass.attention, output: workspace.attended.baseAddress,
                workers: workspace.computeWorkers, threads: threads)
            let next = index + 1 < blocks.count ? blocks[index + 1] : nil
            threads.forEach(ranges.count) { worker, item in
                leave(block, rows: ranges[item], workspace, workspace.workers[worker])
                if let next { enter(next, rows: ranges[item], workspace, workspace.workers[worker]) }
            }
            afterBlock(index + 1)
        }
    }

    /// q, k and v of a block of rows.
    private func enter(
        _ block: ResidualAttentionBlock, rows: Range<Int>, _ workspace: TransformerWorkspace,
        _ worker: TransformerWorkspace.Worker
    ) {
        RowKernels.layerNorm(
            workspace.stream.baseAddress + rows.lowerBound * width, rows: rows.count, weight: block.ln1.weight,
            bias: block.ln1.bias, into: worker.normed.baseAddress, outputStride: arithmetic.operandStride(width),
            precision: block.attentionInput.precision)
        block.attentionInput.apply(
            worker.normed.baseAddress, rows: rows.count, .map,
            into: workspace.qkv.baseAddress + rows.lowerBound * 3 * width * arithmetic.precision.byteCount,
            worker: worker.compute)
    }

    /// Everything after attention.
    private func leave(
        _ block: ResidualAttentionBlock, rows: Range<Int>, _ workspace: TransformerWorkspace,
        _ worker: TransformerWorkspace.Worker
    ) {
        let stream = workspace.stream.baseAddress + rows.lowerBound * width
        let attended = block.attentionOutput.operands(
            of: workspace.attended.baseAddress + rows.lowerBound * width * arithmetic.precision.byteCount,
            rows: rows.count, scratch: worker.normed.baseAddress)
        block.attentionOutput.apply(
            attended, rows: rows.count, .accumulate, into: stream, worker: worker.compute)
        RowKernels.layerNorm(
            stream, rows: rows.count, weight: block.ln2.weight, bias: block.ln2.bias, into: worker.normed.baseAddress,
            outputStride: arithmetic.operandStride(width), precision: block.expand.precision)
        block.expand.apply(
            worker.normed.baseAddress, rows: rows.count, .activate(activation), into: worker.hidden.baseAddress,
            worker: worker.compute)
        block.contract.makeOperands(inPlace: worker.hidden.baseAddress, rows: rows.count)
        block.contract.apply(
            worker.hidden.baseAddress, rows: rows.count, .accumulate, into: stream, worker: worker.compute)
    }
}
