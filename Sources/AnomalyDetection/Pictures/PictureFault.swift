/// Why nothing is decided about the part in a picture.
public struct PictureFault: Sendable, Equatable {
    /// What is wrong.
    public enum Kind: String, Sendable, CaseIterable {
        /// No place of the picture counts: all lies outside of what is to be looked at.
        case nothingCounts
        /// All black, all white, or of one colour: a covered lens, a dead lamp, a camera that sends nothing.
        case blank
        /// Much darker than all references.
        case dark
        /// Much brighter than all references.
        case bright
        /// Much less contrast than all references have.
        case flat
        /// Much less fine detail than all references have: out of focus, or moved.
        case blurred
        /// The score lies between the thresholds of review and rejection: people are to decide.
        case closeToThreshold
    }

    /// What is wrong.
    public let kind: Kind
    /// What was expected and found, in words.
    public let detail: String

    /// Makes a fault from its parts.
    public init(_ kind: Kind, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }

    /// The score is one that people decide about.
    static func closeToThreshold(_ score: Float, _ reviewThreshold: Float, _ threshold: Float) -> PictureFault {
        PictureFault(
            .closeToThreshold,
            "expected a score below \(reviewThreshold), of a good part, or from \(threshold) on, of a defective one, found "
                + "\(score): somebody must look at the part")
    }

    /// Nothing of the picture counts.
    public static func nothingCounts(width: Int, height: Int) -> PictureFault {
        PictureFault(
            .nothingCounts,
            "expected some of the picture to count, found nothing of its \(width) × \(height) pixels within the product's "
                + "include and ignore")
    }
}
