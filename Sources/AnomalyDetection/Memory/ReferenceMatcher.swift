import Images
import Tensors

/// Distances of a picture's patches to the patches of normal references (MultiADS, section 3.4).
struct ReferenceMatcher {
    let matching: MapOptions.ReferenceMatching
    /// How much a distance found with an index may be too large.
    var tolerance: Float = 0
    let threads: ComputeThreads

    /// 1 − cosine similarity of each query patch with its match.
    ///
    /// - Parameters:
    ///   - stageTokens: [patches, width] of the query per stage, raw.
    ///   - bank: Of the same stages and width; at least one picture.
    /// - Returns: [patches] per stage, in 0…2 up to rounding.
    func distances(_ stageTokens: [Tensor], _ bank: ReferenceBank) -> ReferenceDistances {
        ReferenceDistances(
            stages: stageTokens.enumerated().map { stage, tokens in
                switch bank.form {
                case .pictures(let pictures):
                    distances(
                        unit: unitRows(tokens, threads: threads), references: pictures.map { $0.stages[stage] })
                case .indexed(let indices):
                    distances(of: indices[stage].bestSimilarity(tokens, tolerance: tolerance, threads: threads))
                }
            })
    }

    /// The same for one stage of tokens [patches, width] that are of unit length already.
    func distances(unit queries: Tensor, references: [CompactRows]) -> [Float] {
        switch matching {
        case .nearest: distances(of: NearestNeighbor.bestSimilarity(queries, in: references, threads: threads))
        case .samePosition: distances(of: samePosition(queries, references))
        }
    }

    private func distances(of similarity: Tensor) -> [Float] { similarity.values.map { 1 - $0 } }

    private func samePosition(_ queries: Tensor, _ references: [CompactRows]) -> Tensor {
        let (patches, width) = (queries.shape[0], queries.shape[1])
        var best = [Float](repeating: -1, count: patches)
        queries.withUnsafeBufferPointer { query in
            for reference in references {
                reference.widened().withUnsafeBufferPointer { rows in
                    for patch in 0..<patches {
                        var dot: Float = 0
                        for channel in patch * width..<(patch + 1) * width { dot += query[channel] * rows[channel] }
                        best[patch] = max(best[patch], dot)
                    }
                }
            }
        }
        return Tensor(shape: [patches], best)
    }
}
