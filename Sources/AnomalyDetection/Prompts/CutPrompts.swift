public import CLIP

/// Prompts of a state that a model does not read to their ends.
public struct CutPrompts: Sendable, CustomStringConvertible {
    /// The first of them.
    public let example: String
    /// How many they are.
    public let count: Int
    /// Prompts of the state in all.
    public let total: Int
    /// Tokens that the model reads, those of the beginning and the end included.
    public let contextLength: Int

    /// Looks for prompts that are cut.
    ///
    /// - Parameters:
    ///   - prompts: Of one state.
    ///   - tokenizer: The model's; nil when it reads all of them to their ends.
    public init?(_ prompts: [String], tokenizer: CLIPTokenizer) {
        let cut = prompts.filter { tokenizer.cuts($0) }
        guard let first = cut.first else { return nil }
        (example, count, total, contextLength) = (first, cut.count, prompts.count, tokenizer.contextLength)
    }

    /// A sentence for people.
    public var description: String {
        let shown = example.count > 120 ? "\(example.prefix(120))…" : example
        return
            "\(count) of \(total) prompts are longer than the model's context of \(contextLength) tokens and are cut there, "
            + "such as “\(shown)”"
    }
}
