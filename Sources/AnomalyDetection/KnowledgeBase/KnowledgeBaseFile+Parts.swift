import Checkpoints

extension DefectType {
    init(_ node: JSONNode) throws(KnowledgeBaseError) {
        let members = try node.members(
            required: ["name", "phrases"], optional: ["title", "own", "source", "note", "attributes", "rawNames"])
        _ = try members["note"]?.text()
        let phrases = try members["phrases"]?.phrases() ?? []
        let attributes = try members["attributes"]?.members(required: [], optional: ["size", "shape"])
        self.init(
            name: try members["name"]?.key() ?? "", title: try members["title"]?.text(), phrases: phrases,
            ownPhrases: try members["own"].map { own throws(KnowledgeBaseError) in
                try Self.ownPhrases(own, of: phrases)
            } ?? [],
            sizes: try attributes?["size"]?.values() ?? [], shapes: try attributes?["shape"]?.values() ?? [],
            rawNames: try members["rawNames"]?.texts() ?? [], source: try members["source"]?.text())
    }

    /// `true` for all, or a list of some.
    private static func ownPhrases(_ node: JSONNode, of phrases: [PromptText]) throws(KnowledgeBaseError)
        -> [PromptText]
    {
        if node.value == .bool(true) { return phrases }
        guard case .array = node.value else { throw node.error(.wrongType, expected: "true or a list of phrases") }
        let own = try node.phrases()
        for (index, phrase) in own.enumerated() where !phrases.contains(phrase) {
            throw KnowledgeBaseError(
                .unknownReference, file: node.file, path: "\(node.path)[\(index)]",
                expected: "one of the type's phrases",
                found: "“\(phrase)”")
        }
        return own
    }
}

extension KnowledgeBase.Product {
    init(_ node: JSONNode) throws(KnowledgeBaseError) {
        let members = try node.members(required: ["name", "defectTypes"], optional: ["noun", "note"])
        _ = try members["note"]?.text()
        let name = try members["name"]?.text() ?? ""
        self.init(
            name: name, noun: try members["noun"]?.text() ?? name, defectTypes: try members["defectTypes"]?.keys() ?? []
        )
    }
}

extension KnowledgeBase.Variant {
    init(_ node: JSONNode) throws(KnowledgeBaseError) {
        let members = try node.members(
            required: ["name", "summary"],
            optional: ["defectTypes", "phrasesPerType", "phrases", "phrasesFrom", "rawNames", "products"])
        func map<Value>(
            _ key: String, _ read: (JSONNode) throws(KnowledgeBaseError) -> Value
        ) throws(KnowledgeBaseError) -> [String: Value] {
            var result: [String: Value] = [:]
            for (name, value) in try members[key]?.members() ?? [:] { result[name] = try read(value) }
            return result
        }
        self.init(
            name: try members["name"]?.key() ?? "",
            summary: try members["summary"]?.text() ?? "",
            defectTypes: try members["defectTypes"]?.keys(),
            phrasesPerType: try members["phrasesPerType"]?.positiveInteger(),
            phrases: try map("phrases") { node throws(KnowledgeBaseError) in try node.phrases() },
            phrasesFrom: try map("phrasesFrom") { node throws(KnowledgeBaseError) in try node.key() },
            rawNames: try map("rawNames") { node throws(KnowledgeBaseError) in try node.key() },
            products: try map("products") { node throws(KnowledgeBaseError) in try node.keys() })
    }
}
