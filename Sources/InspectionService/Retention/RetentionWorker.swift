import Logging
import Storage
import Synchronization

/// Removes results in the background, as the policy says.
///
/// Each removal is a transaction of some milliseconds, and as much time as it took passes before the next one: an
/// inspection that is being stored waits for one of them at most, and finds the store free half of the time.
final class RetentionWorker: Sendable {
    /// Bounds of one removal.
    private static let batch = (results: 100, bytes: 4 << 20)
    /// Unused room that stays in the database for results to come, and how much is given back in one step.
    private static let (keptBytes, stepBytes) = (16 << 20, 2 << 20)

    private struct State {
        var report = RetentionReport()
        var task: Task<Void, Never>?
        var isStopped = false
    }

    private let policy: RetentionPolicy
    private let store: any ResultRetention
    private let environment: ServiceEnvironment
    private let logger: Logger
    private let state = Mutex(State())

    init(policy: RetentionPolicy, store: any ResultRetention, environment: ServiceEnvironment, logger: Logger) {
        self.policy = policy
        self.store = store
        self.environment = environment
        self.logger = logger
    }

    /// What was done so far.
    var report: RetentionReport { state.withLock { $0.report } }

    /// Begins to look now and then; does nothing when the policy removes nothing.
    func start() {
        guard policy.isActive else { return }
        state.withLock { state in
            guard state.task == nil, !state.isStopped else { return }
            state.task = Task { [self] in
                while !Task.isCancelled {
                    await run()
                    try? await Task.sleep(for: policy.interval)
                }
            }
        }
    }

    /// Ends; what is being removed is finished or undone first.
    func stop() async {
        let task = state.withLock { state in
            state.isStopped = true
            return state.task
        }
        task?.cancel()
        await task?.value
    }

    /// Looks once, and removes until the policy holds.
    func run() async {
        let before = report
        var failure: StorageError?
        do throws(StorageError) {
            for verdict in RetentionPolicy.order { try await apply(policy[verdict], to: verdict) }
            if let limit = policy.maxBytes {
                for verdict in RetentionPolicy.order { try await shrink(verdict, to: limit) { $0.all.bytes } }
            }
            if report.allRemoved != before.allRemoved { try await releaseSpace() }
        } catch {
            failure = error.code == .cancelled ? nil : error
        }
        let after = state.withLock { state in
            state.report.runs += 1
            state.report.lastRun = environment.now()
            state.report.failure = failure
            return state.report
        }
        log(before, after)
    }

    private func apply(_ rule: RetentionPolicy.Rule, to verdict: Verdict) async throws(StorageError) {
        if let days = rule.maxAgeDays {
            let age = Int64(min(days * 86_400e6, 9e17))
            let moment = Timestamp(microseconds: environment.now().microseconds - age)
            while try await remove(verdict, before: moment, bytes: Self.batch.bytes).results > 0 {}
        }
        if let limit = rule.maxBytes { try await shrink(verdict, to: limit) { $0[verdict].bytes } }
    }

    /// Removes the oldest results of a verdict until a size is reached or none are left.
    private func shrink(
        _ verdict: Verdict, to limit: Int, _ size: (ResultTotals) -> Int
    ) async throws(StorageError) {
        while true {
            let excess = size(try await store.resultTotals()) - limit
            guard excess > 0 else { return }
            guard try await remove(verdict, before: nil, bytes: min(excess, Self.batch.bytes)).results > 0 else {
                return
            }
        }
    }

    private func remove(
        _ verdict: Verdict, before moment: Timestamp?, bytes: Int
    ) async throws(StorageError) -> ResultTotals.Amount {
        let started = environment.uptime()
        let removed = try await store.removeOldestResults(
            verdict: verdict, before: moment, limit: Self.batch.results, maxBytes: bytes)
        state.withLock { $0.report.removed[verdict] = ($0.report.removed[verdict] ?? .init()) + removed }
        try await pause(since: started)
        return removed
    }

    private func releaseSpace() async throws(StorageError) {
        while true {
            let started = environment.uptime()
            let released = try await store.releaseSpace(keepingBytes: Self.keptBytes, maxBytes: Self.stepBytes)
            guard released.bytes > 0 else { return }
            state.withLock { $0.report.releasedBytes += released.bytes }
            try await pause(since: started)
        }
    }

    /// Leaves the store to others for as long as it was just held.
    private func pause(since started: Duration) async throws(StorageError) {
        do {
            try await Task.sleep(for: environment.uptime() - started)
        } catch {
            throw StorageError(.cancelled, "retention was stopped")
        }
    }

    private func log(_ before: RetentionReport, _ after: RetentionReport) {
        if let failure = after.failure {
            logger.warning("retention could not finish", metadata: ["cause": "\(failure)"])
        }
        guard after.allRemoved != before.allRemoved else { return }
        var fields: Logger.Metadata = [
            "bytes": "\(after.allRemoved.bytes - before.allRemoved.bytes)",
            "releasedBytes": "\(after.releasedBytes - before.releasedBytes)",
        ]
        for verdict in Verdict.allCases {
            let count = (after.removed[verdict]?.results ?? 0) - (before.removed[verdict]?.results ?? 0)
            if count > 0 { fields[verdict.rawValue] = "\(count)" }
        }
        logger.notice("retention removed results", metadata: fields)
    }
}
