import Images
public import Tensors

/// How far each patch of a picture is from the references: 1 − cosine similarity to its match, for every stage.
///
/// Distances to several sets of references join by their minimum, so that one search serves any number of shots.
public struct ReferenceDistances: Sendable, Equatable {
    /// [patches] per stage, in 0…2 up to rounding.
    public private(set) var stages: [[Float]]

    init(stages: [[Float]]) { self.stages = stages }

    /// Adds references: each patch keeps the nearer match (traps when the shapes differ).
    public mutating func formMinimum(with other: ReferenceDistances) {
        precondition(
            stages.map(\.count) == other.stages.map(\.count), "distances of other stages or patches were given")
        for stage in stages.indices {
            for patch in stages[stage].indices {
                stages[stage][patch] = min(stages[stage][patch], other.stages[stage][patch])
            }
        }
    }

    /// The reference map: stages joined, enlarged to `side` × `side` pixels.
    ///
    /// Enlarging is linear, so the stages are joined on the coarse grid and enlarged once.
    func map(side: Int, combination: MapOptions.StageCombination) throws(InspectionModelError) -> Tensor {
        let patches = stages.first?.count ?? 0
        let weight: Float = combination == .mean ? 1 / Float(max(1, stages.count)) : 1
        var sum = [Float](repeating: 0, count: patches)
        for distances in stages {
            for patch in sum.indices { sum[patch] += weight * distances[patch] }
        }
        let grid = Int(Double(patches).squareRoot())
        do {
            return Tensor(
                shape: [side, side],
                try MapResize.bilinear(
                    sum, width: grid, height: grid, toWidth: side, toHeight: side, corners: .centers))
        } catch {
            throw InspectionModelError(.badImage, "\(error)")
        }
    }
}

extension AnomalyMaps {
    /// The map that decides when references at these distances join the text map.
    ///
    /// - Parameters:
    ///   - distances: Of the same picture.
    ///   - options: How stages and maps are joined; as they were for these maps.
    /// - Returns: [side, side].
    /// - Throws: ``InspectionModelError`` with `.badImage` when there are no patches.
    public func final(
        with distances: ReferenceDistances, options: MapOptions
    ) throws(InspectionModelError) -> Tensor {
        options.combine(anomaly, try distances.map(side: side, combination: options.stageCombination))
    }
}

extension MapOptions {
    /// Joins text map and reference map.
    func combine(_ text: Tensor, _ reference: Tensor) -> Tensor {
        switch mapCombination {
        case .mean: text.mapped(with: reference) { ($0 + $1) * 0.5 }
        case .sum: text.mapped(with: reference) { $0 + $1 }
        case .reference: reference
        }
    }
}
