import AnomalyDetection
import Storage

/// What other thresholds would have done to stored results, and what people said of those.
struct ThresholdSimulation: Sendable {
    /// Results by what became, or would have become, of them.
    struct Outcomes: Sendable {
        var ok = 0
        var review = 0
        var notOk = 0

        init() {}

        init(_ counts: [ResultOutcome: Int]) {
            ok = counts[.ok] ?? 0
            review = counts[.review] ?? 0
            notOk = counts[.notOk] ?? 0
        }

        var judged: Int { ok + review + notOk }

        /// Those of one that are not among the other.
        static func - (all: Self, some: Self) -> Self {
            var rest = Self()
            rest.ok = all.ok - some.ok
            rest.review = all.review - some.review
            rest.notOk = all.notOk - some.notOk
            return rest
        }

        var tree: JSONTree { ["ok": .integer(ok), "review": .integer(review), "notOk": .integer(notOk)] }
    }

    /// Results of a kind: each set by what became of them, the sets by what would have.
    struct Counts: Sendable {
        let now: Outcomes
        let notJudged: Int
        /// Those below both other thresholds.
        let toOk: Outcomes
        let toReview: Outcomes
        let toNotOk: Outcomes

        /// - Parameters:
        ///   - all: By what became of them.
        ///   - reviewed: Those whose score reaches the other threshold of reviews.
        ///   - refused: Those whose score reaches the other threshold.
        init(
            _ all: [ResultOutcome: Int], reviewed: [ResultOutcome: Int], refused: [ResultOutcome: Int]
        ) {
            now = Outcomes(all)
            notJudged = all[.notJudged] ?? 0
            toNotOk = Outcomes(refused)
            toReview = Outcomes(reviewed) - toNotOk
            toOk = now - Outcomes(reviewed)
        }

        var then: Outcomes {
            var outcomes = Outcomes()
            outcomes.ok = toOk.judged
            outcomes.review = toReview.judged
            outcomes.notOk = toNotOk.judged
            return outcomes
        }
    }

    let product: String
    let threshold: Double
    /// nil where nothing would have been left to people.
    let reviewThreshold: Double?
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
    ///   - reviewThreshold: The other threshold of reviews, below it; nil for none.
    ///   - store: Where they are.
    /// - Throws: `StorageError`.
    init(
        of product: String, _ filter: ResultFilter, threshold: Double, reviewThreshold: Double?,
        in store: any LabelStore
    ) async throws(StorageError) {
        self.product = product
        self.threshold = threshold
        self.reviewThreshold = reviewThreshold
        // Without reviews the lower threshold is the upper one, which need not be counted twice.
        let levels = [nil, threshold] + [reviewThreshold].compactMap(\.self)
        var filters: [ResultFilter] = []
        for label in [nil, .ok, .notOk] as [ResultFilter.Label?] {
            for score in levels {
                var filter = filter
                filter.product = product
                filter.label = label
                // Scores are compared as inspections compare them.
                filter.minScore = score.map { Float($0).decimal }
                filters.append(filter)
            }
        }
        let counts = try await store.outcomeCounts(of: filters)
        func counted(_ label: Int) -> Counts {
            let parts = counts[label * levels.count..<(label + 1) * levels.count]
            return Counts(parts.first ?? [:], reviewed: parts.last ?? [:], refused: parts.dropFirst().first ?? [:])
        }
        (all, good, defective) = (counted(0), counted(1), counted(2))
    }

    var tree: JSONTree {
        [
            "product": .string(product), "threshold": .number(threshold),
            "reviewThreshold": reviewThreshold.map { .number($0) } ?? .null,
            "results": .integer(all.now.judged + all.notJudged), "notJudged": .integer(all.notJudged),
            "verdicts": ["now": all.now.tree, "then": all.then.tree],
            "changed": [
                "okToReview": .integer(all.toReview.ok), "okToNotOk": .integer(all.toNotOk.ok),
                "reviewToOk": .integer(all.toOk.review), "reviewToNotOk": .integer(all.toNotOk.review),
                "notOkToOk": .integer(all.toOk.notOk), "notOkToReview": .integer(all.toReview.notOk),
            ],
            "labeled": [
                "good": .integer(good.now.judged), "defective": .integer(defective.now.judged),
                "falseRejects": Self.shares(good, \.notOk), "escapes": Self.shares(defective, \.ok),
                "goodInReview": Self.shares(good, \.review), "defectiveInReview": Self.shares(defective, \.review),
            ],
        ]
    }

    private static func shares(_ counts: Counts, _ outcome: KeyPath<Outcomes, Int>) -> JSONTree {
        [
            "now": share(counts.now[keyPath: outcome], of: counts.now.judged),
            "then": share(counts.then[keyPath: outcome], of: counts.now.judged),
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
