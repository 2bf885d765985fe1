/// A file that gives a noun and states with exactly the phrases to use.
///
/// `{"cls": "cable", "states": [["normal", ["{}", "flawless {}"]], ["bent", ["{} has a bent defect"]]]}`
public struct StatesFile: Sendable, Equatable {
    /// What prompts call the product.
    public let noun: String
    /// In column order, the normal state first.
    public let states: [StatePrompts]

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - bytes: JSON text.
    ///   - file: For error messages.
    /// - Throws: ``KnowledgeBaseError`` with the first fault and its place, such as `states[1][1][0]`.
    public init(parsing bytes: [UInt8], file: String) throws(KnowledgeBaseError) {
        let parsed = bytes.withUnsafeBytes { text in
            Result { () throws(KnowledgeBaseError) in try JSONNode(parsing: text, file: file) }
        }
        let members = try parsed.get().members(required: ["cls", "states"], optional: [])
        noun = try members["cls"]?.text() ?? ""
        var states: [StatePrompts] = []
        for node in try members["states"]?.elements(atLeast: 2) ?? [] {
            let pair = try node.elements()
            guard pair.count == 2 else { throw node.error(.wrongType, expected: "a name and a list of phrases") }
            let name = try pair[0].text()
            guard !states.contains(where: { $0.name == name }) else {
                throw pair[0].error(.duplicate, expected: "each state once")
            }
            states.append(StatePrompts(name: name, phrases: try pair[1].phrases()))
        }
        self.states = states
    }
}
