public import HTTPTypes

/// What a handler answers.
///
/// The server adds `Date`, `Content-Length` or `Transfer-Encoding`, and `Connection`; a handler's own values of the
/// framing and connection fields are dropped, so that a response can never be cut differently by two readers.
public struct ServerResponse: Sendable {
    /// The bytes that follow the header section.
    public enum Body: Sendable {
        /// No bytes.
        case empty
        /// Bytes known at once, sent with `Content-Length`.
        case bytes([UInt8])
        /// Bytes made while they are sent, chunked (HTTP/1.1) or ended by closing (HTTP/1.0).
        case stream(any ResponseChunks)
    }

    /// Status code and reason phrase; 200…599, anything else is answered as 500.
    public var status: HTTPResponse.Status
    /// Fields in the order they are sent.
    public var headerFields: HTTPFields
    /// The body.
    ///
    /// For HEAD requests it is measured, not sent.
    public var body: Body

    /// Makes a response.
    ///
    /// - Parameters:
    ///   - status: The status, 200…599.
    ///   - headerFields: Fields besides those the server adds.
    ///   - body: The body.
    public init(status: HTTPResponse.Status, headerFields: HTTPFields = [:], body: Body = .empty) {
        self.status = status
        self.headerFields = headerFields
        self.body = body
    }

    /// Makes a response with a body of known bytes.
    ///
    /// - Parameters:
    ///   - status: The status, 200…599.
    ///   - contentType: The value of `Content-Type`.
    ///   - bytes: The body.
    public init(status: HTTPResponse.Status = .ok, contentType: String, bytes: [UInt8]) {
        self.init(status: status, headerFields: [.contentType: contentType], body: .bytes(bytes))
    }
}

/// A response body that is made piece by piece, as fast as the client takes it.
///
/// The server asks for a piece only after the previous one was handed to the network whole: that is the back-pressure,
/// and a slow client costs one piece of memory. The response head goes out with the first piece.
public protocol ResponseChunks: Sendable {
    /// The next piece of the body, nil at its end.
    ///
    /// Called one at a time, on the server's response threads, never on an event loop; it may compute and read files.
    /// To wait for other work, suspend: a thread that blocks here delays other responses. Implementations that do not
    /// suspend may be plain `throws` functions. The surrounding task is cancelled when the client is gone.
    ///
    /// - Returns: Bytes to send; an empty array sends nothing and asks again.
    /// - Throws: Anything; the connection is then aborted, so that the client cannot take the part for the whole. When
    ///   nothing was sent yet, the client gets a 500.
    func next() async throws -> [UInt8]?

    /// Tells that no more pieces will be asked for, because the client hung up or a deadline passed.
    ///
    /// Called at most once, from an event loop, possibly while `next` runs: return at once. Not called after `next`
    /// returned nil or threw.
    func cancelled()
}
