#if canImport(Glibc)
    import Glibc
#endif

/// Takes `multipart/form-data` bodies apart (RFC 7578; RFC 2046, section 5.1).
///
/// Strict about structure: lines end with CRLF, a closing boundary is required, and every part is a form field with a
/// name. Linear in the length of the body, and nothing is copied: parts are ranges of it.
public struct MultipartParser: Sendable {
    /// Bounds on parts.
    public let limits: MultipartLimits
    /// `--` and the boundary.
    private let delimiter: [UInt8]

    /// Makes a parser for bodies with this `Content-Type`.
    ///
    /// - Parameters:
    ///   - contentType: The request's media type, with its `boundary`.
    ///   - limits: Bounds on parts.
    /// - Throws: `MultipartError` with `.invalidBoundary`.
    public init(contentType: MediaType, limits: MultipartLimits = MultipartLimits()) throws(MultipartError) {
        guard let boundary = contentType.parameter("boundary"), MultipartBoundary.isValid(boundary) else {
            throw MultipartError(
                .invalidBoundary, at: 0,
                "expected a boundary parameter of 1 to 70 characters in Content-Type, found \(contentType)")
        }
        self.limits = limits
        delimiter = Array("--\(boundary)".utf8)
    }

    /// Takes a body apart.
    ///
    /// - Parameter body: The whole body.
    /// - Returns: The parts in order.
    /// - Throws: `MultipartError` with the place of the fault.
    public func parse(_ body: [UInt8]) throws(MultipartError) -> [MultipartPart] {
        var cursor = Cursor(body: body)
        try skipPreamble(&cursor)
        var parts: [MultipartPart] = []
        while try !isClosed(&cursor) {
            guard parts.count < limits.maxParts else {
                throw MultipartError(.tooManyParts, at: cursor.index, "expected at most \(limits.maxParts) parts")
            }
            parts.append(try parsePart(&cursor))
        }
        return parts
    }

    /// Moves behind the first delimiter; what stands before it is ignored (RFC 2046, 5.1.1).
    private func skipPreamble(_ cursor: inout Cursor) throws(MultipartError) {
        if cursor.take(delimiter) { return }
        guard let found = cursor.find([ASCII.carriageReturn, ASCII.lineFeed] + delimiter) else {
            throw MultipartError(
                .missingFirstBoundary, at: 0,
                "expected a line with the boundary \"\(String(decoding: delimiter, as: UTF8.self))\", found none")
        }
        cursor.index = found + 2 + delimiter.count
    }

    /// Reads what follows a delimiter: `--` ends the body (an epilogue is ignored), CRLF begins a part.
    private func isClosed(_ cursor: inout Cursor) throws(MultipartError) -> Bool {
        if cursor.take([ASCII.hyphen, ASCII.hyphen]) { return true }
        let start = cursor.index
        // White space may pad the line (RFC 2046, 5.1.1, transport-padding).
        while let byte = cursor.peek, byte.isWhitespace { cursor.index += 1 }
        if cursor.take([ASCII.carriageReturn, ASCII.lineFeed]) { return false }
        guard cursor.index < cursor.body.count else {
            throw MultipartError(.truncated, at: cursor.index, "expected a closing boundary, found the end of the body")
        }
        throw MultipartError(.malformedBoundaryLine, at: start, "expected \"--\" or a line end behind the boundary")
    }

    private func parsePart(_ cursor: inout Cursor) throws(MultipartError) -> MultipartPart {
        let start = cursor.index
        let fields = try parseFields(&cursor)
        let disposition = try ContentDisposition(in: fields, at: start)
        if let encoding = fields.first(where: { $0.name == "content-transfer-encoding" })?.value.lowercased() {
            // Deprecated in forms (RFC 7578, 4.7); the identity encodings do no harm.
            guard ["7bit", "8bit", "binary"].contains(encoding) else {
                throw MultipartError(
                    .unsupportedTransferEncoding, at: start,
                    "expected no Content-Transfer-Encoding but 7bit, 8bit or binary, found \"\(encoding)\"")
            }
        }
        let contentStart = cursor.index
        // The CRLF before a delimiter belongs to the delimiter; for empty content it is the one that ends the header.
        guard let end = cursor.find([ASCII.carriageReturn, ASCII.lineFeed] + delimiter, from: contentStart - 2) else {
            throw MultipartError(
                .truncated, at: cursor.body.count,
                "expected a boundary behind the part \"\(disposition.name)\", found the end of the body")
        }
        guard end - contentStart <= limits.maxPartBytes else {
            throw MultipartError(
                .partTooLarge, at: contentStart,
                "expected at most \(limits.maxPartBytes) bytes in part \"\(disposition.name)\", "
                    + "found \(end - contentStart)")
        }
        cursor.index = end + 2 + delimiter.count
        return MultipartPart(
            fields: fields, name: disposition.name, filename: disposition.filename,
            content: contentStart..<max(contentStart, end))
    }

    /// Reads header lines up to the empty one.
    private func parseFields(_ cursor: inout Cursor) throws(MultipartError) -> [MultipartPart.Field] {
        var fields: [MultipartPart.Field] = []
        let start = cursor.index
        while true {
            let lineStart = cursor.index
            let bound = min(cursor.body.count, start + limits.maxPartHeaderBytes)
            guard let end = cursor.find([ASCII.carriageReturn, ASCII.lineFeed], below: bound) else {
                guard bound < cursor.body.count else {
                    throw MultipartError(
                        .truncated, at: bound, "expected the end of a part's header, found the end of the body")
                }
                throw MultipartError(
                    .partHeaderTooLarge, at: bound,
                    "expected a part header of at most \(limits.maxPartHeaderBytes) bytes")
            }
            cursor.index = end + 2
            if end == lineStart { return fields }
            guard let field = Self.parseField(cursor.body[lineStart..<end]) else {
                throw MultipartError(.malformedPartHeader, at: lineStart, "expected \"name: value\" in a part's header")
            }
            fields.append(field)
        }
    }

    /// `name: value` without control bytes, in UTF-8 or, as of old clients with a picture's name, in Latin-1; folded lines
    /// are refused, as in HTTP.
    private static func parseField(_ line: ArraySlice<UInt8>) -> MultipartPart.Field? {
        guard let colon = line.firstIndex(of: ASCII.colon), colon > line.startIndex,
            line[..<colon].allSatisfy(\.isToken)
        else { return nil }
        let value = line[(colon + 1)...].trimmingWhitespace()
        guard value.allSatisfy(\.isFieldValue) else { return nil }
        let text = String(validating: value, as: UTF8.self) ?? String(value.map { Character(Unicode.Scalar($0)) })
        return MultipartPart.Field(name: String(decoding: line[..<colon], as: UTF8.self).lowercased(), value: text)
    }
}

/// A place in a body.
private struct Cursor {
    let body: [UInt8]
    var index = 0

    var peek: UInt8? { index < body.count ? body[index] : nil }

    /// Moves behind `bytes` if they come next.
    mutating func take(_ bytes: [UInt8]) -> Bool {
        guard body[index...].starts(with: bytes) else { return false }
        index += bytes.count
        return true
    }

    /// Where `bytes` next occur, from `start` (or here) on, ending at or below `limit`.
    func find(_ bytes: [UInt8], from start: Int? = nil, below limit: Int? = nil) -> Int? {
        let (start, limit) = (start ?? index, limit ?? body.count)
        return body.withUnsafeBytes { haystack in
            guard limit - start >= bytes.count, let base = haystack.baseAddress else { return nil }
            // memchr finds the rare CR quickly; comparing the rest is bounded by the delimiter's 74 bytes.
            var position = start
            while limit - position >= bytes.count,
                let hit = memchr(base + position, Int32(bytes[0]), limit - position - bytes.count + 1)
            {
                position = UnsafeRawPointer(hit) - base
                if memcmp(base + position, bytes, bytes.count) == 0 { return position }
                position += 1
            }
            return nil
        }
    }
}
