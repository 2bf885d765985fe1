extension ScoreRanking {
    /// Area under the ROC curve: the probability that a positive scores above a negative, ties counting one half.
    ///
    /// Mann & Whitney 1947; equals the trapezoidal area. Nil when there are no positives or no negatives.
    public var auroc: Double? {
        guard !positives.isEmpty, !negatives.isEmpty else { return nil }
        // Twice the number of pairs in order, exact in integers up to 2³¹ scores of each kind.
        var twice: UInt64 = 0
        let total = negatives.count
        forEachPositiveScore { _, equal, above in
            let below = total &- above.negatives &- equal.negatives
            twice &+= UInt64(equal.positives) &* UInt64(2 &* below &+ equal.negatives)
        }
        return Double(twice) / 2 / Double(positives.count) / Double(negatives.count)
    }

    /// Average precision: Σ (Rₙ − Rₙ₋₁)·Pₙ over the distinct scores from the highest down, without interpolation.
    ///
    /// Nil when there are no positives; 1 when there are only positives.
    public var averagePrecision: Double? {
        guard !positives.isEmpty else { return nil }
        var sum = 0.0
        forEachPositiveScore { _, equal, above in
            let hits = Double(above.positives &+ equal.positives)
            sum += Double(equal.positives) * hits / (hits + Double(above.negatives &+ equal.negatives))
        }
        return sum / Double(positives.count)
    }

    /// The best F1 over all thresholds, a score equal to the threshold counting as positive; and that threshold.
    ///
    /// Nil when there are no positives. Of several best thresholds the highest is given.
    public var f1Max: (value: Double, threshold: Float)? {
        guard !positives.isEmpty else { return nil }
        var best = (value: 0.0, key: UInt32(0))
        let total = positives.count
        forEachPositiveScore { key, equal, above in
            let hits = above.positives &+ equal.positives
            let alarms = hits &+ above.negatives &+ equal.negatives
            let value = 2 * Double(hits) / Double(alarms &+ total)
            if value > best.value { best = (value, key) }
        }
        return (best.value, ScoreKey.score(best.key))
    }
}
