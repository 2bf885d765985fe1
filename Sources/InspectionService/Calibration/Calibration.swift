import AnomalyDetection
import Checkpoints
import Storage

/// What a calibration found.
struct Calibration: Sendable {
    let id: String
    let product: String
    let createdAt: Timestamp
    /// Whether the references themselves were scored, each against the others.
    let isLeaveOneOut: Bool
    /// The share of good parts that was asked for; nil for the smallest possible.
    let falseRejectRate: Double?
    let decision: Decision
    let references: ReferenceSetSummary
    /// The highest first.
    let scores: [CalibrationScore]
    let threshold: ScoreThreshold
    /// The share of good parts that people are to look at; nil for none.
    let reviewRate: Double?
    /// nil where nobody is to look.
    let review: ReviewThreshold?
    let mapThreshold: Float
}

/// A calibration as answers show it.
enum CalibrationDocument {
    static func tree(_ calibration: Calibration, isDryRun: Bool) -> JSONTree {
        let threshold = calibration.threshold
        var members: [JSONTree.Member] = [
            .init(name: "id", value: .string(calibration.id)),
            .init(name: "product", value: .string(calibration.product)),
            .init(name: "createdAt", value: .string(RFC3339.text(calibration.createdAt))),
            .init(name: "method", value: .string(calibration.isLeaveOneOut ? "leaveOneOut" : "pictures")),
            .init(name: "decision", value: .string(calibration.decision.rawValue)),
            .init(name: "references", value: ReferenceDocument.summary(calibration.references)),
            .init(name: "pictures", value: .integer(threshold.count)),
            .init(name: "falseRejectRate", value: calibration.falseRejectRate.map { .number($0) } ?? .null),
            .init(name: "expectedFalseRejectRate", value: share(threshold.expectedRate)),
            .init(name: "interval", value: interval(threshold.interval)),
            .init(name: "threshold", value: .number(threshold.threshold)),
            .init(name: "review", value: review(calibration)),
            .init(name: "mapThreshold", value: .number(calibration.mapThreshold)),
            .init(name: "scores", value: .array(calibration.scores.map(score))),
        ]
        if isDryRun { members.append(.init(name: "dryRun", value: true)) }
        return .object(members)
    }

    private static func review(_ calibration: Calibration) -> JSONTree {
        guard let review = calibration.review, let rate = calibration.reviewRate else { return .null }
        return [
            "rate": .number(rate), "expectedRate": share(review.expectedRate), "interval": interval(review.interval),
            "threshold": .number(review.threshold),
        ]
    }

    private static func score(_ score: CalibrationScore) -> JSONTree {
        var members: [JSONTree.Member] = [.init(name: "id", value: .string(score.id.hex))]
        if let name = score.name { members.append(.init(name: "name", value: .string(name))) }
        members.append(.init(name: "score", value: .number(score.score)))
        members.append(.init(name: "mapMax", value: .number(score.mapMaximum)))
        return .object(members)
    }

    /// The scores of a document that was stored.
    ///
    /// - Throws: `StorageError` with `.corrupt` when it is none.
    static func scores(of document: [UInt8]) throws(StorageError) -> [Float] {
        let parsed = document.withUnsafeBytes { text in Result { () throws(JSONError) in try StrictJSON.parse(text) } }
        guard case .success(.object(let members)) = parsed, case .array(let items)? = members["scores"] else {
            throw StorageError(.corrupt, "a calibration's document has no scores")
        }
        return try items.map { item throws(StorageError) in
            guard case .object(let members) = item, case .number(let text)? = members["score"], let score = Float(text)
            else { throw StorageError(.corrupt, "a calibration's document has a score that is no number") }
            return score
        }
    }

    /// Where a share lies.
    static func interval(_ interval: ScoreThreshold.Interval) -> JSONTree {
        [
            "lower": share(interval.lower), "upper": share(interval.upper),
            "confidence": .number(ScoreThreshold.confidence),
        ]
    }

    /// Six decimals: more would be noise.
    static func share(_ value: Double) -> JSONTree { .number((value * 1e6).rounded() / 1e6) }
}
