import HTTPServer
import HTTPTypes

/// A picture that never changes: cached for good, asked for anew without being sent again, sent in part where a part is
/// asked for (RFC 9110, sections 13 and 14).
struct ImmutableAnswer {
    /// Tells the address's content from any it could have had before.
    let tag: EntityTag
    let mediaType: String

    /// Answers a request.
    ///
    /// - Parameters:
    ///   - request: Its `If-None-Match`, `Range` and `If-Range` are observed.
    ///   - bytes: Makes the picture; not called when the client has it already.
    /// - Returns: 200, 206 or 304.
    /// - Throws: `Problem` for a range that cannot be had, or what `bytes` throws.
    func respond(to request: ServerRequest, _ bytes: () async throws -> [UInt8]) async throws -> ServerResponse {
        let fields = request.head.headerFields
        if let value = fields[.ifNoneMatch], try EntityTags(value, field: "If-None-Match").contain(tag) {
            return finished(ServerResponse(status: .notModified))
        }
        let all = try await bytes()
        let isOfThis = fields[.ifRange].map { $0 == tag.text } ?? true
        guard request.head.method == .get, isOfThis, let range = fields[.range].flatMap(ByteRange.init) else {
            return finished(.picture(all, type: mediaType))
        }
        guard let part = range.bounds(in: all.count) else {
            throw Problem(
                .rangeNotSatisfiable, "expected a range that begins before byte \(all.count)",
                headerFields: [.contentRange: "bytes */\(all.count)"])
        }
        var response = ServerResponse.picture(Array(all[part]), type: mediaType)
        response.status = .partialContent
        response.headerFields[.contentRange] = "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(all.count)"
        return finished(response)
    }

    private func finished(_ response: ServerResponse) -> ServerResponse {
        var response = response
        response.headerFields[.eTag] = tag.text
        response.headerFields[.cacheControl] = "private, max-age=31536000, immutable"
        response.headerFields[.acceptRanges] = "bytes"
        return response
    }
}

/// One range of bytes (RFC 9110, section 14.1.2).
enum ByteRange: Equatable {
    /// `bytes=100-` and `bytes=100-199`.
    case from(Int, through: Int?)
    /// `bytes=-100`.
    case last(Int)

    /// Reads a `Range` field.
    ///
    /// - Returns: nil for other units, several ranges and what cannot be read: those are answered whole.
    init?(_ text: String) {
        guard text.hasPrefix("bytes=") else { return nil }
        let parts = text.dropFirst(6).split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        // Only digits, because Int also reads signs.
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }) else {
            return nil
        }
        switch (Int(parts[0]), Int(parts[1])) {
        case (let first?, let last?) where first <= last: self = .from(first, through: last)
        case (let first?, nil) where parts[1].isEmpty: self = .from(first, through: nil)
        case (nil, let count?) where parts[0].isEmpty: self = .last(count)
        default: return nil
        }
    }

    /// The part of so many bytes that the range names; nil when it names none of them.
    func bounds(in count: Int) -> Range<Int>? {
        switch self {
        case .from(let first, _) where first >= count: nil
        case .from(let first, let last): first..<min(last ?? count, count - 1) + 1
        case .last(let length): length > 0 && count > 0 ? max(0, count - length)..<count : nil
        }
    }
}
