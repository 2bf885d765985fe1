import Checkpoints

/// One file of the knowledge base, checked by itself; references are checked when files are joined.
///
/// The form is described in Config/knowledge-base/schema.json.
struct KnowledgeBaseFile {
    enum Content {
        case templates([PromptText])
        case normalStates([PromptText])
        case dataset(DatasetFile)
    }

    /// The version of the form that is read.
    static let format = 1

    let name: String
    let content: Content

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - bytes: JSON text.
    ///   - name: For error messages.
    /// - Throws: ``KnowledgeBaseError`` with the first fault.
    init(parsing bytes: UnsafeRawBufferPointer, name: String) throws(KnowledgeBaseError) {
        let root = try JSONNode(parsing: bytes, file: name)
        let members = try root.members()
        guard let format = members["format"], let kind = members["kind"] else {
            let missing = members["format"] == nil ? "format" : "kind"
            throw root.error(.missingKey, expected: "the key “\(missing)”", found: "none")
        }
        guard format.value == .number("\(Self.format)") else {
            throw format.error(.unsupportedFormat, expected: "\(Self.format)")
        }
        self.name = name
        switch try kind.text() {
        case "templates": content = .templates(try Self.phrases(of: root, key: "templates"))
        case "normalStates": content = .normalStates(try Self.phrases(of: root, key: "phrases"))
        case "dataset": content = .dataset(try DatasetFile(root))
        default: throw kind.error(.unsupportedFormat, expected: "templates, normalStates or dataset")
        }
    }

    private static func phrases(of root: JSONNode, key: String) throws(KnowledgeBaseError) -> [PromptText] {
        let members = try root.members(required: ["format", "kind", key], optional: ["$schema", "source", "note"])
        _ = try members["source"]?.text()
        _ = try members["note"]?.text()
        return try members[key]?.phrases() ?? []
    }
}

/// A file of kind `dataset`.
struct DatasetFile {
    let name: String
    let title: String?
    let source: String?
    let normalPhrases: [PromptText]?
    let normalRawNames: [String]?
    let ignoredRawNames: [String]?
    let defectTypes: [DefectType]
    let products: [KnowledgeBase.Product]
    let variants: [KnowledgeBase.Variant]

    init(_ root: JSONNode) throws(KnowledgeBaseError) {
        let members = try root.members(
            required: ["format", "kind", "name"],
            optional: [
                "$schema", "title", "source", "note", "normalPhrases", "normalRawNames", "ignoredRawNames",
                "defectTypes",
                "products", "variants",
            ])
        _ = try members["note"]?.text()
        name = try members["name"]?.key() ?? ""
        title = try members["title"]?.text()
        source = try members["source"]?.text()
        normalPhrases = try members["normalPhrases"]?.phrases()
        normalRawNames = try members["normalRawNames"]?.texts()
        ignoredRawNames = try members["ignoredRawNames"]?.texts()
        defectTypes = try Self.list(members["defectTypes"], name: \.name) { node throws(KnowledgeBaseError) in
            try DefectType(node)
        }
        products = try Self.list(members["products"], name: \.name) { node throws(KnowledgeBaseError) in
            try KnowledgeBase.Product(node)
        }
        variants = try Self.list(members["variants"], name: \.name) { node throws(KnowledgeBaseError) in
            try KnowledgeBase.Variant(node)
        }
    }

    /// A list of objects with distinct names.
    private static func list<Value>(
        _ node: JSONNode?, name: (Value) -> String, _ read: (JSONNode) throws(KnowledgeBaseError) -> Value
    ) throws(KnowledgeBaseError) -> [Value] {
        var values: [Value] = []
        var seen: Set<String> = []
        for element in try node?.elements() ?? [] {
            let value = try read(element)
            guard seen.insert(name(value)).inserted else {
                throw element.error(.duplicate, expected: "each name once", found: "“\(name(value))” again")
            }
            values.append(value)
        }
        return values
    }
}
