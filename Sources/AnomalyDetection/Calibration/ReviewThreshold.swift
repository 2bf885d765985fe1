/// The lower of two thresholds: between them and the one of rejection lies a share of good parts that people look at.
///
/// It is put just above a lower one of the scores that the ``ScoreThreshold`` was found from. With `m` scores in between, of
/// `n`, the share of good parts in between has the distribution Beta(m, n − m + 1), whatever the scores' distribution: its
/// mean is m / (n + 1) (Wilks 1941).
public struct ReviewThreshold: Sendable, Equatable {
    /// Why scores give no such threshold.
    public enum Failure: Error, Equatable {
        /// So many scores cannot vouch for the rate; `needed` could.
        case tooFew(needed: Int, smallestRate: Double)
        /// Good parts below the threshold of rejection score what those above it do.
        case noBand(score: Float)
    }

    /// From here on people decide (0…1); below the threshold of rejection.
    public let threshold: Float
    /// Scores that it was made from.
    public let count: Int
    /// How many of them lie between the two thresholds, at most.
    public let between: Int

    /// Finds the threshold.
    ///
    /// - Parameters:
    ///   - scores: Those that `rejection` was found from, in any order.
    ///   - rate: Largest share of good parts to be looked at, besides those refused; above 0 and below 1.
    ///   - rejection: The threshold of rejection.
    /// - Throws: ``Failure``.
    public init(_ scores: [Float], rate: Double, below rejection: ScoreThreshold) throws(Failure) {
        count = scores.count
        between = min(try Self.between(count, rate), rejection.rank - 1)
        guard between >= 1 else { throw .tooFew(needed: count + 1, smallestRate: 1 / Double(count + 1)) }
        let score = scores.sorted()[rejection.rank - between - 1]
        threshold = ScoreThreshold.justAbove(score)
        guard threshold < rejection.threshold else { throw .noBand(score: score) }
    }

    /// The share of good parts in between that is to be expected.
    public var expectedRate: Double { Double(between) / Double(count + 1) }

    /// Where that share lies, in ``ScoreThreshold/confidence`` of all cases.
    public var interval: ScoreThreshold.Interval { BetaDistribution(between, count - between + 1).middle }

    /// How many of `count` scores lie between the thresholds.
    ///
    /// - Throws: ``Failure/tooFew(needed:smallestRate:)``.
    @discardableResult
    public static func between(_ count: Int, _ rate: Double) throws(Failure) -> Int {
        let between = ScoreThreshold.places(rate, of: count)
        guard between >= 1 else {
            throw .tooFew(needed: ScoreThreshold.needed(for: rate), smallestRate: 1 / Double(count + 1))
        }
        return between
    }
}
