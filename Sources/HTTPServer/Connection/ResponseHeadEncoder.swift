package import HTTPTypes

/// How the end of a response body is marked (RFC 9112, section 6.3).
package enum ResponseFraming: Sendable, Equatable {
    /// The status or method allows no body, and no length is told.
    case noBody
    /// `Content-Length` with this many bytes.
    case length(Int)
    /// Chunked.
    case chunked
    /// The body ends with the connection: a stream to an HTTP/1.0 client.
    case untilClose
}

/// Writes status line and fields of a response.
package enum ResponseHeadEncoder {
    /// Fields that describe this connection and its framing; they are the server's to set (RFC 9110, 7.6.1).
    private static func isReserved(_ name: HTTPField.Name) -> Bool {
        switch name.canonicalName {
        case "connection", "keep-alive", "transfer-encoding", "content-length", "upgrade", "date", "trailer": true
        default: false
        }
    }

    /// The head of a response, up to and including the empty line.
    ///
    /// - Parameters:
    ///   - status: Status code and phrase; a standard phrase is filled in where it is empty.
    ///   - fields: The handler's fields; those reserved to the server are dropped.
    ///   - framing: How the body is delimited.
    ///   - version: The version of the request.
    ///   - keepsAlive: Whether another request may follow on the connection.
    ///   - date: The value of `Date` (RFC 9110, 6.6.1).
    /// - Returns: The bytes to send before the body.
    package static func encode(
        status: HTTPResponse.Status, fields: HTTPFields, framing: ResponseFraming, version: HTTPVersion,
        keepsAlive: Bool, date: [UInt8]
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        bytes.append(contentsOf: "HTTP/1.1 ".utf8)
        bytes.append(contentsOf: String(status.code).utf8)
        bytes.append(ASCII.space)
        // The type keeps phrases within ISO Latin 1 and free of line ends; only ASCII is written.
        let phrase = status.reasonPhrase.isEmpty ? standardPhrase(status.code) : status.reasonPhrase
        bytes.append(contentsOf: phrase.utf8.lazy.map { $0 < 0x80 ? $0 : 0x3F })
        bytes.append(contentsOf: "\r\nDate: ".utf8)
        bytes.append(contentsOf: date)
        endLine(&bytes)
        for field in fields where !isReserved(field.name) {
            bytes.append(contentsOf: field.name.rawName.utf8)
            bytes.append(contentsOf: ": ".utf8)
            // HTTPField holds no CR, LF or NUL, so a value cannot begin another line.
            field.withUnsafeBytesOfValue { bytes.append(contentsOf: $0) }
            endLine(&bytes)
        }
        switch framing {
        case .length(let count): bytes.append(contentsOf: "Content-Length: \(count)\r\n".utf8)
        case .chunked: bytes.append(contentsOf: "Transfer-Encoding: chunked\r\n".utf8)
        case .noBody, .untilClose: break
        }
        if !keepsAlive {
            bytes.append(contentsOf: "Connection: close\r\n".utf8)
        } else if version == .http10 {
            bytes.append(contentsOf: "Connection: keep-alive\r\n".utf8)
        }
        endLine(&bytes)
        return bytes
    }

    /// The size line that goes before a chunk of `count` bytes; the chunk is followed by CRLF (RFC 9112, 7.1).
    package static func chunkHeader(_ count: Int) -> [UInt8] {
        Array("\(String(count, radix: 16, uppercase: true))\r\n".utf8)
    }

    private static func endLine(_ bytes: inout [UInt8]) {
        bytes.append(ASCII.carriageReturn)
        bytes.append(ASCII.lineFeed)
    }

    /// The phrase of a status made from a bare number, for the codes this server's callers use.
    private static func standardPhrase(_ code: Int) -> String {
        let known: [HTTPResponse.Status] = [
            .ok, .created, .accepted, .noContent, .partialContent, .movedPermanently, .seeOther, .notModified,
            .temporaryRedirect, .permanentRedirect, .badRequest, .unauthorized, .forbidden, .notFound,
            .methodNotAllowed, .notAcceptable, .requestTimeout, .conflict, .gone, .lengthRequired,
            .preconditionFailed, .contentTooLarge, .uriTooLong, .unsupportedMediaType, .rangeNotSatisfiable,
            .expectationFailed, .unprocessableContent, .preconditionRequired, .tooManyRequests,
            .requestHeaderFieldsTooLarge, .internalServerError, .notImplemented, .badGateway, .serviceUnavailable,
            .gatewayTimeout, .httpVersionNotSupported,
        ]
        return known.first { $0.code == code }?.reasonPhrase ?? ""
    }
}
