import Checkpoints

/// One kind of defect and the phrases that describe it.
public struct DefectType: Sendable, Equatable {
    /// Usual area of a defect relative to the part.
    public enum Size: String, Sendable, CaseIterable {
        /// Below 0.1 %.
        case tiny
        /// 0.1 to 1 %.
        case small
        /// 1 to 10 %.
        case medium
        /// Above 10 %.
        case large
    }

    /// Usual outline of a defect.
    public enum Shape: String, Sendable, CaseIterable {
        /// Thin and straight.
        case line
        /// Thin and bent.
        case curve
        /// Compact.
        case spot
        /// Extended, of any outline.
        case patch
        /// Along the part's outline.
        case edge
        /// All over the surface.
        case texture
        /// A whole component, absent or displaced.
        case part
    }

    /// Stable key, used in URLs, on the command line and in results: lower-case ASCII words joined by `_` or `-`.
    public let name: String
    /// For display.
    public let title: String
    /// At least one, all different; `{}` takes the product's noun.
    public var phrases: [PromptText]
    /// Those of ``phrases`` that are not printed in ``source``.
    public let ownPhrases: [PromptText]
    /// Usual sizes, or none when unknown.
    public let sizes: [Size]
    /// Usual shapes, or none when unknown.
    public let shapes: [Shape]
    /// Folder and annotation names that mean this type; the ``name`` counts as well.
    public var rawNames: [String]
    /// Citation of the phrases where it differs from the dataset's.
    public let source: String?

    init(
        name: String, title: String?, phrases: [PromptText], ownPhrases: [PromptText], sizes: [Size], shapes: [Shape],
        rawNames: [String], source: String?
    ) {
        self.name = name
        self.title = title ?? name.prefix(1).uppercased() + name.dropFirst().map { $0 == "_" ? " " : $0 }
        self.phrases = phrases
        self.ownPhrases = ownPhrases
        self.sizes = sizes
        self.shapes = shapes
        self.rawNames = rawNames
        self.source = source
    }

    /// Makes a user's own defect type.
    ///
    /// - Parameters:
    ///   - name: Stable key, see ``name``.
    ///   - title: For display; nil derives it from the name.
    ///   - phrases: At least one, all different, each with one `{}`.
    /// - Throws: ``KnowledgeBaseError`` with the offending place in `path`, such as `phrases[1]`.
    public init(name: String, title: String? = nil, phrases: [String]) throws(KnowledgeBaseError) {
        let key = try JSONNode(.string(name), path: "name").key()
        let checked = try JSONNode(.array(phrases.map { .string($0) }), path: "phrases").phrases()
        self.init(
            name: key, title: title, phrases: checked, ownPhrases: checked, sizes: [], shapes: [], rawNames: [],
            source: nil)
    }

    /// True for the type's own name and its raw names, compared exactly.
    public func matches(rawName: String) -> Bool { rawName == name || rawNames.contains(rawName) }
}
