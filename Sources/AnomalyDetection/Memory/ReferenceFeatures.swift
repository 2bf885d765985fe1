public import Tensors

/// What the memory bank keeps of one reference picture: every stage's patch tokens, scaled to unit length.
///
/// Raw tokens, not adapted ones; only directions matter for cosine distance, so unit rows lose nothing.
public struct ReferenceFeatures: Sendable {
    /// [patches, width] per stage, rows of Euclidean length 1.
    public let stages: [Tensor]

    /// Wraps rows that are already of unit length, for example read from storage.
    public init(unitStages: [Tensor]) { stages = unitStages }

    /// Scales raw stage tokens to unit length.
    init(stageTokens: [Tensor], threads: ComputeThreads) {
        stages = stageTokens.map { unitRows($0, threads: threads) }
    }

    /// Patches per stage.
    public var patches: Int { stages.first?.shape.first ?? 0 }

    /// The rows of one stage as float16 (little-endian), half the memory; cosine distances change by less than 1e-3.
    public func float16(stage: Int) -> [UInt8] {
        stages[stage].withUnsafeBufferPointer { FloatFormats.narrowToFloat16($0) }
    }

    /// Reads rows written by ``float16(stage:)``.
    ///
    /// - Throws: ``InspectionModelError`` with `.badReferences` when the byte count does not fit the shape.
    public static func stage(
        float16 bytes: UnsafeRawBufferPointer, patches: Int, width: Int
    ) throws(InspectionModelError) -> Tensor {
        guard patches > 0, width > 0, bytes.count == patches * width * 2 else {
            throw InspectionModelError(
                .badReferences,
                "expected \(patches) × \(width) float16 values (\(patches * width * 2) bytes), found \(bytes.count) bytes"
            )
        }
        return Tensor(shape: [patches, width]) { FloatFormats.widen(float16: bytes, into: $0) }
    }
}

/// A copy of a matrix with every row scaled to Euclidean length 1.
func unitRows(_ rows: Tensor, threads: ComputeThreads) -> Tensor {
    Tensor(shape: rows.shape) { output in
        rows.withUnsafeBufferPointer { _ = output.initialize(from: $0) }
        guard let target = output.baseAddress else { return }
        RowKernels.normalizeRows(target, rows: rows.shape[0], width: rows.shape[1], threads: threads)
    }
}
