/// JSON Schema (2020-12) in few words.
enum APISchema {
    static let string: JSONTree = ["type": "string"]
    static let boolean: JSONTree = ["type": "boolean"]
    /// A moment as answers give it.
    static let moment: JSONTree = ["type": "string", "format": "date-time"]
    /// 1…128 characters, none of them a control character: what can be searched for.
    static let name: JSONTree = ["type": "string", "minLength": 1, "maxLength": 128]
    static let sha256: JSONTree = ["type": "string", "pattern": "^[0-9a-f]{64}$"]
    static let seconds: JSONTree = ["type": "number", "minimum": 0]
    static let count: JSONTree = ["type": "integer", "minimum": 0]
    /// A probability or score.
    static let unit: JSONTree = ["type": "number", "minimum": 0, "maximum": 1]
    static let anyObject: JSONTree = ["type": "object", "additionalProperties": true]

    static func reference(_ name: String) -> JSONTree { ["$ref": .string("#/components/schemas/\(name)")] }

    static func choice(_ values: [String]) -> JSONTree {
        ["type": "string", "enum": .array(values.map { .string($0) })]
    }

    static func array(of items: JSONTree) -> JSONTree { ["type": "array", "items": items] }

    /// A value or null.
    static func nullable(_ schema: JSONTree) -> JSONTree { ["anyOf": [schema, ["type": "null"]]] }

    /// An object whose members are all there, but for the optional ones.
    static func object(
        _ properties: KeyValuePairs<String, JSONTree>, optional: Set<String> = [], description: String? = nil
    ) -> JSONTree {
        var members: [JSONTree.Member] = [.init(name: "type", value: "object")]
        if let description { members.append(.init(name: "description", value: .string(description))) }
        members += [
            .init(
                name: "properties",
                value: .object(properties.map { .init(name: $0.key, value: $0.value) })),
            .init(
                name: "required",
                value: .array(properties.filter { !optional.contains($0.key) }.map { .string($0.key) })),
        ]
        return .object(members)
    }

    /// A page of a list.
    static func page(of items: JSONTree) -> JSONTree {
        object(["items": array(of: items), "nextPageToken": ["type": ["string", "null"]]])
    }
}
