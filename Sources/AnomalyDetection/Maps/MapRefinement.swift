import CLIP
import Images
public import Tensors

/// What is done to maps before places are marked and named; image scores are of the maps as the formulas give them.
public enum MapRefinement: String, Sendable, CaseIterable, Codable {
    /// Nothing: the paper's maps, enlarged from patches.
    case none
    /// They get the edges of the picture (guided filter with windows of a patch to each side; He et al. 2013).
    case guided
}

/// Refines the maps of one picture.
public struct MapRefiner: Sendable {
    private let filter: GuidedFilter
    private let threads: ComputeThreads

    /// Prepares for a picture.
    ///
    /// - Parameters:
    ///   - refinement: What to do; with `none` there is nothing to prepare and the refiner is nil.
    ///   - features: Of the picture.
    ///   - threads: Workers to use.
    init?(_ refinement: MapRefinement, features: VisionTower.Features, threads: ComputeThreads) {
        guard refinement == .guided else { return nil }
        let side = features.picture.width
        filter = GuidedFilter(features.picture, radius: max(1, side / features.gridSize), threads: threads)
        self.threads = threads
    }

    /// Refines planes.
    ///
    /// - Parameter planes: [n, side, side] or [side, side], of the side at which the features were made.
    /// - Returns: The same shape, each plane within the range that it had.
    public func refined(_ planes: Tensor) -> Tensor {
        let shape = planes.shape
        return filter.filtered(
            planes.reshaped([planes.count / (filter.side * filter.side), filter.side, filter.side]), threads: threads
        )
        .reshaped(shape)
    }
}

extension AnomalyMaps {
    /// The maps after refinement; scores stay those of the maps as they were.
    ///
    /// - Parameters:
    ///   - refiner: Of the same picture; nil changes nothing.
    ///   - validity: As for the maps.
    ///   - options: As for the maps.
    /// - Returns: Maps of the same shapes.
    public func refined(by refiner: MapRefiner?, validity: [Float]? = nil, options: MapOptions) -> AnomalyMaps {
        guard let refiner else { return self }
        func masked(_ map: Tensor) -> Tensor {
            guard let validity else { return map }
            return map.mapped(with: Tensor(shape: map.shape, validity)) { $0 * $1 }
        }
        let anomaly = masked(refiner.refined(anomaly))
        let reference = reference.map { masked(refiner.refined($0)) }
        return AnomalyMaps(
            side: side, states: states, multitype: refiner.refined(multitype), anomaly: anomaly, reference: reference,
            final: reference.map { options.combine(anomaly, $0) } ?? anomaly,
            globalProbabilities: globalProbabilities, imageScore: imageScore)
    }
}
