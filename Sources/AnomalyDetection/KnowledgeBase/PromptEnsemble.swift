/// A state and the phrases that describe it.
public struct StatePrompts: Sendable, Equatable {
    /// `normal` or a defect type's name.
    public let name: String
    /// At least one; `{}` takes the product's noun.
    public let phrases: [PromptText]

    /// Describes a state.
    public init(name: String, phrases: [PromptText]) {
        self.name = name
        self.phrases = phrases
    }
}

/// All prompts of one product: every phrase of every state in every template.
///
/// Sadikaj et al. 2025 (MultiADS), Eq. 6 and 7. State 0 is the normal one; the others are columns of the multi-type map.
public struct PromptEnsemble: Sendable, Equatable {
    /// What prompts call the product, exactly as given: the tokenizer turns it to lower case and splits it.
    public let noun: String
    /// The normal state, then the defect types.
    public let states: [StatePrompts]
    /// Sentences for the phrases.
    public let templates: PromptTemplates

    /// The name of state 0.
    public static let normalState = "normal"

    /// Joins a noun, states and templates.
    ///
    /// - Parameters:
    ///   - noun: Not empty.
    ///   - states: The normal one and at least one defect type; names differ, none is without phrases.
    ///   - templates: At least one.
    /// - Throws: ``KnowledgeBaseError`` with `.emptyText`, `.tooFewEntries` or `.duplicate`.
    public init(noun: String, states: [StatePrompts], templates: PromptTemplates) throws(KnowledgeBaseError) {
        guard !noun.allSatisfy(\.isWhitespace) else {
            throw KnowledgeBaseError(.emptyText, path: "noun", expected: "a name for the product", found: "no text")
        }
        guard states.count >= 2 else {
            throw KnowledgeBaseError(
                .tooFewEntries, path: "states", expected: "the normal state and at least one defect type",
                found: "\(states.count)")
        }
        guard !templates.templates.isEmpty else {
            throw KnowledgeBaseError(.tooFewEntries, path: "templates", expected: "at least one entry", found: "none")
        }
        var seen: Set<String> = []
        for (index, state) in states.enumerated() {
            guard !state.phrases.isEmpty else {
                throw KnowledgeBaseError(
                    .tooFewEntries, path: "states[\(index)]", expected: "at least one phrase for “\(state.name)”",
                    found: "none")
            }
            guard seen.insert(state.name).inserted else {
                throw KnowledgeBaseError(
                    .duplicate, path: "states[\(index)]", expected: "each state once", found: "“\(state.name)” again")
            }
        }
        self.noun = noun
        self.states = states
        self.templates = templates
    }

    /// All sentences of one state: the first phrase in every template, then the second, and so on.
    public func prompts(of state: StatePrompts) -> [String] {
        state.phrases.flatMap { templates.filled(with: $0.filled(with: noun)) }
    }

    /// Bytes that are equal exactly when the noun, the phrases and the templates of a state are.
    ///
    /// Digested together with the model's own digest, they key the cache of text embeddings. The state's name is not
    /// among them: it does not reach the text tower.
    ///
    /// - Returns: A tag with a version, then noun, templates and phrases, each list and text preceded by its length
    ///   (64 bits, little-endian), texts in UTF-8 as written.
    public func digestInput(of state: StatePrompts) -> [UInt8] {
        var bytes = Array("multiads.prompts.1".utf8)
        func append(_ count: Int) {
            withUnsafeBytes(of: UInt64(count).littleEndian) { bytes.append(contentsOf: $0) }
        }
        func append(_ text: String) {
            append(text.utf8.count)
            bytes.append(contentsOf: text.utf8)
        }
        append(noun)
        for texts in [templates.templates, state.phrases] {
            append(texts.count)
            for text in texts { append(text.text) }
        }
        return bytes
    }
}

extension KnowledgeBase {
    /// The prompts for a product with these defect types.
    ///
    /// - Parameters:
    ///   - noun: What prompts call the product.
    ///   - defectTypes: In column order; names must differ.
    ///   - dataset: Whose normal phrases are used; nil for the knowledge base's.
    /// - Returns: The normal state, named ``PromptEnsemble/normalState``, and one state per defect type.
    /// - Throws: ``KnowledgeBaseError`` as ``PromptEnsemble/init(noun:states:templates:)`` does.
    public func promptEnsemble(
        noun: String, defectTypes: [DefectType], dataset: Dataset? = nil
    ) throws(KnowledgeBaseError) -> PromptEnsemble {
        let normal = StatePrompts(
            name: PromptEnsemble.normalState, phrases: dataset.map(normalPhrases(for:)) ?? normalPhrases)
        let states = [normal] + defectTypes.map { StatePrompts(name: $0.name, phrases: $0.phrases) }
        return try PromptEnsemble(noun: noun, states: states, templates: templates)
    }
}
