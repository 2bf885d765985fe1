import AnomalyDetection
import Storage

/// How the newest scores of a product lie to those of the good parts that its thresholds were found from.
struct DriftReport: Sendable {
    /// What can be said.
    enum Status: String, Sendable, CaseIterable {
        /// The thresholds are no calibration's, or not any more: there is nothing to compare with.
        case notCalibrated
        /// There are not as many results yet as are looked at.
        case collecting
        /// Even if all of so many scores lay on one of the sides, that would be no alarm.
        case tooFewPictures
        case steady
        case higher
        case lower
    }

    let product: String
    let calibration: String?
    /// Results that are looked at.
    let window: Int
    let defectShare: Double
    /// The newest first, at most ``window``.
    let scores: [TimedScore]
    /// nil without a calibration or results.
    let drift: ScoreDrift?

    var status: Status {
        guard calibration != nil else { return .notCalibrated }
        guard let drift, scores.count == window else { return .collecting }
        return switch drift.direction {
        case .none: drift.steady == nil ? .tooFewPictures : .steady
        case .higher: .higher
        case .lower: .lower
        }
    }

    var tree: JSONTree {
        [
            "product": .string(product), "calibrationId": .string(calibration), "status": .string(status.rawValue),
            "window": .integer(window), "results": .integer(scores.count),
            "since": .string(scores.last.map { RFC3339.text($0.createdAt) }),
            "until": .string(scores.first.map { RFC3339.text($0.createdAt) }),
            "calibration": drift.map {
                ["pictures": .integer($0.calibrationCount), "median": .number($0.median)]
            } ?? .null,
            "above": drift.map { .integer($0.above) } ?? .null,
            "steady": drift?.steady.map { ["from": .integer($0.lowerBound), "to": .integer($0.upperBound)] } ?? .null,
            "defectShare": .number(defectShare), "falseAlarmRate": .number(ScoreDrift.falseAlarmRate),
        ]
    }
}
