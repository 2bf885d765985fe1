import CLIP
import Tensors

/// Computes the maps of one picture from its features (MultiADS, sections 3.3, 3.4 and 4.2.2).
struct AnomalyMapper {
    let adapter: Adapter
    let options: MapOptions
    /// Of the tower that made the features.
    let precision: Precision
    let threads: ComputeThreads

    /// All maps and the image score.
    ///
    /// - Parameters:
    ///   - features: The picture's stage tokens and global embedding; as many stages as the adapter has.
    ///   - side: Side of the maps in pixels.
    ///   - states: Text embeddings, the normal state first.
    ///   - references: Memory bank; empty for zero-shot. Each has the same stages and width as `features`.
    ///   - validity: Where defects count, [side²], 1 or 0; nil for everywhere. Applied before any score is taken.
    /// - Returns: Maps of `side` × `side` pixels.
    /// - Throws: ``InspectionModelError`` with `.badImage` when `side` is not positive.
    func maps(
        features: VisionTower.Features, side: Int, states: StateEmbeddings, references: ReferenceBank,
        validity: [Float]?
    ) throws(InspectionModelError) -> AnomalyMaps {
        let classes = states.states.count
        let stages = features.stageTokens.count
        let stageWeight: Float = options.stageCombination == .mean ? 1 / Float(stages) : 1
        let scores = (0..<stages).map { stateScores(features.stageTokens[$0], stage: $0, states: states) }
        // Checked here, where they are few: behind softmax and maximum a NaN looks like a good part.
        for (stage, rows) in scores.enumerated() where rows.firstNonFinite != nil {
            throw InspectionModelError(
                .notFinite, "expected finite scores of stage number \(stage + 1), found NaN or infinity")
        }
        let enlargement = UpsampledSoftmax(gridSize: features.gridSize, side: side, classes: classes)
        let multitype = Tensor(shape: [classes, side, side]) { output in
            output.initialize(repeating: 0)
            guard let target = output.baseAddress else { return }
            for rows in scores {
                rows.withUnsafeBufferPointer { elements in
                    guard let source = elements.baseAddress else { return }
                    enlargement.accumulate(source, weight: stageWeight, into: target, threads: threads)
                }
            }
        }
        // Probabilities sum to the stages' weights, so "any defect" is that sum minus "normal".
        let total: Float = stageWeight * Float(stages)
        let anomaly = masked(
            Tensor(shape: [side, side], multitype.rows(0..<1).values.map { max(0, total - $0) }), by: validity)
        let reference: Tensor? =
            if references.isEmpty {
                nil
            } else {
                masked(
                    try distances(features, references: references)
                        .map(side: side, combination: options.stageCombination), by: validity)
            }
        let final = reference.map { options.combine(anomaly, $0) } ?? anomaly
        let probabilities = globalProbabilities(features.embedding, states: states)
        let imageScore = options.imageScore.score(map: final, globalAnomaly: 1 - probabilities[0])
        guard imageScore.isFinite, final.firstNonFinite == nil else {
            throw InspectionModelError(.notFinite, "expected a finite map and image score, found NaN or infinity")
        }
        return AnomalyMaps(
            side: side, states: states.states, multitype: multitype, anomaly: anomaly, reference: reference,
            final: final, globalProbabilities: probabilities, imageScore: imageScore)
    }

    /// 100 · cosine similarity of each adapted patch with each state: [patches, states].
    private func stateScores(_ tokens: Tensor, stage: Int, states: StateEmbeddings) -> Tensor {
        let units = adapter.unitEmbeddings(tokens, stage: stage, threads: threads)
        let (patches, embedDim) = (units.shape[0], units.shape[1])
        let classes = states.states.count
        return Tensor(shape: [patches, classes]) { output in
            guard let target = output.baseAddress else { return }
            units.withUnsafeBufferPointer { rows in
                states.matrix.withUnsafeBufferPointer { columns in
                    guard let a = rows.baseAddress, let b = columns.baseAddress else { return }
                    Gemm.multiplyTransposed(
                        a, lda: embedDim, b, ldb: embedDim, into: target, ldc: classes, m: patches, n: classes,
                        k: embedDim, alpha: CLIPModel.logitScale)
                }
            }
        }
    }

    /// Distances of the picture's patches to their matches, for every stage.
    func distances(_ features: VisionTower.Features, references: ReferenceBank) -> ReferenceDistances {
        ReferenceMatcher(
            matching: options.referenceMatching, tolerance: precision.searchTolerance, threads: threads
        ).distances(features.stageTokens, references)
    }

    private func masked(_ map: Tensor, by validity: [Float]?) -> Tensor {
        guard let validity else { return map }
        return Tensor(shape: map.shape, zip(map.values, validity).map { $0 * $1 })
    }

    /// softmax over states of 100 · ⟨z, t⟩.
    private func globalProbabilities(_ embedding: Tensor, states: StateEmbeddings) -> [Float] {
        let z = embedding.values
        var scores = (0..<states.states.count).map { state in
            zip(states.matrix.rows(state..<state + 1).values, z).reduce(0) { $0 + $1.0 * $1.1 }
        }
        scores.withUnsafeMutableBufferPointer { buffer in
            guard let row = buffer.baseAddress else { return }
            RowKernels.softmax(row, count: buffer.count, scale: CLIPModel.logitScale)
        }
        return scores
    }
}
