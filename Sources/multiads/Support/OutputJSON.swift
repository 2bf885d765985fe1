import Checkpoints

/// A JSON value for output, members in the order they were given.
///
/// Foundation's encoder orders members by chance or by name; results are easier to read, and equal output gives equal
/// bytes, when the order is ours.
enum OutputJSON: Equatable {
    case null
    case bool(Bool)
    case integer(Int)
    case number(Double)
    /// Written with the digits that tell this float from its neighbours, not with those of its widened form.
    case float(Float)
    case string(String)
    case array([OutputJSON])
    case object([Member])

    /// A name and its value.
    struct Member: Equatable {
        let name: String
        let value: OutputJSON
    }

    /// An object from pairs.
    static func members(_ members: KeyValuePairs<String, OutputJSON>) -> OutputJSON {
        .object(members.map { Member(name: $0.key, value: $0.value) })
    }

    /// The text, or null.
    static func text(_ text: String?) -> OutputJSON { text.map(OutputJSON.string) ?? .null }

    /// One line without spaces, RFC 8259.
    var compact: String { text(indent: nil, depth: 0) }

    /// Several lines for people.
    var pretty: String { text(indent: "  ", depth: 0) }

    private func text(indent: String?, depth: Int) -> String {
        switch self {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .integer(let value): String(value)
        // JSON has no NaN and no infinity.
        case .number(let value): value.isFinite ? "\(value)" : "null"
        case .float(let value): value.isFinite ? "\(value)" : "null"
        case .string(let value): quotedJSON(value)
        case .array(let items):
            Self.joined(items.map { $0.text(indent: indent, depth: depth + 1) }, "[", "]", indent: indent, depth: depth)
        case .object(let members):
            Self.joined(
                members.map {
                    quotedJSON($0.name) + (indent == nil ? ":" : ": ") + $0.value.text(indent: indent, depth: depth + 1)
                }, "{", "}", indent: indent, depth: depth)
        }
    }

    private static func joined(
        _ items: [String], _ open: String, _ close: String, indent: String?, depth: Int
    ) -> String {
        guard let indent, !items.isEmpty else { return open + items.joined(separator: ",") + close }
        // Short lists such as points and shapes read better on one line.
        let flat = items.joined(separator: ", ")
        if flat.count <= 72, !flat.contains("\n") { return open + flat + close }
        let inner = "\n" + String(repeating: indent, count: depth + 1)
        return open + inner + items.joined(separator: "," + inner) + "\n" + String(repeating: indent, count: depth)
            + close
    }
}
