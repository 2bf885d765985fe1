/// A point of a ROC or precision–recall curve: what one threshold gives.
public struct CurvePoint: Sendable, Equatable, Codable {
    /// Share of negatives at or above the threshold.
    public let falsePositiveRate: Double
    /// Share of positives at or above the threshold: the recall.
    public let truePositiveRate: Double
    /// Share of positives among everything at or above the threshold.
    public let precision: Double
}

extension ScoreRanking {
    /// Points for drawing ROC and precision–recall curves.
    ///
    /// - Parameter maximum: About how many points at most; those too close to the one before are left out.
    /// - Returns: From the highest threshold down; empty when there are no positives or no negatives.
    public func curve(maximum: Int) -> [CurvePoint] {
        guard !positives.isEmpty, !negatives.isEmpty else { return [] }
        let gap = 2 / Double(max(2, maximum))
        var points: [CurvePoint] = []
        var last: CurvePoint?
        func add(_ hits: Int, _ alarms: Int) {
            guard hits + alarms > 0 else { return }
            let point = CurvePoint(
                falsePositiveRate: Double(alarms) / Double(negatives.count),
                truePositiveRate: Double(hits) / Double(positives.count),
                precision: Double(hits) / Double(hits + alarms))
            let isFar =
                points.last.map {
                    point.falsePositiveRate - $0.falsePositiveRate + point.truePositiveRate - $0.truePositiveRate >= gap
                } ?? true
            if isFar { points.append(point) }
            last = point
        }
        forEachPositiveScore { _, equal, above in
            // The corner before a positive: negatives alone move a ROC curve sideways, not slanted.
            add(above.positives, above.negatives)
            add(above.positives + equal.positives, above.negatives + equal.negatives)
        }
        if let last, points.last != last { points.append(last) }
        return points
    }
}
