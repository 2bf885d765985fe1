import Foundation
import Testing

/// A JSON answer, read by Foundation and so independently of the service's own reader and writer.
struct JSON {
    let value: Any

    init(_ bytes: [UInt8]) throws {
        value = try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
    }

    private init(value: Any) { self.value = value }

    subscript(_ key: String) -> JSON { JSON(value: (value as? [String: Any])?[key] ?? NSNull()) }

    subscript(_ index: Int) -> JSON {
        guard let items = value as? [Any], items.indices.contains(index) else { return JSON(value: NSNull()) }
        return JSON(value: items[index])
    }

    var string: String? { value as? String }
    var int: Int? { (value as? NSNumber)?.intValue }
    var double: Double? { (value as? NSNumber)?.doubleValue }
    var isNull: Bool { value is NSNull }
    var count: Int { (value as? [Any])?.count ?? 0 }
    var items: [JSON] { (value as? [Any] ?? []).map { JSON(value: $0) } }
    var keys: [String] { ((value as? [String: Any]) ?? [:]).keys.sorted() }
}

extension Answer {
    func json() throws -> JSON { try JSON(body) }

    /// Requires problem+json with this status and kind.
    @discardableResult
    func expectProblem(
        _ status: Int, _ kind: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> JSON {
        #expect(self.status == status, "\(text)", sourceLocation: sourceLocation)
        #expect(self["content-type"] == "application/problem+json", "\(text)", sourceLocation: sourceLocation)
        let problem = try json()
        #expect(problem["type"].string == "/problems/\(kind)", "\(text)", sourceLocation: sourceLocation)
        #expect(problem["status"].int == status, sourceLocation: sourceLocation)
        #expect(problem["title"].string?.isEmpty == false, sourceLocation: sourceLocation)
        #expect(problem["detail"].string?.isEmpty == false, sourceLocation: sourceLocation)
        #expect(problem["requestId"].string == self["x-request-id"], sourceLocation: sourceLocation)
        return problem
    }
}
