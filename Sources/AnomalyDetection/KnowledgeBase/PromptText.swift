/// A text with one gap: a template that takes a state phrase, or a phrase that takes the product's noun.
public struct PromptText: Sendable, Hashable, CustomStringConvertible {
    /// What stands for the gap.
    public static let placeholder = "{}"
    /// Unicode scalars allowed in one text.
    public static let maximumLength = 500

    /// The text with its gap, as written.
    public let text: String
    private let before: Substring
    private let after: Substring

    /// Checks a text.
    ///
    /// - Parameter text: Exactly one `{}` and no other brace, at most ``maximumLength`` scalars.
    /// - Throws: ``KnowledgeBaseError`` with `.emptyText`, `.textTooLong` or `.badPlaceholder`.
    public init(_ text: String) throws(KnowledgeBaseError) {
        guard !text.allSatisfy(\.isWhitespace) else {
            throw KnowledgeBaseError(.emptyText, expected: "words around one {}", found: "no text")
        }
        let length = text.unicodeScalars.count
        guard length <= Self.maximumLength else {
            throw KnowledgeBaseError(
                .textTooLong, expected: "at most \(Self.maximumLength) characters", found: "\(length)")
        }
        let parts = text.split(separator: Self.placeholder, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts.contains(where: { $0.contains { $0 == "{" || $0 == "}" } }) else {
            throw KnowledgeBaseError(
                .badPlaceholder, expected: "exactly one {} and no other brace", found: "“\(text)”")
        }
        self.text = text
        before = parts[0]
        after = parts[1]
    }

    /// The text with its gap filled; braces in `filling` are left as they are.
    public func filled(with filling: String) -> String { before + filling + after }

    /// Same as ``text``.
    public var description: String { text }
}
