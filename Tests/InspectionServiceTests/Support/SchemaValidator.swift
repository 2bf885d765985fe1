import Checkpoints

/// Validates JSON against schemas of OpenAPI 3.1 (JSON Schema, draft 2020-12), as far as the service's own use of them goes.
///
/// Stricter than the standard in two ways: an object with `properties` and no word on others is closed, so that a member
/// that is not described is noticed; and a keyword that is not known here is a fault, so that none is passed over.
struct SchemaValidator {
    /// The document that references point into.
    let document: JSONValue

    private static let silent: Set = [
        "description", "example", "format", "contentMediaType", "title", "default", "$ref",
    ]

    /// What is wrong with a value.
    func faults(_ value: JSONValue, _ schema: JSONValue, at place: String = "") -> [String] {
        guard case .object(let schema) = schema else { return ["\(place): the schema is no object"] }
        var faults: [String] = []
        if case .string(let reference)? = schema["$ref"] {
            guard let target = resolve(reference) else { return ["\(place): \(reference) leads nowhere"] }
            faults += self.faults(value, target, at: place)
        }
        for (keyword, argument) in schema where !Self.silent.contains(keyword) {
            faults += check(value, keyword, argument, schema, place)
        }
        return faults
    }

    /// What a reference within the document points at.
    func resolve(_ reference: String) -> JSONValue? {
        guard reference.hasPrefix("#/") else { return nil }
        return reference.dropFirst(2).split(separator: "/").reduce(document) { value, key in
            value?.members?[String(key)]
        }
    }

    private func check(
        _ value: JSONValue, _ keyword: String, _ argument: JSONValue, _ schema: [String: JSONValue], _ place: String
    ) -> [String] {
        func require(_ holds: Bool?) -> [String] {
            holds == true ? [] : ["\(place): expected \(keyword) \(argument), found \(value)"]
        }
        switch keyword {
        case "type":
            let types = argument.items?.compactMap(\.text) ?? [argument.text].compactMap(\.self)
            return require(types.contains { value.isOf(type: $0) })
        case "const": return require(value == argument)
        case "enum": return require(argument.items?.contains(value))
        case "minimum": return value.number.map { require($0 >= argument.number ?? .infinity) } ?? []
        case "maximum": return value.number.map { require($0 <= argument.number ?? -.infinity) } ?? []
        case "exclusiveMinimum": return value.number.map { require($0 > argument.number ?? .infinity) } ?? []
        case "multipleOf":
            return value.number.map { require($0.truncatingRemainder(dividingBy: argument.number ?? 0) == 0) } ?? []
        case "minLength":
            return value.text.map { require(Double($0.unicodeScalars.count) >= argument.number ?? .infinity) } ?? []
        case "maxLength":
            return value.text.map { require(Double($0.unicodeScalars.count) <= argument.number ?? -1) } ?? []
        case "pattern":
            guard let text = value.text else { return [] }
            guard let pattern = argument.text, let expression = try? Regex(pattern) else {
                return ["\(place): the pattern \(argument) cannot be read"]
            }
            return require(text.contains(expression))
        case "minItems": return value.items.map { require(Double($0.count) >= argument.number ?? .infinity) } ?? []
        case "maxItems": return value.items.map { require(Double($0.count) <= argument.number ?? -1) } ?? []
        case "items":
            return (value.items ?? []).enumerated().flatMap { faults($1, argument, at: "\(place)/\($0)") }
        case "anyOf":
            let outcomes = (argument.items ?? []).map { faults(value, $0, at: place) }
            return outcomes.contains(where: \.isEmpty) ? [] : ["\(place): none of anyOf: \(outcomes)"]
        case "required":
            guard let members = value.members else { return [] }
            return (argument.items ?? []).compactMap(\.text).filter { members[$0] == nil }.map {
                "\(place)/\($0): expected a value, found none"
            }
        case "properties": return members(value, argument.members ?? [:], schema["additionalProperties"], place)
        case "additionalProperties":
            // With properties it was seen to above.
            return schema["properties"] == nil ? members(value, [:], argument, place) : []
        default: return ["\(place): the keyword \(keyword) is not known to these tests"]
        }
    }

    private func members(
        _ value: JSONValue, _ properties: [String: JSONValue], _ additional: JSONValue?, _ place: String
    ) -> [String] {
        (value.members ?? [:]).flatMap { key, value -> [String] in
            if let schema = properties[key] { return faults(value, schema, at: "\(place)/\(key)") }
            switch additional {
            case .bool(true)?: return []
            case .object?: return faults(value, additional ?? .null, at: "\(place)/\(key)")
            default: return ["\(place)/\(key): a member that is not described"]
            }
        }
    }
}

extension JSONValue {
    var members: [String: JSONValue]? { if case .object(let members) = self { members } else { nil } }
    var items: [JSONValue]? { if case .array(let items) = self { items } else { nil } }
    var number: Double? { if case .number(let literal) = self { Double(literal) } else { nil } }

    init(text: [UInt8]) throws {
        self = try text.withUnsafeBytes { bytes in try StrictJSON.parse(bytes) }
    }

    fileprivate func isOf(type: String) -> Bool {
        switch (self, type) {
        case (.null, "null"), (.bool, "boolean"), (.string, "string"), (.array, "array"), (.object, "object"),
            (.number, "number"):
            true
        case (.number, "integer"): number.map { $0 == $0.rounded() } ?? false
        default: false
        }
    }
}
