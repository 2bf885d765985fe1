import Storage

/// Counted results as answers show them.
enum ResultSummaryDocument {
    /// - Parameters:
    ///   - summary: What was counted.
    ///   - key: What the groups have in common; the name of the member that says it.
    /// - Returns: An object with the groups as `items`.
    static func tree(_ summary: ResultSummary, by key: ResultGroup.Key) -> JSONTree {
        [
            "by": .string(key.rawValue), "items": .array(summary.groups.map { group($0, key) }),
            "truncated": .bool(summary.isTruncated),
        ]
    }

    private static func group(_ group: ResultGroup, _ key: ResultGroup.Key) -> JSONTree {
        let value =
            switch group.value {
            case .name(let name): name
            case .hour(let moment): RFC3339.text(moment)
            }
        let counts = Verdict.allCases.map { verdict in
            JSONTree.Member(name: verdict.rawValue, value: .integer(group.counts[verdict] ?? 0))
        }
        return [
            key.rawValue: .string(value), "total": .integer(group.total), "verdicts": .object(counts),
            "score": [
                "min": .number(group.minScore), "mean": .number((group.meanScore * 1e9).rounded() / 1e9),
                "max": .number(group.maxScore),
            ],
        ]
    }
}
