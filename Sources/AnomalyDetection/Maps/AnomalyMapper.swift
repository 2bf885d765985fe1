import CLIP
import Tensors

/// Computes the maps of one picture from its features (MultiADS, sections 3.3, 3.4 and 4.2.2).
struct AnomalyMapper {
    let scores: StateScores
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
    ///   - distances: Of the picture's patches to the references; nil for zero-shot.
    ///   - validity: Where defects count, [side²], 1 or 0; nil for everywhere. Applied before any score is taken.
    /// - Returns: Maps of `side` × `side` pixels.
    /// - Throws: ``InspectionModelError`` with `.badImage` when `side` is not positive.
    func maps(
        features: VisionTower.Features, side: Int, states: StateEmbeddings, distances: ReferenceDistances?,
        validity: [Float]?
    ) throws(InspectionModelError) -> AnomalyMaps {
        let classes = states.states.count
        let stages = features.stageTokens.count
        let stageWeight: Float = options.stageCombination == .mean ? 1 / Float(stages) : 1
        let scores = features.stageTokens.enumerated().map { stage, tokens in
            self.scores(tokens, stage: stage, states: states)
        }
        // Checked here, where they are few: behind softmax and maximum a NaN looks like a good part.
        for (stage, rows) in scores.enumerated() where rows.firstNonFinite != nil {
            throw InspectionModelError(
                .notFinite, "expected finite scores of stage number \(stage + 1), found NaN or infinity")
        }
        let enlargement = UpsampledSoftmax(gridSize: features.gridSize, side: side, classes: classes)
        let multitype = Tensor(shape: [classes, side, side]) { output in
            guard let target = output.baseAddress else { return }
            enlargement.fill(scores, weight: stageWeight, into: target, threads: threads)
        }
        // Probabilities sum to the stages' weights, so "any defect" is that sum minus "normal".
        let total: Float = stageWeight * Float(stages)
        let normal = multitype.rows(0..<1).reshaped([side, side])
        let anomaly = masked(normal.mapped { max(0, total - $0) }, by: validity)
        var reference: Tensor?
        if let distances {
            reference = masked(try distances.map(side: side, combination: options.stageCombination), by: validity)
        }
        let final = reference.map { options.combine(anomaly, $0) } ?? anomaly
        let probabilities = globalProbabilities(features.embedding, states: states)
        let imageScore = options.imageScore.score(map: final, globalAnomaly: 1 - probabilities[0])
        guard imageScore.isFinite, final.firstNonFinite == nil else {
            throw InspectionModelError(.notFinite, "expected a finite map and image score, found NaN or infinity")
        }
        // A distance of nothing may come out a little below it.
        return AnomalyMaps(
            side: side, states: states.states, multitype: multitype, anomaly: anomaly, reference: reference,
            final: final, globalProbabilities: probabilities, imageScore: max(0, imageScore))
    }

    /// Distances of the picture's patches to their matches, for every stage.
    func distances(_ features: VisionTower.Features, references: ReferenceBank) -> ReferenceDistances {
        ReferenceMatcher(
            matching: options.referenceMatching, tolerance: precision.searchTolerance, threads: threads
        ).distances(features.stageTokens, references)
    }

    private func masked(_ map: Tensor, by validity: [Float]?) -> Tensor {
        guard let validity else { return map }
        return map.mapped(with: Tensor(shape: map.shape, validity)) { $0 * $1 }
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
