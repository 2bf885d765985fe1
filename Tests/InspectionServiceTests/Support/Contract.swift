import Checkpoints
import HTTPServer
import Testing

@testable import InspectionService

/// The described interface, against which answers are held.
struct Contract: Sendable {
    /// An operation and what its responses are.
    struct Operation: Sendable {
        let method: String
        let path: String
        let id: String
        let responses: [String: JSONValue]
    }

    let document: JSONValue
    let operations: [Operation]

    /// Reads the document that the service gives out.
    init(_ text: [UInt8]) throws {
        document = try JSONValue(text: text)
        operations = (document.members?["paths"]?.members ?? [:]).flatMap { path, item in
            (item.members ?? [:]).map { method, operation in
                Operation(
                    method: method.uppercased(), path: path, id: operation.members?["operationId"]?.text ?? "",
                    responses: operation.members?["responses"]?.members ?? [:])
            }
        }
    }

    /// The operation that a request means: the one with the most literal path that matches.
    func operation(_ method: String, _ target: String) -> Operation? {
        let path = target.prefix { $0 != "?" }.split(separator: "/", omittingEmptySubsequences: false)
        return operations.filter { $0.method == method && Self.matches(path, $0.path) }
            .min { $0.path.count { $0 == "{" } < $1.path.count { $0 == "{" } }
    }

    /// What in an answer departs from the description.
    func faults(_ method: String, _ target: String, _ answer: Answer) throws -> [String] {
        guard method != "OPTIONS", method != "HEAD" else { return [] }
        guard let operation = operation(method, target) else {
            guard (400..<600).contains(answer.status) else { return ["\(answer.status) for what is not described"] }
            return try check(answer, ["application/problem+json": problem])
        }
        let exact = operation.responses[String(answer.status)]
        guard let response = exact ?? (answer.status >= 400 ? operation.responses["default"] : nil) else {
            return ["the status \(answer.status) is not described"]
        }
        var faults = headerFaults(answer, response)
        faults += try check(answer, response.members?["content"]?.members ?? [:])
        if let kinds = response.members?["x-problem-kinds"]?.items?.compactMap(\.text) {
            let kind = try JSONValue(text: answer.body).members?["type"]?.text?.split(separator: "/").last.map(
                String.init)
            if let kind, !kinds.contains(kind) {
                faults.append("the kind \(kind) is not described for \(answer.status)")
            }
        }
        return faults
    }

    private var problem: JSONValue {
        .object(["schema": .object(["$ref": .string("#/components/schemas/Problem")])])
    }

    private func check(_ answer: Answer, _ contents: [String: JSONValue]) throws -> [String] {
        let type = answer["content-type"].flatMap { MediaType($0) }?.essence ?? "none"
        // No lines are lines too.
        if answer.body.isEmpty, type != "application/x-ndjson" { return contents.isEmpty ? [] : ["there is no body"] }
        guard let content = contents[type] else { return ["the media type \(type) is not described"] }
        guard let schema = content.members?["schema"] else { return ["\(type) has no schema"] }
        let validator = SchemaValidator(document: document)
        switch type {
        case "application/json", "application/problem+json":
            return validator.faults(try JSONValue(text: answer.body), schema)
        case "application/x-ndjson":
            return try answer.body.split(separator: 10).flatMap {
                validator.faults(try JSONValue(text: Array($0)), schema)
            }
        default: return []
        }
    }

    /// Fields that any answer may have.
    private static let general: Set = [
        "date", "content-type", "content-length", "transfer-encoding", "connection", "allow", "content-disposition",
        "accept-ranges", "accept-patch", "cache-control", "retry-after", "vary", "content-range", "www-authenticate",
        "cross-origin-resource-policy", "x-content-type-options",
    ]

    private func headerFaults(_ answer: Answer, _ response: JSONValue) -> [String] {
        let described = Set((response.members?["headers"]?.members ?? [:]).keys.map { $0.lowercased() })
        var faults = answer.fields.map { $0.name.lowercased() }
            .filter { !described.contains($0) && !Self.general.contains($0) }.map {
                "the header \($0) is not described"
            }
        if answer["x-request-id"] == nil { faults.append("there is no X-Request-ID") }
        return faults
    }

    private static func matches(_ path: [Substring], _ template: String) -> Bool {
        let segments = template.split(separator: "/", omittingEmptySubsequences: false)
        return segments.count == path.count
            && zip(segments, path).allSatisfy { segment, text in
                guard let open = segment.firstIndex(of: "{"), let close = segment.lastIndex(of: "}") else {
                    return segment == text
                }
                let (prefix, suffix) = (segment[..<open], segment[segment.index(after: close)...])
                return text.hasPrefix(prefix) && text.hasSuffix(suffix) && text.count > prefix.count + suffix.count
            }
    }
}
