/// A threshold found from scores of good parts, with the share of good parts that it will refuse.
///
/// Of `n` scores, sorted, the threshold is put just above the `k`-th. Whatever the scores' distribution, as long as the
/// parts of the line come from the same one, the share refused has the distribution Beta(n − k + 1, k): its mean is
/// (n − k + 1) / (n + 1) (Wilks 1941; split conformal prediction, Vovk et al. 2005, section 2.2).
public struct ScoreThreshold: Sendable, Equatable {
    /// Where a share of good parts lies.
    public struct Interval: Sendable, Equatable {
        /// 0…1.
        public let lower: Double
        /// 0…1, not below ``lower``.
        public let upper: Double
    }

    /// Why scores give no threshold.
    public enum Failure: Error, Equatable {
        /// So many scores cannot vouch for the rate; `needed` could.
        case tooFew(needed: Int, smallestRate: Double)
        /// Good parts score as high as scores go.
        case noRoom(score: Float)
    }

    /// Fewest scores from which a threshold is made.
    public static let minimumCount = 3
    /// Share of the cases in which the interval holds the true rate.
    public static let confidence = 0.95
    /// Thresholds are multiples of one over this: more digits would be noise.
    private static let steps: Float = 10_000
    /// How far they lie above a score at least: an inspection's search may find a distance larger by about this much than a
    /// comparison one by one does.
    private static let margin: Float = 0.00025

    /// From here on a part is not ok (0…1).
    public let threshold: Float
    /// Scores that it was made from.
    public let count: Int
    /// How many of them lie below it, at least.
    public let rank: Int

    /// Finds the threshold.
    ///
    /// - Parameters:
    ///   - scores: Of good parts, in any order, finite.
    ///   - rate: Largest share of good parts to refuse, above 0 and below 1; nil for the smallest that so many scores can
    ///     vouch for.
    /// - Throws: ``Failure``.
    public init(_ scores: [Float], falseRejectRate rate: Double?) throws(Failure) {
        rank = try Self.rank(scores.count, rate)
        count = scores.count
        let score = scores.sorted()[rank - 1]
        threshold = Self.justAbove(score)
        guard threshold <= 1 else { throw Failure.noRoom(score: score) }
    }

    /// The share of good parts refused that is to be expected.
    public var expectedRate: Double { Double(count - rank + 1) / Double(count + 1) }

    /// Where the share refused lies, in ``confidence`` of all cases; equal parts of the rest on both sides.
    public var interval: Interval { BetaDistribution(count - rank + 1, rank).middle }

    /// The place in the order of the score that the threshold lies just above, from 1.
    ///
    /// - Parameters:
    ///   - count: How many scores there are.
    ///   - rate: As ``init(_:falseRejectRate:)`` takes it.
    /// - Returns: 1 to `count`.
    /// - Throws: ``Failure/tooFew(needed:smallestRate:)``.
    @discardableResult
    public static func rank(_ count: Int, _ rate: Double?) throws(Failure) -> Int {
        let smallest = 1 / Double(count + 1)
        let refused = rate.map { places($0, of: count) } ?? 1
        let needed = rate.map(needed) ?? minimumCount
        guard count >= minimumCount, refused >= 1 else {
            throw Failure.tooFew(needed: max(needed, minimumCount), smallestRate: smallest)
        }
        return max(1, count + 1 - refused)
    }

    /// How many of the `count` + 1 places in the order of `count` scores a share is, rounded down.
    static func places(_ rate: Double, of count: Int) -> Int {
        // 0.05 of 20 is one, though the product of the floating-point numbers may be a little less.
        Int((rate * Double(count + 1) * (1 + 1e-12)).rounded(.down))
    }

    /// From how many scores on a share is at least one place.
    static func needed(for rate: Double) -> Int { Int((1 / rate * (1 - 1e-12)).rounded(.up)) - 1 }

    /// The threshold that a score stays below.
    static func justAbove(_ score: Float) -> Float { ((score + margin) * steps).rounded(.up) / steps }
}

extension BetaDistribution {
    /// Where it lies in ``ScoreThreshold/confidence`` of all cases; equal parts of the rest on both sides.
    var middle: ScoreThreshold.Interval {
        let tail = (1 - ScoreThreshold.confidence) / 2
        return ScoreThreshold.Interval(lower: quantile(tail), upper: quantile(1 - tail))
    }
}
