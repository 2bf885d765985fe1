extension ScoreRanking {
    /// Variance of ``auroc`` over the draw of the scored items, as if they were drawn independently.
    ///
    /// DeLong, DeLong & Clarke-Pearson 1988: sample variances of the placements of either kind among the other. Nil with
    /// fewer than two positives or two negatives.
    public var aurocVariance: Double? {
        guard positives.count > 1, negatives.count > 1 else { return nil }
        return Self.variance(Self.placements(of: positives, among: negatives)) / Double(positives.count)
            + Self.variance(Self.placements(of: negatives, among: positives)) / Double(negatives.count)
    }

    /// For each key the share of `others` below it, ties counting one half; both ascending.
    private static func placements(of keys: [UInt32], among others: [UInt32]) -> [Double] {
        var below = 0
        var notAbove = 0
        return keys.map { key in
            while below < others.count, others[below] < key { below += 1 }
            notAbove = max(notAbove, below)
            while notAbove < others.count, others[notAbove] == key { notAbove += 1 }
            return Double(below + notAbove) / 2 / Double(others.count)
        }
    }

    private static func variance(_ values: [Double]) -> Double {
        let mean = values.reduce(0, +) / Double(values.count)
        return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
    }
}
