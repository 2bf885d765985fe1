import Tensors

/// A stack of pre-norm residual attention blocks over packed sequences; shared by both towers.
///
/// Everything but attention works on rows alone, so a worker takes a block of rows through all of it: output map, both residual
/// connections, feed-forward layer and the next block's input map. Only attention needs all rows of a sequence, so workers meet twice per
/// block.
struct Transformer: Sendable {
    var blocks: [ResidualAttentionBlock]
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
    ///   - observer: Shown the operands of every map; nil for none.
    ///   - afterBlock: Called with the 1-based block number once the stream holds that block's output (of the last block
    ///     only the rows that the pass wants).
    func callAsFunction(
        _ workspace: TransformerWorkspace, pass: TransformerWorkspace.Pass, threads: ComputeThreads,
        observer: RoundingObserver? = nil, afterBlock: (Int) -> Void = { _ in }
    ) {
        withoutActuallyEscaping(afterBlock) { afterBlock in
            threads.run(steps(workspace, pass, observer, afterBlock))
        }
    }

    /// The pass as steps in all of which the workers take part.
    private func steps(
        _ workspace: TransformerWorkspace, _ pass: TransformerWorkspace.Pass, _ observer: RoundingObserver?,
        _ afterBlock: @escaping (Int) -> Void
    ) -> [ComputeStep] {
        let ranges = pass.rows.ranges
        var steps: [ComputeStep] = []
        if !blocks.isEmpty {
            steps.append(
                ComputeStep(ranges.count) { worker, item in
                    enter(0, rows: ranges[item], workspace, workspace.workers[worker], observer)
                })
        }
        for index in blocks.indices {
            steps += attend(workspace, pass)
            // Nothing comes after the last block, so rows that nobody reads need not leave it.
            let isLast = index + 1 == blocks.count
            let ranges = isLast ? pass.wanted.ranges : ranges
            steps.append(
                ComputeStep(ranges.count) { worker, item in
                    leave(index, rows: ranges[item], workspace, workspace.workers[worker], observer)
                    if !isLast { enter(index + 1, rows: ranges[item], workspace, workspace.workers[worker], observer) }
                })
            steps.append(ComputeStep(1) { _, _ in afterBlock(index + 1) })
        }
        return steps
    }

    private func attend(_ workspace: TransformerWorkspace, _ pass: TransformerWorkspace.Pass) -> [ComputeStep] {
        let (qkv, attended) = (workspace.qkv.baseAddress, workspace.attended.baseAddress)
        let workers = workspace.computeWorkers
        return switch pass.attention {
        case .sequences(let plan): attention.steps(qkv: qkv, plan: plan, output: attended, workers: workers)
        case .tree(let tree): attention.steps(qkv: qkv, tree: tree, output: attended, workers: workers)
        }
    }

    /// q, k and v of a block of rows.
    private func enter(
        _ index: Int, rows: Range<Int>, _ workspace: TransformerWorkspace, _ worker: TransformerWorkspace.Worker,
        _ observer: RoundingObserver?
    ) {
        let block = blocks[index]
        RowKernels.layerNorm(
            workspace.stream.baseAddress + rows.lowerBound * width, rows: rows.count, weight: block.ln1.weight,
            bias: block.ln1.bias, into: worker.normed.baseAddress, outputStride: arithmetic.operandStride(width),
            precision: block.attentionInput.precision)
        observer?.add(index, .attentionInput, block.attentionInput, worker.normed.baseAddress, rows: rows.count)
        block.attentionInput.apply(
            worker.normed.baseAddress, rows: rows.count, .map,
            into: workspace.qkv.baseAddress + rows.lowerBound * 3 * width * arithmetic.precision.byteCount,
            worker: worker.compute)
    }

    /// Everything after attention.
    private func leave(
        _ index: Int, rows: Range<Int>, _ workspace: TransformerWorkspace, _ worker: TransformerWorkspace.Worker,
        _ observer: RoundingObserver?
    ) {
        let block = blocks[index]
        let stream = workspace.stream.baseAddress + rows.lowerBound * width
        let attended = block.attentionOutput.operands(
            of: workspace.attended.baseAddress + rows.lowerBound * width * arithmetic.precision.byteCount,
            rows: rows.count, scratch: worker.normed.baseAddress)
        observer?.add(index, .attentionOutput, block.attentionOutput, attended, rows: rows.count)
        block.attentionOutput.apply(
            attended, rows: rows.count, .accumulate, into: stream, worker: worker.compute)
        RowKernels.layerNorm(
            stream, rows: rows.count, weight: block.ln2.weight, bias: block.ln2.bias, into: worker.normed.baseAddress,
            outputStride: arithmetic.operandStride(width), precision: block.expand.precision)
        observer?.add(index, .expand, block.expand, worker.normed.baseAddress, rows: rows.count)
        block.expand.apply(
            worker.normed.baseAddress, rows: rows.count, .activate(activation), into: worker.hidden.baseAddress,
            worker: worker.compute)
        block.contract.makeOperands(inPlace: worker.hidden.baseAddress, rows: rows.count)
        observer?.add(index, .contract, block.contract, worker.hidden.baseAddress, rows: rows.count)
        block.contract.apply(
            worker.hidden.baseAddress, rows: rows.count, .accumulate, into: stream, worker: worker.compute)
    }
}
