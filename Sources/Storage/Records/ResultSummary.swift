/// Results counted in groups.
public struct ResultSummary: Sendable, Equatable {
    /// The groups, in the order that was asked for.
    public let groups: [ResultGroup]
    /// Whether there were more groups than asked for.
    public let isTruncated: Bool
}

/// Results that have something in common, counted.
public struct ResultGroup: Sendable, Equatable {
    /// What the results of a group have in common.
    public enum Key: String, Sendable, CaseIterable {
        /// The product.
        case product
        /// A defect type that was found; a result is in the group of each of its types.
        case defect
        /// The hour in UTC.
        case hour
    }

    /// What a group is known by.
    public enum Value: Sendable, Hashable {
        /// A product's id or a defect type's name.
        case name(String)
        /// The moment at which the hour begins.
        case hour(Timestamp)
    }

    /// What the results of this group have in common.
    public let value: Value
    /// Results by verdict; a verdict that none has is missing.
    public internal(set) var counts: [Verdict: Int]
    /// The lowest score: of the results, or of the defect type where that is the key.
    public internal(set) var minScore: Double
    /// The mean score.
    public var meanScore: Double { total == 0 ? 0 : scoreSum / Double(total) }
    /// The highest score.
    public internal(set) var maxScore: Double
    var scoreSum: Double

    /// All results of the group.
    public var total: Int { counts.values.reduce(0, +) }
}
