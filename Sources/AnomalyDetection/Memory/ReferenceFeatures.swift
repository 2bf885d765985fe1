public import Tensors

/// What the memory bank keeps of one reference picture: every stage's patch tokens, scaled to unit length.
///
/// Raw tokens, not adapted ones; only directions matter for cosine distance, so unit rows lose nothing.
public struct ReferenceFeatures: Sendable {
    /// [patches, width] per stage, rows of Euclidean length 1; fewer rows where a choice was made among them.
    public let stages: [CompactRows]

    /// Wraps rows that are already of unit length, for example read from storage.
    public init(unitStages: [CompactRows]) { stages = unitStages }

    /// Scales raw stage tokens to unit length.
    init(stageTokens: [Tensor], threads: ComputeThreads) {
        stages = stageTokens.map { CompactRows(unitRows($0, threads: threads)) }
    }

    /// The same rows, rounded.
    public func rounded(to element: CompactRows.Element) -> ReferenceFeatures {
        ReferenceFeatures(unitStages: stages.map { CompactRows($0.widened(), as: element) })
    }

    /// Size of all stages in bytes.
    public var byteCount: Int { stages.reduce(0) { $0 + $1.byteCount } }
}

/// A copy of a matrix with every row scaled to Euclidean length 1.
func unitRows(_ rows: Tensor, threads: ComputeThreads) -> Tensor {
    Tensor(shape: rows.shape) { output in
        rows.withUnsafeBufferPointer { _ = output.initialize(from: $0) }
        guard let target = output.baseAddress else { return }
        RowKernels.normalizeRows(target, rows: rows.shape[0], width: rows.shape[1], threads: threads)
    }
}
