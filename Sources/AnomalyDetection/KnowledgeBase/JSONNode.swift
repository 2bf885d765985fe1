import Checkpoints

/// A JSON value that knows its place, so that errors can name it.
struct JSONNode {
    let value: JSONValue
    let file: String
    let path: String

    init(_ value: JSONValue, file: String = "", path: String = "") {
        self.value = value
        self.file = file
        self.path = path
    }

    /// Reads a file's text.
    ///
    /// - Throws: ``KnowledgeBaseError`` with `.notJSON` or `.duplicateKey`; the path is the line.
    init(parsing bytes: UnsafeRawBufferPointer, file: String) throws(KnowledgeBaseError) {
        do {
            value = try StrictJSON.parse(bytes)
        } catch {
            let line = bytes.prefix(error.offset).count { $0 == UInt8(ascii: "\n") } + 1
            throw KnowledgeBaseError(
                error.isDuplicateKey ? .duplicateKey : .notJSON, file: file, path: "line \(line)",
                expected: "strict JSON", found: "something else (\(error.reason))")
        }
        self.file = file
        path = ""
    }

    func error(_ code: KnowledgeBaseError.Code, expected: String, found: String? = nil) -> KnowledgeBaseError {
        KnowledgeBaseError(code, file: file, path: path, expected: expected, found: found ?? summary)
    }

    private var summary: String {
        switch value {
        case .null: "null"
        case .bool(let bool): "\(bool)"
        case .number(let literal): literal
        case .string(let text): "“\(text)”"
        case .array(let items): "a list of \(items.count)"
        case .object: "an object"
        }
    }

    // MARK: - Objects

    /// The members of an object whose keys are all known.
    func members(
        required: [String], optional: [String]
    ) throws(KnowledgeBaseError) -> [String: JSONNode] {
        let members = try members()
        for key in members.keys.sorted() where !required.contains(key) && !optional.contains(key) {
            let known = required + optional
            let hint = NearestName.hint(for: key, in: known) ?? "one of \(known.joined(separator: ", "))"
            throw error(.unknownKey, expected: "a key of the form, \(hint)", found: "“\(key)”")
        }
        for key in required where members[key] == nil {
            throw error(.missingKey, expected: "the key “\(key)”", found: "none")
        }
        return members
    }

    /// The members of an object that maps names of the file's choice.
    func members() throws(KnowledgeBaseError) -> [String: JSONNode] {
        guard case .object(let object) = value else { throw error(.wrongType, expected: "an object") }
        let prefix = path.isEmpty ? "" : path + "."
        return Dictionary(
            uniqueKeysWithValues: object.map { key, value in
                (key, JSONNode(value, file: file, path: prefix + key))
            })
    }

    // MARK: - Lists

    func elements(atLeast minimum: Int = 0) throws(KnowledgeBaseError) -> [JSONNode] {
        guard case .array(let items) = value else { throw error(.wrongType, expected: "a list") }
        guard items.count >= minimum else {
            throw error(.tooFewEntries, expected: minimum == 1 ? "at least one entry" : "at least \(minimum) entries")
        }
        return items.enumerated().map { JSONNode($1, file: file, path: "\(path)[\($0)]") }
    }

    /// A list of at least one value, all different.
    func distinct<Value: Hashable>(
        _ read: (JSONNode) throws(KnowledgeBaseError) -> Value
    ) throws(KnowledgeBaseError) -> [Value] {
        var values: [Value] = []
        var seen: Set<Value> = []
        for element in try elements(atLeast: 1) {
            let value = try read(element)
            guard seen.insert(value).inserted else { throw element.error(.duplicate, expected: "each entry once") }
            values.append(value)
        }
        return values
    }

    func phrases() throws(KnowledgeBaseError) -> [PromptText] {
        try distinct { node throws(KnowledgeBaseError) in try node.promptText() }
    }

    func keys() throws(KnowledgeBaseError) -> [String] {
        try distinct { node throws(KnowledgeBaseError) in try node.key() }
    }

    func texts() throws(KnowledgeBaseError) -> [String] {
        try distinct { node throws(KnowledgeBaseError) in try node.text() }
    }

    /// Values of an enumeration by their raw names.
    func values<Value: RawRepresentable<String> & CaseIterable & Hashable>() throws(KnowledgeBaseError) -> [Value] {
        try distinct { node throws(KnowledgeBaseError) in
            guard let value = Value(rawValue: try node.text()) else {
                throw node.error(
                    .badValue, expected: "one of \(Value.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            return value
        }
    }

    // MARK: - Texts and numbers

    /// A text that is not empty.
    func text() throws(KnowledgeBaseError) -> String {
        guard case .string(let text) = value else { throw error(.wrongType, expected: "a text") }
        guard !text.allSatisfy(\.isWhitespace) else { throw error(.emptyText, expected: "a text", found: "no text") }
        return text
    }

    func promptText() throws(KnowledgeBaseError) -> PromptText {
        guard case .string(let text) = value else { throw error(.wrongType, expected: "a text with one {}") }
        do {
            return try PromptText(text)
        } catch {
            throw error.within(file: file, path: path)
        }
    }

    /// A stable name: lower-case ASCII words joined by `_` or `-`, at most 64 characters.
    func key() throws(KnowledgeBaseError) -> String {
        let name = try text()
        let words = name.split(omittingEmptySubsequences: false) { $0 == "_" || $0 == "-" }
        let isKey = words.allSatisfy { word in
            !word.isEmpty && word.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }
        }
        guard isKey, name.utf8.count <= 64 else {
            throw error(.badName, expected: "lower-case ASCII words joined by _ or -, at most 64 characters")
        }
        return name
    }

    func positiveInteger() throws(KnowledgeBaseError) -> Int {
        guard case .number = value else { throw error(.wrongType, expected: "a number") }
        guard let integer = value.integer, integer > 0 else {
            throw error(.badValue, expected: "a whole number above 0")
        }
        return integer
    }
}
