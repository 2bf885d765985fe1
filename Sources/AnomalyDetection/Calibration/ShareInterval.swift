/// A share that was counted, and where the true one lies.
public struct ShareInterval: Sendable, Equatable {
    /// How many of ``total``.
    public let count: Int
    /// At least 1.
    public let total: Int

    /// Takes a count; nil where there was nothing to count.
    public init?(_ count: Int, of total: Int) {
        guard total > 0, (0...total).contains(count) else { return nil }
        self.count = count
        self.total = total
    }

    /// The share itself (0…1).
    public var share: Double { Double(count) / Double(total) }

    /// Where the true share lies, in at least ``ScoreThreshold/confidence`` of all cases (Clopper and Pearson 1934).
    public var interval: ScoreThreshold.Interval {
        let tail = (1 - ScoreThreshold.confidence) / 2
        return ScoreThreshold.Interval(
            lower: count == 0 ? 0 : BetaDistribution(count, total - count + 1).quantile(tail),
            upper: count == total ? 1 : BetaDistribution(count + 1, total - count).quantile(1 - tail))
    }
}
