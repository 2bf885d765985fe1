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

    /// Tokens computed together: enough rows to keep matrix products efficient, small enough to stay in memory.
    private static let tokensPerBatch = 1536

    /// Length of an embedding.
    public var embedDim: Int { projection.shape[0] }

    /// Encodes token sequences.
    ///
    /// Attention is causal, so nothing after the end-of-text token can change its features: sequences are packed without
    /// padding and only real tokens are computed, which gives the same values as a padded batch.
    ///
    /// - Parameters:
    ///   - sequences: Token ids, each starting with start-of-text and ending with end-of-text, 1…contextLength long.
    ///   - progress: Called with the number of sequences done so far.
    /// - Returns: [sequences, embedDim], each row of Euclidean length 1.
    /// - Throws: ``CLIPError`` with `.badTokens` for an empty or overlong sequence or an id outside the vocabulary.
    public func encode(_ sequences: [[Int32]], progress: (Int) -> Void = { _ in }) throws(CLIPError) -> Tensor {
        try check(sequences)
        // Features are read at the largest id, end-of-text; what follows its first occurrence cannot matter.
        let sequences = sequences.map { sequence in
            sequence.max().flatMap(sequence.firstIndex(of:)).map { sequence.prefix(through: $0) } ?? sequence[...]
        }
        let embedDim = self.embedDim
        let longest = sequences.lazy.map(\.count).max() ?? 0
        let capacity = min(
            max(Self.tokensPerBatch, longest), sequences.lazy.map(\.count).reduce(0, +))
        let workspace = try TransformerWorkspace(transformer: transformer, tokens: capacity, threads: threads)
        let embeddings = FloatBuffer(count: sequences.count * embedDim)
        var first = 0
        while first < sequences.count {
            var ranges: [Range<Int>] = []
            var tokens = 0
            while first + ranges.count < sequences.count, tokens + sequences[first + ranges.count].count <= capacity {
                ranges.append(tokens..<tokens + sequences[first + ranges.count].count)
                tokens = ranges[ranges.count - 1].upperBound
            }
            let pass = try workspace.prepare(transformer, sequences: ranges)
            encodeBatch(
                sequences[first..<first + ranges.count], ranges, workspace, pass,
                into: embeddings.baseAddress + first * embedDim)
            first += ranges.count
            progress(first)
        }
        return Tensor(
            shape: [sequences.count, embedDim], borrowing: UnsafeBufferPointer(embeddings.pointer), owner: embeddings)
    }

    private func encodeBatch(
        _ batch: ArraySlice<ArraySlice<Int32>>, _ ranges: [Range<Int>], _ workspace: TransformerWorkspace,
        _ pass: TransformerWorkspace.Pass, into output: UnsafeMutablePointer<Float>
    ) {
        let width = configuration.width
        let stream = workspace.stream.baseAddress
        tokenEmbedding.withUnsafeBufferPointer { embeddings in
            positionalEmbedding.withUnsafeBufferPointer { positions in
                var line = stream
                for sequence in batch {
                    for (position, id) in zip(0..., sequence) {
                        for channel in 0..<width {
                            line[channel] =
                                embeddings[Int(id) &* width &+ channel] + positions[position &* width &+ channel]
                        }
                        line += width
                    }
                }
            }
        }
        transformer(workspace, pass: pass, threads: threads)

        // Gather the end-of-text rows: the last real token of each sequence.
        let gathered = FloatBuffer(count: ranges.count * width)
        for (index, range) in ranges.enumerated() {
            RowKernels.layerNorm(
                stream + (range.upperBound - 1) * width, rows: 1, weight: lnFinal.weight, bias: lnFinal.bias,
                into: gathered.baseAddress + index * width)
        }
        Gemm.linear(gathered.baseAddress, rows: ranges.count, weight: projection, into: output, threads: threads)
        RowKernels.normalizeRows(output, rows: ranges.count, width: embedDim, threads: threads)
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
