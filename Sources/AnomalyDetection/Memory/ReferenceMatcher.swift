import Images
import Tensors

/// Distances of a picture's patches to the patches of normal references (MultiADS, section 3.4).
struct ReferenceMatcher {
    let matching: MapOptions.ReferenceMatching
    let threads: ComputeThreads

    /// 1 − cosine similarity of each query patch with its match, for one stage.
    ///
    /// - Parameters:
    ///   - tokens: [patches, width] of the query, raw.
    ///   - references: The same stage of each reference, unit rows [patches, width]; at least one.
    /// - Returns: [patches], in 0…2 up to rounding.
    func distances(_ tokens: Tensor, references: [CompactRows]) -> Tensor {
        distances(unit: unitRows(tokens, threads: threads), references: references)
    }

    /// The same for tokens [patches, width] that are of unit length already.
    func distances(unit queries: Tensor, references: [CompactRows]) -> Tensor {
        let similarity =
            switch matching {
            case .nearest: NearestNeighbor.bestSimilarity(queries, in: references, threads: threads)
            case .samePosition: samePosition(queries, references)
            }
        return Tensor(shape: similarity.shape, similarity.values.map { 1 - $0 })
    }

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
