public import HTTPTypes

/// One reason why bytes on a connection are not an acceptable HTTP/1.1 request.
public struct ParseError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong; stable, usable as a key in logs and metrics.
    public enum Code: String, Sendable, Equatable, CaseIterable {
        // The request line.
        case requestLineTooLong, malformedRequestLine, invalidMethod, invalidTarget, unsupportedVersion,
            connectUnsupported
        // Lines in general.
        case bareLineFeed, bareCarriageReturn
        // Fields.
        case headerTooLarge, tooManyFields, obsoleteFold, spaceBeforeColon, missingColon, invalidFieldName,
            invalidFieldValue
        case missingHost, duplicateHost, invalidHost
        // Framing and expectations.
        case invalidContentLength, duplicateContentLength, conflictingFraming, lengthRequired
        case invalidTransferEncoding, unsupportedTransferCoding, expectationFailed
        // Bodies.
        case bodyTooLarge, invalidChunkSize, invalidChunkExtension, chunkLineTooLong, invalidChunkEnd, forbiddenTrailer
    }

    /// What is wrong.
    public let code: Code
    /// What was found there: short, printable, control bytes escaped.
    public let found: String
    /// Where: bytes from the first byte of the request.
    public let offset: Int

    /// Describes one malformed place.
    ///
    /// - Parameters:
    ///   - code: What is wrong.
    ///   - found: The offending bytes; shortened and escaped for display.
    ///   - offset: Bytes from the first byte of the request.
    package init(_ code: Code, found: some Collection<UInt8>, at offset: Int) {
        self.code = code
        self.found = Self.printable(found)
        self.offset = offset
    }

    /// The status with which the request is refused.
    public var status: HTTPResponse.Status { code.status }

    /// The rule that was broken, for example `RFC 9112, 5.1`.
    public var section: String { code.rule.section }

    /// What was expected, found, where, and by which rule.
    public var description: String {
        "expected \(code.rule.expected), found \(found), at byte \(offset) of the request (\(section))"
    }

    /// At most 40 bytes in quotes, with everything but visible ASCII and space written as `\xNN`.
    private static func printable(_ bytes: some Collection<UInt8>) -> String {
        guard !bytes.isEmpty else { return "nothing" }
        let digits = Array("0123456789ABCDEF".unicodeScalars)
        var text = String.UnicodeScalarView()
        for byte in bytes.prefix(40) {
            if byte >= 0x20, byte < 0x7F, byte != ASCII.backslash {
                text.append(Unicode.Scalar(byte))
            } else {
                text.append(contentsOf: ["\\", "x", digits[Int(byte >> 4)], digits[Int(byte & 15)]])
            }
        }
        return "\"\(String(text))\"\(bytes.count > 40 ? "…" : "")"
    }
}

extension ParseError.Code {
    /// The status each failure is answered with (RFC 9110, section 15; RFC 6585, section 5).
    public var status: HTTPResponse.Status {
        switch self {
        case .requestLineTooLong: .uriTooLong
        case .headerTooLarge, .tooManyFields: .requestHeaderFieldsTooLarge
        case .bodyTooLarge: .contentTooLarge
        case .lengthRequired: .lengthRequired
        case .expectationFailed: .expectationFailed
        case .unsupportedVersion: .httpVersionNotSupported
        case .connectUnsupported, .unsupportedTransferCoding: .notImplemented
        default: .badRequest
        }
    }

    /// The rule behind each code, in words for the client, and where it is written.
    var rule: (expected: String, section: String) {
        switch self {
        case .requestLineTooLong: ("a shorter request line", "RFC 9112, 3")
        case .malformedRequestLine: ("\"METHOD target HTTP/1.1\" with single spaces", "RFC 9112, 3")
        case .invalidMethod: ("a method made of token characters", "RFC 9112, 3.1")
        case .invalidTarget: ("a path, an http URL, or * with OPTIONS, percent-encoded", "RFC 9112, 3.2")
        case .unsupportedVersion: ("HTTP/1.1 or HTTP/1.0", "RFC 9110, 2.5")
        case .connectUnsupported: ("a method other than CONNECT", "RFC 9110, 9.3.6")
        case .bareLineFeed: ("CR before LF", "RFC 9112, 2.2")
        case .bareCarriageReturn: ("LF after CR", "RFC 9112, 2.2")
        case .headerTooLarge: ("a smaller header section", "RFC 6585, 5")
        case .tooManyFields: ("fewer header fields", "RFC 6585, 5")
        case .obsoleteFold: ("a field on one line", "RFC 9112, 5.2")
        case .spaceBeforeColon: ("no space before the colon", "RFC 9112, 5.1")
        case .missingColon: ("\"name: value\"", "RFC 9112, 5")
        case .invalidFieldName: ("a field name made of token characters", "RFC 9110, 5.1")
        case .invalidFieldValue: ("a field value without control bytes", "RFC 9110, 5.5")
        case .missingHost: ("a Host field", "RFC 9112, 3.2")
        case .duplicateHost: ("one Host field", "RFC 9112, 3.2")
        case .invalidHost: ("host or host:port", "RFC 9112, 3.2")
        case .invalidContentLength: ("a Content-Length made of digits", "RFC 9112, 6.3")
        case .duplicateContentLength: ("one Content-Length", "RFC 9112, 6.3")
        case .conflictingFraming: ("Content-Length or Transfer-Encoding, not both", "RFC 9112, 6.3")
        case .lengthRequired: ("a Content-Length in an HTTP/1.0 request with a body", "RFC 1945, 7.2.2")
        case .invalidTransferEncoding: ("\"chunked\", last and once, in HTTP/1.1", "RFC 9112, 6.1")
        case .unsupportedTransferCoding: ("no transfer coding but chunked", "RFC 9112, 6.1")
        case .expectationFailed: ("no expectation but 100-continue", "RFC 9110, 10.1.1")
        case .bodyTooLarge: ("a smaller body", "RFC 9110, 15.5.14")
        case .invalidChunkSize: ("a chunk size in hexadecimal", "RFC 9112, 7.1")
        case .invalidChunkExtension: ("\";name=value\" after the chunk size", "RFC 9112, 7.1.1")
        case .chunkLineTooLong: ("shorter chunk extensions", "RFC 9112, 7.1.1")
        case .forbiddenTrailer: ("no framing or routing field in the trailers", "RFC 9110, 6.5.1")
        case .invalidChunkEnd: ("CRLF after the chunk data", "RFC 9112, 7.1")
        }
    }
}
