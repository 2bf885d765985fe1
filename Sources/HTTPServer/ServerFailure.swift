public import HTTPTypes

/// One request that the server answers itself, without (or in place of) a handler.
///
/// The embedding application turns it into a response body in its own format.
public struct ServerFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// Why no handler answered.
    public enum Code: Sendable, Equatable {
        /// The bytes are not an acceptable HTTP request; the connection is closed after the answer.
        case malformed(ParseError)
        /// The path or query cannot be decoded safely.
        case invalidTarget
        /// No route has this path.
        case notFound
        /// The path exists, with these other methods.
        case methodNotAllowed(allowed: [HTTPRequest.Method])
        /// The body is longer than the route accepts, in bytes.
        case bodyTooLarge(limit: Int)
        /// The header section did not arrive in time.
        case headerTimeout
        /// The body did not arrive in time.
        case bodyTimeout
        /// The bodies of running requests fill the memory set aside for them.
        case bodyMemoryExhausted
        /// Responses that clients are still reading fill the memory set aside for them.
        case responseMemoryExhausted
        /// All connections are taken.
        case tooManyConnections
        /// The handler's response could not be sent: an invalid status, or a stream that failed before its first piece.
        case invalidResponse(String)
    }

    /// Why no handler answered.
    public let code: Code
    /// Method and target, when they could be read.
    public let request: HTTPRequest?
    /// The pattern of the route, when one was found.
    public let routePattern: String?

    /// Describes one failed request.
    ///
    /// - Parameters:
    ///   - code: Why no handler answers.
    ///   - request: The request, when it could be read.
    ///   - routePattern: The route's pattern, when one was found.
    public init(_ code: Code, request: HTTPRequest? = nil, routePattern: String? = nil) {
        self.code = code
        self.request = request
        self.routePattern = routePattern
    }

    /// The status to answer with (RFC 9110, section 15).
    public var status: HTTPResponse.Status {
        switch code {
        case .malformed(let error): error.status
        case .invalidTarget: .badRequest
        case .notFound: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .bodyTooLarge: .contentTooLarge
        case .headerTimeout, .bodyTimeout: .requestTimeout
        case .bodyMemoryExhausted, .responseMemoryExhausted, .tooManyConnections: .serviceUnavailable
        case .invalidResponse: .internalServerError
        }
    }

    /// Fields the answer must carry: `Allow` with 405 (RFC 9110, 15.5.6), `Retry-After` with 503.
    public var headerFields: HTTPFields {
        switch code {
        case .methodNotAllowed(let allowed): [.allow: allowed.map(\.rawValue).joined(separator: ", ")]
        case .bodyMemoryExhausted, .responseMemoryExhausted, .tooManyConnections: [.retryAfter: "1"]
        default: [:]
        }
    }

    /// What was expected and what was found, fit for the client.
    public var description: String {
        switch code {
        case .malformed(let error): error.description
        case .invalidTarget:
            "expected a path of plain segments and a query in percent-encoded UTF-8, "
                + "without NUL, encoded slashes or dot segments"
        case .notFound: "nothing is found at this path"
        case .methodNotAllowed(let allowed):
            "expected one of \(allowed.map(\.rawValue).joined(separator: ", ")), found \(request?.method.rawValue ?? "another method")"
        case .bodyTooLarge(let limit): "expected a body of at most \(limit) bytes"
        case .headerTimeout: "the header section did not arrive in time"
        case .bodyTimeout: "the body did not arrive in time"
        case .bodyMemoryExhausted: "too many bytes of other requests are being worked on; try again"
        case .responseMemoryExhausted: "too many bytes of other answers are still being read; try again"
        case .tooManyConnections: "too many connections are open; try again"
        case .invalidResponse: "the response could not be produced"
        }
    }

    /// A plain-text answer, for applications without a format of their own.
    public var plainResponse: ServerResponse {
        var fields = headerFields
        fields[.contentType] = "text/plain; charset=utf-8"
        return ServerResponse(status: status, headerFields: fields, body: .bytes(Array("\(description)\n".utf8)))
    }
}
