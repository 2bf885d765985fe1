import HTTPTypes

/// What the fields of a request mean for its framing and for the connection.
///
/// Framing is where two parsers that disagree become a request-smuggling hole, so every doubtful form is refused even
/// where the RFCs would let a recipient repair it.
struct FieldSemantics {
    var framing = BodyFraming.none
    var isPersistent: Bool
    var expectsContinue = false
    var host: String?

    /// Reads `Host`, `Content-Length`, `Transfer-Encoding`, `Connection` and `Expect`.
    ///
    /// - Parameters:
    ///   - fields: All fields of the request.
    ///   - version: The version of the request line.
    ///   - method: The method of the request line.
    ///   - end: Length of the head in bytes: the position reported for what is missing or contradictory.
    /// - Throws: `ParseError` for every doubtful form.
    init(_ fields: HTTPFields, version: HTTPVersion, method: String, end: Int) throws(ParseError) {
        var contentLength: Int?
        var codings: [ArraySlice<UInt8>] = []
        var hasTransferEncoding = false
        var tokens: (close: Bool, keepAlive: Bool) = (false, false)

        for field in fields {
            // Most fields mean nothing here and are not looked into.
            var value: ArraySlice<UInt8> { field.withUnsafeBytesOfValue { ArraySlice($0) } }
            switch field.name.canonicalName {
            case "host":
                guard host == nil else { throw ParseError(.duplicateHost, found: value, at: end) }
                guard HostSyntax.isValid(value) else { throw ParseError(.invalidHost, found: value, at: end) }
                host = field.value
            case "content-length":
                guard contentLength == nil else { throw ParseError(.duplicateContentLength, found: value, at: end) }
                contentLength = try Self.parseLength(value, at: end)
            case "transfer-encoding":
                hasTransferEncoding = true
                // Empty list elements are kept, and fail below.
                codings += value.split(separator: ASCII.comma, omittingEmptySubsequences: false)
                    .map { $0.trimmingWhitespace() }
            case "connection":
                for token in value.split(separator: ASCII.comma).map({ $0.trimmingWhitespace() }) {
                    tokens.close = tokens.close || token.equalsIgnoringCase("close")
                    tokens.keepAlive = tokens.keepAlive || token.equalsIgnoringCase("keep-alive")
                }
            case "expect" where version == .http11:
                // An HTTP/1.0 expectation is ignored (RFC 9110, 10.1.1).
                guard value.equalsIgnoringCase("100-continue") else {
                    throw ParseError(.expectationFailed, found: value, at: end)
                }
                expectsContinue = true
            default: break
            }
        }

        if version == .http11, host == nil { throw ParseError(.missingHost, found: [], at: end) }
        // HTTP/1.1 persists unless closed; HTTP/1.0 only when asked to (RFC 9112, 9.3).
        isPersistent = !tokens.close && (version == .http11 || tokens.keepAlive)

        if hasTransferEncoding {
            // Both lengths in one request is the classic smuggling vector (RFC 9112, 6.1 and 6.3).
            guard contentLength == nil else { throw ParseError(.conflictingFraming, found: [], at: end) }
            try Self.checkCodings(codings, version: version, at: end)
            framing = .chunked
        } else if let contentLength {
            framing = .length(contentLength)
        } else if version == .http10, ["POST", "PUT", "PATCH"].contains(method) {
            // Such a body would end with the connection; here its bytes would be taken for the next request.
            throw ParseError(.lengthRequired, found: [], at: end)
        }
    }

    /// Digits only: no sign, no list, no spaces, no overflow (RFC 9110, 8.6).
    ///
    /// `Int("+5")` would succeed.
    private static func parseLength(_ value: ArraySlice<UInt8>, at end: Int) throws(ParseError) -> Int {
        var length = 0
        for byte in value {
            let (product, overflow) = length.multipliedReportingOverflow(by: 10)
            guard byte.isDigit, !overflow, product <= Int.max - 9 else {
                throw ParseError(.invalidContentLength, found: value, at: end)
            }
            length = product + Int(byte - 0x30)
        }
        guard !value.isEmpty else { throw ParseError(.invalidContentLength, found: value, at: end) }
        return length
    }

    /// `chunked` must be there, once, and alone: no other coding is implemented (RFC 9112, 6.1 and 7).
    private static func checkCodings(
        _ codings: [ArraySlice<UInt8>], version: HTTPVersion, at end: Int
    ) throws(ParseError) {
        let all = codings.joined(separator: [ASCII.comma])
        let chunkedCount = codings.count { $0.equalsIgnoringCase("chunked") }
        guard version == .http11, chunkedCount == 1, codings.last?.equalsIgnoringCase("chunked") == true else {
            throw ParseError(.invalidTransferEncoding, found: Array(all), at: end)
        }
        guard codings.count == 1 else { throw ParseError(.unsupportedTransferCoding, found: Array(all), at: end) }
    }
}
