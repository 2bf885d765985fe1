/// What somebody who looked at the part says of a result.
public struct ResultLabel: Sendable, Equatable {
    /// What the part is.
    public enum Verdict: String, Sendable, CaseIterable {
        /// A good part.
        case ok
        /// A part with a defect.
        case notOk
    }

    /// What the part is.
    public var verdict: Verdict
    /// The defect types it has, in the labeler's order.
    public var types: [String]
    /// The labeler's own words.
    public var note: String?
    /// When it was said.
    public var labeledAt: Timestamp

    /// Makes a label from its parts.
    public init(verdict: Verdict, types: [String] = [], note: String? = nil, labeledAt: Timestamp) {
        self.verdict = verdict
        self.types = types
        self.note = note
        self.labeledAt = labeledAt
    }
}
