internal import CVectorKernels

/// Attention through the tile kernels: keys and values of a head are packed once, then read by every block of queries.
struct TileAttention: Sendable {
    let heads: Int
    let headDim: Int
    let causal: Bool
    let precision: Precision

    /// Bytes of all packed heads of a sequence.
    func packedBytes(tokens: Int) -> Int { heads * cvk_attention_bytes(precision.tile, tokens, headDim) }

    /// Bytes of scratch memory that a worker needs.
    func scratchBytes(tokens: Int) -> Int { cvk_attention_scratch(precision.tile, tokens, headDim) }

    /// Packs keys and values of one head.
    ///
    /// - Parameters:
    ///   - head: Which one.
    ///   - tokens: Length of the sequence, at least 1.
    ///   - qkv: The sequence's first row; rows of 3·width activations.
    ///   - packed: The sequence's ``packedBytes(tokens:)``.
    func pack(head: Int, tokens: Int, qkv: UnsafeRawPointer, into packed: UnsafeMutableRawPointer) {
        let width = heads &* headDim
        let bytes = precision.byteCount
        let keys = qkv + (width &+ head &* headDim) &* bytes
        cvk_attention_pack(
            precision.tile, keys, keys + width &* bytes, 3 &* width, tokens, headDim,
            packed + head &* cvk_attention_bytes(precision.tile, tokens, headDim))
    }

    /// Attention of some queries of one head.
    ///
    /// - Parameters:
    ///   - queries: Rows within the sequence.
    ///   - head: Which one.
    ///   - tokens: Length of the sequence.
    ///   - qkv: The sequence's first row.
    ///   - packed: What ``pack(head:tokens:qkv:into:)`` left.
    ///   - output: The sequence's first row of width activations.
    ///   - scratch: ``scratchBytes(tokens:)`` of the calling worker.
    func attend(
        _ queries: Range<Int>, head: Int, tokens: Int, qkv: UnsafeRawPointer, packed: UnsafeRawPointer,
        output: UnsafeMutableRawPointer, scratch: UnsafeMutableRawPointer
    ) {
        let width = heads &* headDim
        let bytes = precision.byteCount
        cvk_attention_rows(
            precision.tile, qkv + (queries.lowerBound &* 3 &* width &+ head &* headDim) &* bytes, 3 &* width,
            queries.count, packed + head &* cvk_attention_bytes(precision.tile, tokens, headDim), tokens, headDim,
            causal ? queries.lowerBound &+ 1 : tokens, 1 / Float(headDim).squareRoot(),
            output + (queries.lowerBound &* width &+ head &* headDim) &* bytes, width, scratch)
    }
}
