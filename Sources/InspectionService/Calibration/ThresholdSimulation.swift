import AnomalyDetection
import Storage

/// What another threshold would have done to stored results, and what people said of those.
struct ThresholdSimulation: Sendable {
    /// Results of a kind, by the verdict that was given and by the one that the other threshold gives.
    struct Counts: Sendable {
        let ok: Int
        let notOk: Int
        let undecidable: Int
        /// Of those that were ok.
        let okToNotOk: Int
        /// Of those that were not ok.
        let notOkToOk: Int

        /// - Parameters:
        ///   - all: By verdict.
        ///   - reaching: Those whose score reaches the other threshold.
        init(_ all: [Storage.Verdict: Int], reaching: [Storage.Verdict: Int]) {
            ok = all[.ok] ?? 0
            notOk = all[.notOk] ?? 0
            undecidable = all[.undecidable] ?? 0
            okToNotOk = reaching[.ok] ?? 0
            notOkToOk = notOk - (reaching[.notOk] ?? 0)
        }

        var decided: Int { ok + notOk }
        var okThen: Int { ok - okToNotOk + notOkToOk }
        var notOkThen: Int { notOk - notOkToOk + okToNotOk }
    }

    let product: String
    let threshold: Double
    let all: Counts
    /// Those that somebody called good, and not.
    let good: Counts
    let defective: Counts

    /// Counts a product's results.
    ///
    /// - Parameters:
    ///   - product: The product's id.
    ///   - filter: Which of them.
    ///   - threshold: The other threshold.
    ///   - store: Where they are.
    /// - Throws: `StorageError`.
    init(
        of product: String, _ filter: ResultFilter, threshold: Double, in store: any LabelStore
    ) async throws(StorageError) {
        self.product = product
        self.threshold = threshold
        var filters: [ResultFilter] = []
        for label in [nil, .ok, .notOk] as [ResultFilter.Label?] {
            var filter = filter
            filter.product = product
            filter.label = label
            filters.append(filter)
            // Scores are compared as inspections compare them.
            filter.minScore = Float(threshold).decimal
            filters.append(filter)
        }
        let counts = try await store.verdictCounts(of: filters)
        all = Counts(counts[0], reaching: counts[1])
        good = Counts(counts[2], reaching: counts[3])
        defective = Counts(counts[4], reaching: counts[5])
    }

    var tree: JSONTree {
        [
            "product": .string(product), "threshold": .number(threshold),
            "results": .integer(all.decided + all.undecidable), "undecidable": .integer(all.undecidable),
            "verdicts": [
                "now": ["ok": .integer(all.ok), "notOk": .integer(all.notOk)],
                "then": ["ok": .integer(all.okThen), "notOk": .integer(all.notOkThen)],
            ],
            "changed": ["okToNotOk": .integer(all.okToNotOk), "notOkToOk": .integer(all.notOkToOk)],
            "labeled": [
                "good": .integer(good.decided), "defective": .integer(defective.decided),
                "falseRejects": [
                    "now": Self.share(good.notOk, of: good.decided),
                    "then": Self.share(good.notOkThen, of: good.decided),
                ],
                "escapes": [
                    "now": Self.share(defective.ok, of: defective.decided),
                    "then": Self.share(defective.okThen, of: defective.decided),
                ],
            ],
        ]
    }

    private static func share(_ count: Int, of total: Int) -> JSONTree {
        guard let share = ShareInterval(count, of: total) else {
            return ["count": .integer(count), "rate": .null, "interval": .null]
        }
        return [
            "count": .integer(count), "rate": CalibrationDocument.share(share.share),
            "interval": CalibrationDocument.interval(share.interval),
        ]
    }
}
