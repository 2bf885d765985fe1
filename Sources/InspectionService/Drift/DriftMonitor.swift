import AnomalyDetection
import Logging
import Storage
import Synchronization

/// Looks now and then whether the scores of calibrated products have moved, and says so in the log and the metrics.
///
/// A look is taken every ``window`` stored inspections of a product, and at its first after a start or a calibration.
/// Windows looked at do not overlap but for that first one, so that false alarms are as rare as `ScoreDrift` says.
final class DriftMonitor: Sendable {
    /// Results in a look.
    static let window = 100
    /// Share of them that may be of defective parts without being taken for a drift.
    static let defectShare = 0.1

    private struct Watch {
        let calibration: String
        /// Of the product's settings: inspections that began with older ones are not counted.
        let revision: Int
        /// Inspections until the next look.
        var remaining: Int
        /// What the last look said; nil before there were enough results.
        var status: DriftReport.Status?
    }

    private let store: any CalibrationStore
    private let logger: Logger
    private let watches = Mutex<[String: Watch]>([:])

    init(store: any CalibrationStore, logger: Logger) {
        self.store = store
        self.logger = logger
    }

    /// Compares a product's newest scores with its calibration's.
    ///
    /// - Parameters:
    ///   - product: The stored product.
    ///   - state: How its thresholds stand to a calibration.
    ///   - window: How many results to look at (1…1000).
    ///   - defectShare: See `ScoreDrift`.
    /// - Returns: What can be said.
    /// - Throws: `StorageError`.
    func report(
        on product: ProductRecord, _ state: CalibrationState, window: Int = window, defectShare: Double = defectShare
    ) async throws(StorageError) -> DriftReport {
        guard let id = state.currentID, let calibration = try await store.calibration(id, of: product.id)
        else {
            return DriftReport(
                product: product.id, calibration: nil, window: window, defectShare: defectShare, scores: [], drift: nil)
        }
        let scores = try await store.recentScores(under: id, limit: window)
        let drift = ScoreDrift(
            of: scores.map { Float($0.score) }, against: try CalibrationDocument.scores(of: calibration.document),
            defectShare: defectShare)
        return DriftReport(
            product: product.id, calibration: id, window: window, defectShare: defectShare, scores: scores,
            drift: drift)
    }

    /// Counts a stored inspection, and looks when it is time to.
    ///
    /// A look that fails is logged and taken again after as many inspections: the answer does not depend on it.
    func inspected(_ product: PreparedProduct) async {
        let name = product.record.id
        let revision = product.record.revision
        let isDue = watches.withLock { watches in
            let known = watches[name]
            if let known, known.revision > revision { return false }
            guard let calibration = product.calibration.currentID else {
                watches[name] = nil
                return false
            }
            var watch = Watch(calibration: calibration, revision: revision, remaining: 1)
            if let known, known.calibration == calibration {
                watch.remaining = known.remaining
                watch.status = known.status
            }
            watch.remaining -= 1
            let isDue = watch.remaining <= 0
            if isDue { watch.remaining = Self.window }
            watches[name] = watch
            return isDue
        }
        guard isDue else { return }
        do {
            note(try await report(on: product.record, product.calibration))
        } catch {
            logger.warning("scores could not be compared", metadata: ["product": "\(name)", "cause": "\(error)"])
        }
    }

    /// The product is gone, or its thresholds are no calibration's any more.
    func forget(_ product: String) { watches.withLock { _ = $0.removeValue(forKey: product) } }

    /// What the last look at a product said; nil when none could say anything.
    func status(of product: String) -> DriftReport.Status? { watches.withLock { $0[product]?.status } }

    private func note(_ report: DriftReport) {
        let status = report.status
        if status == .collecting {
            // The next look comes as soon as there is enough to look at.
            watches.withLock { $0[report.product]?.remaining = max(1, report.window - report.scores.count) }
        }
        guard let drift = report.drift, [.steady, .higher, .lower].contains(status) else { return }
        let before = watches.withLock { watches -> DriftReport.Status? in
            guard watches[report.product]?.calibration == report.calibration else { return status }
            defer { watches[report.product]?.status = status }
            return watches[report.product]?.status ?? .steady
        }
        guard before != status else { return }
        logger.log(
            level: status == .steady ? .notice : .warning,
            status == .steady ? "scores are as calibrated again" : "scores have moved since the calibration",
            metadata: [
                "product": "\(report.product)", "direction": "\(status.rawValue)", "above": "\(drift.above)",
                "of": "\(drift.count)", "calibration": "\(report.calibration ?? "")",
            ])
    }
}
