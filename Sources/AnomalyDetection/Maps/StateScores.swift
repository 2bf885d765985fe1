import CLIP
import Tensors

/// Compares adapted patches with states: 100 · cosine similarity (MultiADS, section 3.3).
struct StateScores {
    let adapter: Adapter
    /// Each stage's adapter prepared for this, beside a tower that is not float32; else empty, and everything is float32.
    let fast: [MappedCosines]
    let threads: ComputeThreads

    /// Scores of one stage.
    ///
    /// - Parameters:
    ///   - tokens: [patches, width].
    ///   - stage: Position in the adapter's list of stages, from 0.
    ///   - states: Text embeddings.
    /// - Returns: [patches, states].
    func callAsFunction(_ tokens: Tensor, stage: Int, states: StateEmbeddings) -> Tensor {
        fast.isEmpty
            ? exact(tokens, stage: stage, states: states)
            : fast[stage](tokens, directions: states.matrix, scale: CLIPModel.logitScale, threads: threads)
    }

    private func exact(_ tokens: Tensor, stage: Int, states: StateEmbeddings) -> Tensor {
        let units = adapter.unitEmbeddings(tokens, stage: stage, threads: threads)
        let (patches, embedDim) = (units.shape[0], units.shape[1])
        let classes = states.states.count
        return Tensor(shape: [patches, classes]) { output in
            guard let target = output.baseAddress else { return }
            units.withUnsafeBufferPointer { rows in
                states.matrix.withUnsafeBufferPointer { columns in
                    guard let a = rows.baseAddress, let b = columns.baseAddress else { return }
                    threads.split(patches, granularity: 16) { range in
                        Gemm.multiplyTransposed(
                            a + range.lowerBound * embedDim, lda: embedDim, b, ldb: embedDim,
                            into: target + range.lowerBound * classes, ldc: classes, m: range.count, n: classes,
                            k: embedDim, alpha: CLIPModel.logitScale)
                    }
                }
            }
        }
    }
}
