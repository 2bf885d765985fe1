public import Tensors

/// Prompt ensembling, a few prompts at a time: the mean of unit embeddings, scaled to length 1.
///
/// Radford et al. 2021, section 3.1.4. Every prompt weighs the same, however they are grouped.
public struct PromptMean: Sendable {
    private var sum: [Float]

    /// Starts with no prompts.
    public init(embedDim: Int) { sum = [Float](repeating: 0, count: embedDim) }

    /// Adds prompts.
    ///
    /// - Parameter rows: [prompts, embedDim], rows of Euclidean length 1 (traps when the width differs).
    public mutating func add(_ rows: Tensor) {
        let embedDim = sum.count
        precondition(rows.shape.count == 2 && rows.shape[1] == embedDim, "rows of length \(embedDim) expected")
        rows.withUnsafeBufferPointer { elements in
            for row in 0..<rows.shape[0] {
                for channel in 0..<embedDim { sum[channel] += elements[row * embedDim + channel] }
            }
        }
    }

    /// The ensemble's embedding so far: [embedDim], of Euclidean length 1; zero before the first prompt.
    public var embedding: Tensor {
        Tensor(shape: [sum.count]) { output in
            _ = output.initialize(from: sum)
            guard let target = output.baseAddress else { return }
            RowKernels.normalizeRows(target, rows: 1, width: sum.count, threads: ComputeThreads(count: 1))
        }
    }
}
