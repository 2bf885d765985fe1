/// Which results are wanted: every condition that is set must hold.
public struct ResultFilter: Sendable, Hashable {
    /// What people said of a result.
    public enum Label: String, Sendable, CaseIterable {
        /// That the part is good.
        case ok
        /// That it has a defect.
        case notOk
        /// Nothing yet.
        case unlabeled = "none"
    }

    /// Results of this product.
    public var product: String?
    /// Results with this verdict.
    public var verdict: Verdict?
    /// Undecidable results that were left to people because of their score (true), or whose picture was not judged (false).
    public var isReview: Bool?
    /// Results in which this defect type was found.
    public var defect: String?
    /// Results made at this moment or later.
    public var since: Timestamp?
    /// Results made before this moment.
    public var until: Timestamp?
    /// Results with at least this score; finite.
    public var minScore: Double?
    /// Results of this part.
    public var partID: String?
    /// Results of this camera.
    public var camera: String?
    /// Results that were inspected in this mode: `multitype`, `binary`.
    public var mode: String?
    /// Results of which somebody said this, or nobody anything.
    public var label: Label?
    /// Results whose metadata has these members, with a text, a number or a truth value as its value.
    ///
    /// Compared are texts: `3` finds the number 3 (also written 3.0) and the text "3". At most eight members.
    public var metadata: [String: String]

    /// Makes a filter from its conditions.
    public init(
        product: String? = nil, verdict: Verdict? = nil, isReview: Bool? = nil, defect: String? = nil,
        since: Timestamp? = nil,
        until: Timestamp? = nil, minScore: Double? = nil, partID: String? = nil, camera: String? = nil,
        mode: String? = nil, label: Label? = nil, metadata: [String: String] = [:]
    ) {
        self.product = product
        self.verdict = verdict
        self.isReview = isReview
        self.defect = defect
        self.since = since
        self.until = until
        self.minScore = minScore
        self.partID = partID
        self.camera = camera
        self.mode = mode
        self.label = label
        self.metadata = metadata
    }
}
