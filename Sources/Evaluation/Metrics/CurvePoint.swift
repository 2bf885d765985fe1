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
        forEachPositiveScore { _, equal, above in
            let hits = Double(above.positives + equal.positives)
            let alarms = Double(above.negatives + equal.negatives)
            let point = CurvePoint(
                falsePositiveRate: alarms / Double(negatives.count), truePositiveRate: hits / Double(positives.count),
                precision: hits / (hits + alarms))
            let isFar =
                points.last.map {
                    point.falsePositiveRate - $0.falsePositiveRate + point.truePositiveRate - $0.truePositiveRate >= gap
                } ?? true
            if isFar { points.append(point) }
            last = point
        }
        if let last, points.last != last { points.append(last) }
        return points
    }
}
