package import HTTPTypes

/// The two protocol versions that this server speaks.
package enum HTTPVersion: Sendable, Equatable {
    case http10
    case http11
}

/// How the end of a request body is found (RFC 9112, section 6.3).
package enum BodyFraming: Sendable, Equatable {
    /// No `Content-Length` and no `Transfer-Encoding`: the request ends with its header section.
    case none
    /// Exactly this many bytes follow.
    case length(Int)
    /// Chunks follow, up to one of size zero.
    case chunked
}

/// Everything known of a request once its header section is complete and found valid.
package struct RequestHead: Sendable, Equatable {
    /// Method, target (`path`), authority and fields, in the order and spelling they arrived.
    package var request: HTTPRequest
    /// The version of the request line.
    package var version: HTTPVersion
    /// How the body is delimited.
    package var framing: BodyFraming
    /// Whether the client lets the connection live on after this exchange (RFC 9112, section 9.3).
    package var isPersistent: Bool
    /// Whether the client waits for `100 Continue` before it sends the body (RFC 9110, section 10.1.1).
    package var expectsContinue: Bool
}
