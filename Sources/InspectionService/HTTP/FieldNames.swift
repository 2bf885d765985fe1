import HTTPTypes

extension HTTPField.Name {
    static let requestID = known("X-Request-ID")
    static let traceparent = known("traceparent")
    static let contentLocation = known("Content-Location")
    static let serverTiming = known("Server-Timing")
    static let link = known("Link")
    /// RFC 5789, section 3.1.
    static let acceptPatch = known("Accept-Patch")
    static let idempotencyKey = known("Idempotency-Key")
    static let idempotentReplayed = known("Idempotent-Replayed")
    static let requestDeadline = known("X-Request-Deadline")
    static let referrerPolicy = known("Referrer-Policy")
    /// Fetch Metadata Request Headers, section 2.4.
    static let secFetchSite = known("Sec-Fetch-Site")
    /// Fetch, section 3.7.
    static let crossOriginResourcePolicy = known("Cross-Origin-Resource-Policy")

    /// A name from this program's text; one that is not a token is a mistake in the program.
    private static func known(_ name: String) -> HTTPField.Name {
        guard let field = HTTPField.Name(name) else { preconditionFailure("\(name) is no field name") }
        return field
    }
}

/// Percent-encoding of one path segment (RFC 3986, section 3.3).
enum PathSegment {
    /// Everything but unreserved characters as `%XX`.
    static func encode(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF")
        return text.utf8.reduce(into: "") { encoded, byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                encoded.append("%")
                encoded.append(digits[Int(byte >> 4)])
                encoded.append(digits[Int(byte & 15)])
            }
        }
    }
}
