public import Tensors

/// CLIP's text transformer: causal attention, features read at the end-of-text token.
public struct TextTower: Sendable {
    /// Dimensions of the network.
    public let configuration: TextConfiguration

    let tokenEmbedding: Tensor  // [vocabularySize, width]
    let positionalEmbedding: Tensor  // [contextLength, width]
    let transformer: Transformer
    let lnFinal: LayerNormWeights
    let projection: Tensor  // stored transposed: [embedDim, width]
    let threads: ComputeThreads

    /// Length of an embedding.
    public var embedDim: Int { projection.shape[0] }

    /// Decides which sequences are encoded together.
    ///
    /// Attention is causal: a token depends on those before it alone. So nothing after the end-of-text token is computed,
    /// and what sequences have in common at their beginnings is computed once.
    ///
    /// - Parameter sequences: Token ids, each starting with start-of-text and ending with end-of-text, 1…contextLength long.
    /// - Returns: Batches that hold each sequence once, in lexicographic order.
    /// - Throws: ``CLIPError`` with `.badTokens` for an empty or overlong sequence or an id outside the vocabulary.
    public func plan(_ sequences: [[Int32]]) throws(CLIPError) -> [TextBatch] {
        try check(sequences)
        // Features are read at the largest id, end-of-text; what follows its first occurrence cannot matter.
        return TextBatch.plan(
            sequences.map { sequence in
                sequence.max().flatMap(sequence.firstIndex(of:)).map { sequence.prefix(through: $0) } ?? sequence[...]
            })
    }

    /// Encodes token sequences.
    ///
    /// - Parameters:
    ///   - sequences: As for ``plan(_:)``.
    ///   - progress: Called with the number of sequences done so far.
    /// - Returns: [sequences, embedDim], each row of Euclidean length 1.
    /// - Throws: ``CLIPError`` with `.badTokens` as ``plan(_:)`` does, or `.arithmetic`.
    public func encode(_ sequences: [[Int32]], progress: (Int) -> Void = { _ in }) throws(CLIPError) -> Tensor {
        let embedDim = self.embedDim
        let embeddings = FloatBuffer(count: sequences.count * embedDim)
        var done = 0
        for batch in try plan(sequences) {
            let rows = try encode(batch)
            rows.withUnsafeBufferPointer { rows in
                for (row, index) in batch.indices.enumerated() {
                    for channel in 0..<embedDim {
                        embeddings.baseAddress[index &* embedDim &+ channel] = rows[row &* embedDim &+ channel]
                    }
                }
            }
            done += batch.indices.count
            progress(done)
        }
        return Tensor(
            shape: [sequences.count, embedDim], borrowing: UnsafeBufferPointer(embeddings.pointer), owner: embeddings)
    }

    /// Encodes one batch.
    ///
    /// Needs 20 bytes per token and channel in float32, 12 in bfloat16: 12 and 7 MB for a full batch of ViT-L-14.
    ///
    /// - Parameter batch: Planned by this tower.
    /// - Returns: [batch.indices.count, embedDim], each row of Euclidean length 1.
    /// - Throws: ``CLIPError`` with `.arithmetic` when the engine fails.
    public func encode(_ batch: TextBatch) throws(CLIPError) -> Tensor {
        let workspace = try TransformerWorkspace(transformer: transformer, tokens: batch.tokens, threads: threads)
        let pass = try workspace.prepare(transformer, tree: batch.tree.attention, wanted: batch.tree.endCount)
        embed(batch.tree, into: workspace.stream.baseAddress)
        transformer(workspace, pass: pass, threads: threads)
        return project(batch.tree, workspace.stream.baseAddress)
    }

    /// Fills the residual stream with token embeddings + positions.
    private func embed(_ tree: TokenTree, into stream: UnsafeMutablePointer<Float>) {
        let width = configuration.width
        tokenEmbedding.withUnsafeBufferPointer { embeddings in
            positionalEmbedding.withUnsafeBufferPointer { positions in
                for (row, node) in tree.nodes.enumerated() {
                    let (line, token, position) = (row &* width, Int(node.token) &* width, node.position &* width)
                    for channel in 0..<width {
                        stream[line &+ channel] = embeddings[token &+ channel] + positions[position &+ channel]
                    }
                }
            }
        }
    }

    /// normalise(LN_final(x[end of text]) · projection) for each sequence; equal sequences are computed once.
    private func project(_ tree: TokenTree, _ stream: UnsafePointer<Float>) -> Tensor {
        let (rows, width, embedDim) = (tree.endCount, configuration.width, self.embedDim)
        let normed = FloatBuffer(count: rows * width)
        RowKernels.layerNorm(
            stream, rows: rows, weight: lnFinal.weight, bias: lnFinal.bias, into: normed.baseAddress)
        let distinct = FloatBuffer(count: rows * embedDim)
        Gemm.linear(normed.baseAddress, rows: rows, weight: projection, into: distinct.baseAddress, threads: threads)
        RowKernels.normalizeRows(distinct.baseAddress, rows: rows, width: embedDim, threads: threads)
        return Tensor(shape: [tree.ends.count, embedDim]) { output in
            for (row, end) in tree.ends.enumerated() {
                for channel in 0..<embedDim {
                    output[row &* embedDim &+ channel] = distinct.baseAddress[end &* embedDim &+ channel]
                }
            }
        }
    }

    private func check(_ sequences: [[Int32]]) throws(CLIPError) {
        for (index, sequence) in sequences.enumerated() {
            guard (1...configuration.contextLength).contains(sequence.count) else {
                throw CLIPError(
                    .badTokens,
                    "expected 1 to \(configuration.contextLength) tokens, found \(sequence.count) in sequence \(index)")
            }
            guard let wrong = sequence.first(where: { !(0..<configuration.vocabularySize).contains(Int($0)) }) else {
                continue
            }
            throw CLIPError(
                .badTokens,
                "expected token ids below \(configuration.vocabularySize), found \(wrong) in sequence \(index)")
        }
    }
}
