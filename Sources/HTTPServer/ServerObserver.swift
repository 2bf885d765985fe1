public import HTTPTypes

/// Gets told what the server does, for metrics and logs.
///
/// Every function is called on an event loop and must return at once. All have an empty default.
public protocol ServerObserver: Sendable {
    /// A connection was accepted, also when it is then refused.
    ///
    /// - Parameter remoteAddress: The client's address and port.
    func connectionOpened(remoteAddress: String)

    /// A connection is gone and its descriptor closed.
    ///
    /// - Parameter remoteAddress: The client's address and port.
    func connectionClosed(remoteAddress: String)

    /// A request was answered, or given up.
    ///
    /// - Parameter record: What was asked, how it ended, how long it took.
    func requestFinished(_ record: RequestRecord)

    /// Something happened that an operator should know.
    ///
    /// - Parameter event: What happened.
    func serverEvent(_ event: ServerEvent)
}

extension ServerObserver {
    /// Does nothing.
    public func connectionOpened(remoteAddress: String) {}
    /// Does nothing.
    public func connectionClosed(remoteAddress: String) {}
    /// Does nothing.
    public func requestFinished(_ record: RequestRecord) {}
    /// Does nothing.
    public func serverEvent(_ event: ServerEvent) {}
}

/// One finished exchange.
public struct RequestRecord: Sendable {
    /// How an exchange ended.
    public enum Outcome: Sendable, Equatable {
        /// The whole response was handed to the network.
        case completed
        /// The client closed or reset the connection first.
        case clientClosed
        /// A deadline passed before the client took the response.
        case timedOut
        /// The response could not be completed, or the server was shut down.
        case aborted
    }

    /// How it ended.
    public let outcome: Outcome
    /// The request; nil when its head was malformed or incomplete.
    public let request: HTTPRequest?
    /// The matched route's pattern; nil when none matched.
    ///
    /// Use it, not the path, as a label.
    public let routePattern: String?
    /// The status that was sent; nil when the exchange ended before a response began.
    public let status: HTTPResponse.Status?
    /// Why the server answered in a handler's place, if it did.
    public let failure: ServerFailure?
    /// From the first byte of the request to the last of the response.
    public let duration: Duration
    /// Bytes of the request body.
    public let requestBodyBytes: Int
    /// Bytes of the response, head included.
    public let responseBytes: Int
    /// The client's address and port.
    public let remoteAddress: String
}

/// One event in the server's life.
public enum ServerEvent: Sendable, Equatable {
    /// Accepting pauses, because descriptors or memory ran out; the error number says which.
    ///
    /// Told once, however often it is tried again, until nothing ran out for ten seconds.
    case acceptPaused(errno: Int32)
    /// No new connections are taken; running requests finish.
    case drainStarted(activeConnections: Int)
    /// The deadline passed with this many connections still busy; they were closed.
    case drainDeadlinePassed(activeConnections: Int)
}
