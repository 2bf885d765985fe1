import CLIP
import Images
public import Tensors

/// What is done to maps before places are marked and named; image scores are of the maps as the formulas give them.
public enum MapRefinement: String, Sendable, CaseIterable, Codable {
    /// Nothing: the paper's maps, enlarged from patches.
    case none
    /// They get the edges of the picture (guided filter with windows of a patch to each side; He et al. 2013).
    case guided
    /// Every place gets one defect type, by what the place and the whole picture look like (``PlaceNaming``).
    case places
    /// The one, then the other.
    case guidedPlaces = "guided-places"

    /// Whether maps take on the picture's edges.
    var followsEdges: Bool { self == .guided || self == .guidedPlaces }
    /// Whether a place has one type.
    var namesPlaces: Bool { self == .places || self == .guidedPlaces }
}

/// Refines the maps of one picture.
public struct MapRefiner: Sendable {
    /// Nil where maps keep their edges.
    private let filter: GuidedFilter?
    private let namesPlaces: Bool
    /// Pixels along a patch.
    private let patch: Int
    private let threads: ComputeThreads

    /// Prepares for a picture.
    ///
    /// - Parameters:
    ///   - refinement: What to do; with `none` there is nothing to prepare and the refiner is nil.
    ///   - features: Of the picture.
    ///   - threads: Workers to use.
    init?(_ refinement: MapRefinement, features: VisionTower.Features, threads: ComputeThreads) {
        guard refinement != .none else { return nil }
        patch = max(1, features.picture.width / features.gridSize)
        filter =
            refinement.followsEdges ? GuidedFilter(features.picture, radius: patch, threads: threads) : nil
        namesPlaces = refinement.namesPlaces
        self.threads = threads
    }

    /// Refines the probabilities of states.
    ///
    /// - Parameter maps: Of the picture, at the side at which the features were made, not refined yet.
    /// - Returns: [states, side, side].
    public func refinedStates(of maps: AnomalyMaps) -> Tensor { named(refined(maps.multitype), maps) }

    private func named(_ states: Tensor, _ maps: AnomalyMaps) -> Tensor {
        guard namesPlaces else { return states }
        return PlaceNaming.named(
            states, total: maps.total, globalProbabilities: maps.globalProbabilities, reach: patch)
    }

    /// Refines planes that are each for themselves.
    ///
    /// - Parameter planes: [n, side, side] or [side, side], of the side at which the features were made.
    /// - Returns: The same shape, each plane within the range that it had.
    public func refined(_ planes: Tensor) -> Tensor {
        guard let filter else { return planes }
        let shape = planes.shape
        return filter.filtered(
            planes.reshaped([planes.count / (filter.side * filter.side), filter.side, filter.side]), threads: threads
        )
        .reshaped(shape)
    }

    /// Refines states, and beside them planes of the same picture: workers share all of them.
    func refined(
        _ maps: AnomalyMaps, beside others: [Tensor]
    ) -> (states: Tensor, others: [Tensor]) {
        let plane = maps.side * maps.side
        let (states, count) = (maps.multitype, maps.multitype.shape[0])
        guard filter != nil else { return (named(states, maps), others) }
        let all = refined(
            Tensor(shape: [count + others.count, maps.side, maps.side]) { output in
                guard let target = output.baseAddress else { return }
                for (index, source) in ([states] + others).enumerated() {
                    source.withUnsafeBufferPointer { source in
                        guard let first = source.baseAddress else { return }
                        (target + (index == 0 ? 0 : count + index - 1) * plane).update(from: first, count: source.count)
                    }
                }
            })
        return all.withUnsafeBufferPointer { all in
            func part(_ planes: Range<Int>, _ shape: [Int]) -> Tensor {
                Tensor(shape: shape, Array(all[planes.lowerBound * plane..<planes.upperBound * plane]))
            }
            return (
                named(part(0..<count, states.shape), maps),
                others.indices.map { part(count + $0..<count + $0 + 1, others[$0].shape) }
            )
        }
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
        let refined = refiner.refined(self, beside: [anomaly] + [reference].compactMap(\.self))
        let anomaly = masked(refined.others[0])
        let reference = reference == nil ? nil : masked(refined.others[1])
        return AnomalyMaps(
            side: side, states: states, multitype: refined.states, anomaly: anomaly, reference: reference,
            final: reference.map { options.combine(anomaly, $0) } ?? anomaly,
            globalProbabilities: globalProbabilities, imageScore: imageScore)
    }
}
