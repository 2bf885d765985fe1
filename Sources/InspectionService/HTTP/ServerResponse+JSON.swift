import HTTPServer
import HTTPTypes

extension ServerResponse {
    /// An answer in JSON.
    static func json(
        _ tree: JSONTree, status: HTTPResponse.Status = .ok, _ headerFields: HTTPFields = [:]
    ) -> ServerResponse {
        var response = ServerResponse(status: status, contentType: "application/json", bytes: tree.bytes)
        response.headerFields.append(contentsOf: headerFields)
        return response
    }

    /// An answer that never changes: results and references are immutable.
    static func picture(_ bytes: [UInt8], type: String = "image/png") -> ServerResponse {
        var response = ServerResponse(contentType: type, bytes: bytes)
        response.headerFields[.cacheControl] = "private, max-age=31536000, immutable"
        return response
    }
}

extension JSONTree {
    /// One page of a list.
    static func page(_ items: [JSONTree], next: String?) -> JSONTree {
        ["items": .array(items), "nextPageToken": .string(next)]
    }
}
