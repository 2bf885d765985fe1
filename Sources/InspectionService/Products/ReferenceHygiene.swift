import AnomalyDetection
import Storage

/// What the distances of a new reference from those that are there say about it (the rule is in docs/accuracy.md).
///
/// Distances depend on model, product and light, so nothing is compared with a fixed number that the set itself can give.
struct ReferenceHygiene: Sendable, Equatable {
    /// Something an operator should look at; the picture is a reference all the same.
    struct Warning: Sendable, Equatable {
        enum Kind: String, Sendable, CaseIterable {
            /// It adds next to nothing to the set.
            case nearDuplicate
            /// It is far from everything in the set: another product, or a bad picture.
            case outlier
            /// A place of it is far from everything in the set, the rest is not: possibly a defect.
            case unusualPlace
            /// As a whole it is much darker, brighter, flatter or less sharp than all of the set, or shows nothing: inspections take
            /// references for how pictures may look.
            case unusualLook
        }

        let kind: Kind
        let detail: String
    }

    /// One figure of a set: the largest nearest-neighbour distance among its pictures.
    struct Typical: Sendable, Equatable {
        /// Median over the pictures of the mean distance to the picture's nearest neighbour.
        let mean: Double
        /// Largest over the pictures of the peak distance to the picture's nearest neighbour.
        let peak: Double
        /// Pictures whose distances are known.
        let count: Int
    }

    /// Below this share of the set's typical distance a picture is a near duplicate.
    static let duplicateShare = 0.2
    /// Below this distance it is one whatever the set: rounding, recompression.
    static let duplicateDistance = 0.002
    /// Above this multiple of the set's typical mean distance a picture is an outlier.
    static let outlierFactor = 2.0
    /// Above this multiple of the set's largest peak, a place is unusual.
    static let unusualFactor = 1.25
    /// Pictures with known distances from which a set says what is typical.
    static let minimumCount = 3

    let nearest: ReferenceDistance
    /// From the whole set.
    let overall: ReferenceComparison.Distance
    /// Where the farthest patch is, in pixels of the picture.
    let farthest: PixelPoint
    let typical: Typical?
    let warnings: [Warning]

    /// Judges a picture.
    ///
    /// - Parameters:
    ///   - distances: From the new picture to each picture of the set; at least one.
    ///   - overall: To the nearest patch of any.
    ///   - farthest: Where the patch is that is farthest.
    ///   - known: Distances among the pictures of the set.
    init?(
        _ distances: [ReferenceDistance], overall: ReferenceComparison.Distance, farthest: PixelPoint,
        known: [ReferenceDistance]
    ) {
        guard let nearest = distances.min(by: { $0.mean < $1.mean }) else { return nil }
        self.nearest = nearest
        self.overall = overall
        self.farthest = farthest
        typical = Self.typical(known)
        warnings = Self.warnings(nearest, overall, farthest, typical)
    }

    /// What is usual among pictures whose distances are known; a distance counts for both pictures of its pair.
    static func typical(_ known: [ReferenceDistance]) -> Typical? {
        var nearest: [Storage.SHA256Digest: (mean: Double, peak: Double)] = [:]
        for distance in known {
            for picture in [distance.from, distance.to] {
                let old = nearest[picture] ?? (.infinity, .infinity)
                nearest[picture] = (min(old.mean, distance.mean), min(old.peak, distance.peak))
            }
        }
        guard nearest.count >= minimumCount else { return nil }
        let means = nearest.values.map(\.mean).sorted()
        return Typical(
            mean: means[means.count / 2], peak: nearest.values.map(\.peak).max() ?? 0, count: nearest.count)
    }

    private static func warnings(
        _ nearest: ReferenceDistance, _ overall: ReferenceComparison.Distance, _ farthest: PixelPoint,
        _ typical: Typical?
    ) -> [Warning] {
        let duplicate = max(duplicateDistance, (typical?.mean ?? 0) * duplicateShare)
        if nearest.mean < duplicate {
            return [
                Warning(
                    kind: .nearDuplicate,
                    detail: "its mean patch distance from reference \(nearest.to.hex.prefix(12)) is "
                        + "\(figure(nearest.mean)), below \(figure(duplicate)): it adds next to nothing")
            ]
        }
        guard let typical else { return [] }
        if nearest.mean > typical.mean * outlierFactor {
            return [
                Warning(
                    kind: .outlier,
                    detail: "its mean patch distance from the nearest reference is \(figure(nearest.mean)), above "
                        + "\(figure(typical.mean * outlierFactor)), which is \(outlierFactor) times what is typical of "
                        + "the \(typical.count) references: is it this product, in the usual light and place?")
            ]
        }
        if overall.peak > typical.peak * unusualFactor {
            return [
                Warning(
                    kind: .unusualPlace,
                    detail: "the patch at (\(Int(farthest.x)), \(Int(farthest.y))) is \(figure(overall.peak)) from "
                        + "everything in the references, above \(figure(typical.peak * unusualFactor)), which is "
                        + "\(unusualFactor) times the largest among them: is it a defect?")
            ]
        }
        return []
    }

    /// Four significant digits at the sizes that occur.
    private static func figure(_ value: Double) -> String { "\((value * 10_000).rounded() / 10_000)" }
}
