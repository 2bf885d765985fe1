import Storage

/// What retention did since the service started: counters that only grow, and how the last look ended.
struct RetentionReport: Sendable {
    /// Looks that were taken.
    var runs = 0
    /// When the last one ended.
    var lastRun: Timestamp?
    /// Why the last one could not finish; nil when it did.
    var failure: StorageError?
    /// What was removed, by verdict.
    var removed: [Verdict: ResultTotals.Amount] = [:]
    /// Bytes given back to the device.
    var releasedBytes = 0

    /// Everything that was removed.
    var allRemoved: ResultTotals.Amount { removed.values.reduce(ResultTotals.Amount(), +) }

    /// As `/readyz?verbose` shows it.
    func tree(_ policy: RetentionPolicy) -> JSONTree {
        let results = Verdict.allCases.map { verdict in
            JSONTree.Member(name: verdict.rawValue, value: .integer(removed[verdict]?.results ?? 0))
        }
        return [
            "active": .bool(policy.isActive), "runs": .integer(runs),
            "lastRunAt": .string(lastRun.map(RFC3339.text)), "problem": .string(failure?.code.rawValue),
            "removed": .object(results), "removedBytes": .integer(allRemoved.bytes),
            "releasedBytes": .integer(releasedBytes),
        ]
    }
}
