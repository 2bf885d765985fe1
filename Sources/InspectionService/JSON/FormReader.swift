import Checkpoints

/// Reads a JSON object that a client sent, and notes every fault with its JSON Pointer (RFC 6901).
///
/// Reading goes on after a fault, so that a client learns of all of them at once.
struct FormReader {
    private(set) var faults: [Problem.Fault] = []

    /// One value and where it stands.
    struct Node {
        let value: JSONValue
        let pointer: String

        func child(_ key: String, _ value: JSONValue) -> Node {
            let escaped = key.split(separator: "~", omittingEmptySubsequences: false).joined(separator: "~0")
                .split(separator: "/", omittingEmptySubsequences: false).joined(separator: "~1")
            return Node(value: value, pointer: pointer + "/" + escaped)
        }

        /// What it is, for a message.
        var summary: String {
            switch value {
            case .null: "null"
            case .bool(let value): "\(value)"
            case .number(let literal): String(literal.prefix(40))
            case .string(let text): "“\(text.prefix(60))”"
            case .array(let items): "a list of \(items.count)"
            case .object: "an object"
            }
        }
    }

    /// Reads the text of a body as one JSON object.
    ///
    /// - Throws: `Problem` of kind `malformedJSON`.
    static func root(of body: [UInt8]) throws(Problem) -> Node {
        let parsed = body.withUnsafeBytes { text in Result { () throws(JSONError) in try StrictJSON.parse(text) } }
        switch parsed {
        case .success(let value): return Node(value: value, pointer: "")
        case .failure(let error):
            throw Problem(.malformedJSON, "\(error.reason), at byte \(error.offset) of the JSON text")
        }
    }

    /// Notes a fault.
    mutating func note(_ node: Node, expected: String) {
        faults.append(.init(pointer: node.pointer, detail: "expected \(expected), found \(node.summary)"))
    }

    /// Notes a fault in words of its own.
    mutating func note(pointer: String, _ detail: String) {
        faults.append(.init(pointer: pointer, detail: detail))
    }

    /// The members of an object; unknown ones are faults, and null counts as absent.
    mutating func members(of node: Node, known: [String], required: [String] = []) -> [String: Node] {
        guard case .object(let object) = node.value else {
            note(node, expected: "an object")
            return [:]
        }
        for key in object.keys.sorted() where !known.contains(key) {
            let child = node.child(key, .null)
            note(pointer: child.pointer, "expected one of \(known.joined(separator: ", ")), found the member “\(key)”")
        }
        for key in required where object[key] == nil || object[key] == .null {
            note(pointer: node.child(key, .null).pointer, "expected a value, found none")
        }
        return Dictionary(
            uniqueKeysWithValues: object.filter { known.contains($0.key) && $0.value != .null }.map {
                ($0.key, node.child($0.key, $0.value))
            })
    }

    /// The entries of a list of at most `limit`.
    mutating func elements(of node: Node, atMost limit: Int) -> [Node] {
        guard case .array(let items) = node.value, items.count <= limit else {
            note(node, expected: "a list of at most \(limit) entries")
            return []
        }
        return items.enumerated().map { node.child(String($0), $1) }
    }

    /// A text of 1…`limit` characters and at most 512 bytes (the store's bound), not only white space, without control
    /// characters.
    mutating func text(_ node: Node, atMost limit: Int) -> String? {
        guard case .string(let text) = node.value, text.unicodeScalars.count <= limit, text.utf8.count <= 512,
            !text.allSatisfy(\.isWhitespace),
            !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F })
        else {
            note(node, expected: "a text of 1 to \(limit) characters, at most 512 bytes, without control characters")
            return nil
        }
        return text
    }

    /// A finite number within bounds.
    mutating func number(_ node: Node, expected: String, where accepts: (Double) -> Bool) -> Double? {
        guard case .number(let literal) = node.value, let value = Double(literal), value.isFinite, accepts(value)
        else {
            note(node, expected: expected)
            return nil
        }
        return value
    }

    /// One of an enumeration's raw values.
    mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ node: Node, _ type: Choice.Type
    ) -> Choice? {
        let choice = node.value.text.flatMap(Choice.init(rawValue:))
        if choice == nil {
            note(node, expected: "one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return choice
    }

    /// Throws what was noted, if anything was.
    func finish(_ kind: ProblemKind, _ subject: String) throws(Problem) {
        guard let first = faults.first else { return }
        let others = faults.count > 1 ? " (and \(faults.count - 1) more)" : ""
        let place = first.name.isEmpty ? "" : " at \(first.name)"
        throw Problem(kind, "\(subject)\(place): \(first.detail)\(others)", faults: faults)
    }
}
