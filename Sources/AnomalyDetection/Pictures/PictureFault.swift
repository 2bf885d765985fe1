/// Why nothing can be said about the part in a picture.
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

    /// Nothing of the picture counts.
    public static func nothingCounts(width: Int, height: Int) -> PictureFault {
        PictureFault(
            .nothingCounts,
            "expected some of the picture to count, found nothing of its \(width) × \(height) pixels within the product's "
                + "include and ignore")
    }
}
