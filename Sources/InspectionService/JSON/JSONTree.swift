import Checkpoints

/// A JSON value to be written (RFC 8259), its members in the order given.
///
/// Order is kept because an answer is stored and answered again byte for byte, and because people read it.
enum JSONTree: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int)
    /// A number's text; the functions below make it.
    case number(String)
    case string(String)
    case array([JSONTree])
    case object([Member])
    /// Text that is JSON already.
    case raw([UInt8])

    struct Member: Sendable, Equatable {
        let name: String
        let value: JSONTree
    }

    /// The shortest text that reads back as the same number; null for NaN and infinities, which JSON cannot hold.
    static func number(_ value: Float) -> JSONTree { value.isFinite ? .number("\(value)") : .null }

    /// The shortest text that reads back as the same number; null for NaN and infinities.
    static func number(_ value: Double) -> JSONTree { value.isFinite ? .number("\(value)") : .null }

    /// A text, or null.
    static func string(_ text: String?) -> JSONTree { text.map { .string($0) } ?? .null }

    /// Seconds with six decimals, never in exponent form: people read them.
    static func seconds(_ duration: Duration) -> JSONTree {
        let microseconds = Int(max(0, (duration / .microseconds(1)).rounded()))
        let decimals = String(microseconds % 1_000_000)
        return .number("\(microseconds / 1_000_000).\(String(repeating: "0", count: 6 - decimals.count))\(decimals)")
    }

    /// The value as UTF-8 text without white space.
    var bytes: [UInt8] {
        var output: [UInt8] = []
        write(to: &output)
        return output
    }

    private func write(to output: inout [UInt8]) {
        switch self {
        case .null: output.append(contentsOf: "null".utf8)
        case .bool(let value): output.append(contentsOf: (value ? "true" : "false").utf8)
        case .integer(let value): output.append(contentsOf: String(value).utf8)
        case .number(let text): output.append(contentsOf: text.utf8)
        case .string(let text): output.append(contentsOf: quotedJSON(text).utf8)
        case .raw(let text): output += text
        case .array(let items):
            output.append(UInt8(ascii: "["))
            for (index, item) in items.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                item.write(to: &output)
            }
            output.append(UInt8(ascii: "]"))
        case .object(let members):
            output.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                output.append(contentsOf: quotedJSON(member.name).utf8)
                output.append(UInt8(ascii: ":"))
                member.value.write(to: &output)
            }
            output.append(UInt8(ascii: "}"))
        }
    }
}

extension JSONTree: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral, ExpressibleByStringLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral
{
    init(dictionaryLiteral elements: (String, JSONTree)...) {
        self = .object(elements.map { Member(name: $0.0, value: $0.1) })
    }

    init(arrayLiteral elements: JSONTree...) { self = .array(elements) }
    init(stringLiteral value: String) { self = .string(value) }
    init(integerLiteral value: Int) { self = .integer(value) }
    init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension JSONTree {
    /// A value that was read; the members of objects come in the order of their names.
    init(_ value: JSONValue) {
        self =
            switch value {
            case .null: .null
            case .bool(let value): .bool(value)
            case .number(let literal): .number(literal)
            case .string(let text): .string(text)
            case .array(let items): .array(items.map { JSONTree($0) })
            case .object(let members):
                .object(members.sorted { $0.key < $1.key }.map { Member(name: $0.key, value: JSONTree($0.value)) })
            }
    }
}
