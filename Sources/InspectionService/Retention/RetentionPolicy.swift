import Storage

/// How long results are kept, and how much room they may take.
///
/// Nothing is removed unless something is set.
public struct RetentionPolicy: Sendable {
    /// What holds for the results of one verdict.
    public struct Rule: Sendable {
        /// Results older than this many days are removed; nil keeps them.
        public var maxAgeDays: Double?
        /// When results of the verdict take more bytes, the oldest are removed; nil for no such bound.
        public var maxBytes: Int?

        /// A rule that removes nothing.
        public init() {}
    }

    /// Results of good parts.
    public var ok = Rule()
    /// Results with defects.
    public var notOk = Rule()
    /// Results without a decision.
    public var undecidable = Rule()
    /// When all results together take more bytes, the oldest are removed: those of good parts first, then those without
    /// a decision, those with defects last; nil for no such bound.
    public var maxBytes: Int?
    /// Time between two looks.
    public var interval = Duration.seconds(60)

    /// A policy that removes nothing.
    public init() {}

    /// In which order verdicts give way: what is needed least goes first.
    static let order: [Verdict] = [.ok, .undecidable, .notOk]

    subscript(verdict: Verdict) -> Rule {
        switch verdict {
        case .ok: ok
        case .notOk: notOk
        case .undecidable: undecidable
        }
    }

    /// Whether anything is ever removed.
    var isActive: Bool {
        maxBytes != nil || Self.order.contains { self[$0].maxAgeDays != nil || self[$0].maxBytes != nil }
    }
}
