import AnomalyDetection
import HTTPServer
import HTTPTypes
import Storage
import Synchronization

/// Counts what the service does.
///
/// Labels come from bounded sets: routes and not paths, known methods, and the first hundred products; whatever else there
/// is counts as `other`.
final class ServiceMetrics: Sendable {
    /// Products with a label of their own.
    static let maxProducts = 100
    /// The label of everything without one of its own.
    static let other = "other"

    struct RequestLabels: Hashable {
        let method: String
        let route: String
        let status: Int
    }

    struct Counts: Sendable {
        var requests: [RequestLabels: Histogram] = [:]
        /// Answers that the client did not take, by what ended them.
        var undelivered: [String: Int] = [:]
        var connections = 0
        var openConnections = 0
        var stages: [String: Histogram] = [:]
        var queueWait = Histogram(Histogram.seconds)
        /// Inspections that were not made, by kind of problem.
        var rejected: [String: Int] = [:]
        var verdicts: [String: [String: Int]] = [:]
        /// Pictures that were not judged, by product and what was wrong with them.
        var faults: [String: [String: Int]] = [:]
        /// Parts that were left to people, by product.
        var reviews: [String: Int] = [:]
        var scores: [String: Histogram] = [:]
        /// Requests that were refused before their body was read, by reason.
        var refused: [String: Int] = [:]
        var dryRuns = 0
        var replays = 0
        var products: Set<String> = []

        /// The product's label.
        mutating func label(_ product: String) -> String {
            if products.contains(product) { return product }
            guard products.count < ServiceMetrics.maxProducts else { return ServiceMetrics.other }
            products.insert(product)
            return product
        }
    }

    private let state = Mutex(Counts())

    /// Everything as it is now.
    var counts: Counts { state.withLock { $0 } }

    func connectionOpened() {
        state.withLock {
            $0.connections += 1
            $0.openConnections += 1
        }
    }

    func connectionClosed() { state.withLock { $0.openConnections -= 1 } }

    /// A request was answered or given up.
    func requestFinished(_ record: RequestRecord) {
        let method = record.request.map { Self.known.contains($0.method) ? $0.method.rawValue : Self.other }
        let labels = RequestLabels(
            method: method ?? Self.other, route: record.routePattern ?? "none", status: record.status?.code ?? 0)
        state.withLock { counts in
            counts.requests[labels, default: Histogram(Histogram.seconds)].observe(record.duration / .seconds(1))
            if record.outcome != .completed { counts.undelivered["\(record.outcome)", default: 0] += 1 }
        }
    }

    /// An inspection was made, and stored unless it was a dry run.
    func inspected(_ inspection: Inspection, commit: Duration?) {
        let timings = inspection.timings
        var stages = [
            ("decode", timings.decode), ("encode", timings.encode), ("score", timings.score), ("store", timings.store),
        ]
        if let commit { stages.append(("commit", commit)) }
        state.withLock { counts in
            for (stage, duration) in stages {
                counts.stages[stage, default: Histogram(Histogram.seconds)].observe(duration / .seconds(1))
            }
            counts.queueWait.observe(timings.queue / .seconds(1))
            guard commit != nil else {
                counts.dryRuns += 1
                return
            }
            let product = counts.label(inspection.product.record.id)
            counts.verdicts[product, default: [:]][inspection.findings.verdict.rawValue, default: 0] += 1
            for fault in inspection.findings.faults {
                if fault.kind == .closeToThreshold {
                    counts.reviews[product, default: 0] += 1
                } else {
                    counts.faults[product, default: [:]][fault.kind.rawValue, default: 0] += 1
                }
            }
            counts.scores[product, default: Histogram(Histogram.scores)].observe(Double(inspection.findings.score))
        }
    }

    /// An inspection was not made.
    func rejected(_ kind: ProblemKind) { state.withLock { $0.rejected[kind.rawValue, default: 0] += 1 } }

    /// A request was refused before its body was read.
    func refused(_ reason: Doorkeeper.Refusal.Reason) {
        state.withLock { $0.refused[reason.rawValue, default: 0] += 1 }
    }

    /// An answer was given again.
    func replayed() { state.withLock { $0.replays += 1 } }

    private static let known: Set<HTTPRequest.Method> = [.get, .head, .post, .put, .patch, .delete, .options]
}
