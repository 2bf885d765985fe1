/// One failure of reading the knowledge base or of finding something in it.
public struct KnowledgeBaseError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong; stable across releases.
    public enum Code: String, Sendable, CaseIterable {
        /// The file is not JSON.
        case notJSON
        /// A key occurs twice in one object.
        case duplicateKey
        /// The file is of a version or kind that this engine does not read.
        case unsupportedFormat
        /// A value is of another JSON type than the form demands.
        case wrongType
        /// A key that the form demands is absent.
        case missingKey
        /// The form has no such key.
        case unknownKey
        /// A text is empty or only white space.
        case emptyText
        /// A text is longer than the form allows.
        case textTooLong
        /// A list that needs entries has too few.
        case tooFewEntries
        /// A phrase or template does not hold exactly one `{}`.
        case badPlaceholder
        /// A name is not made of lower-case ASCII words joined by `_` or `-`.
        case badName
        /// A value is not one of those the form knows.
        case badValue
        /// A name or text that must be unique occurs twice.
        case duplicate
        /// A name refers to a defect type, product or phrase that is not there.
        case unknownReference
        /// No dataset, product, variant or defect type of the name that was asked for.
        case notFound
        /// There are no templates, no normal phrases or no datasets at all.
        case incomplete
    }

    /// Kind of failure.
    public let code: Code
    /// Name of the file, empty when the words did not come from one.
    public let file: String
    /// Place in the file, such as `defectTypes[3].phrases[0]`; empty for the file as a whole.
    public let path: String
    /// What was expected.
    public let expected: String
    /// What was found instead.
    public let found: String

    /// Makes an error.
    ///
    /// - Parameters:
    ///   - code: Kind of failure.
    ///   - file: Name of the file, or empty.
    ///   - path: Place in the file, or empty.
    ///   - expected: Completes “expected …”.
    ///   - found: Completes “found …”.
    public init(_ code: Code, file: String = "", path: String = "", expected: String, found: String) {
        self.code = code
        self.file = file
        self.path = path
        self.expected = expected
        self.found = found
    }

    /// File, place, expected and found, in one line.
    public var description: String {
        [file, path, "expected \(expected), found \(found)"].filter { !$0.isEmpty }.joined(separator: ": ")
    }

    /// The same failure at a place within a file.
    func within(file: String, path: String) -> KnowledgeBaseError {
        KnowledgeBaseError(code, file: file, path: path + self.path, expected: expected, found: found)
    }
}
