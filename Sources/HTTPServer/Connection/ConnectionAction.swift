package import HTTPTypes

/// What the owner of a `ConnectionStateMachine` must do next, in order.
package enum ConnectionAction: Sendable, Equatable {
    /// A head is complete: look for its route, then call `admit`, `answerEarly` or `refuse`.
    case route(RequestHead)
    /// The request is complete: run its handler, then call `respond`.
    case handle(body: [UInt8])
    /// The request cannot be served: make an error response for it, then call `respond`. The connection will close.
    case answerFailure(ServerFailure.Code)
    /// Send these bytes after all earlier ones, and report them with `written`.
    case write([UInt8])
    /// Ask the response stream for its next piece, then call `chunk` or `chunkFailed`.
    case pullChunk
    /// Nobody will read the rest: cancel the handler or response stream, if one still runs.
    case cancelExchange
    /// The exchange is over; what it was is for metrics and logs.
    case finished(ExchangeSummary)
    /// Send nothing more (FIN), but go on reading.
    case shutdownWrite
    /// Close the connection. With `reset`, so that the peer cannot take what it has for a complete response.
    case close(reset: Bool)
}

/// How one exchange went.
package struct ExchangeSummary: Sendable, Equatable {
    /// The request, when its head could be read.
    package var request: HTTPRequest?
    /// The status sent, if a response began.
    package var status: HTTPResponse.Status?
    /// How it ended.
    package var outcome: RequestRecord.Outcome
    /// When its first byte arrived.
    package var startedAt: MonotonicInstant
    /// When it was over.
    package var endedAt: MonotonicInstant
    /// Bytes of the request body.
    package var requestBodyBytes: Int
    /// Bytes of the response handed to the network, head included.
    package var responseBytes: Int
}

/// What the state machine needs to know of a response body.
package enum ResponseBodyPlan: Sendable, Equatable {
    /// A body known at once, possibly empty.
    case bytes([UInt8])
    /// Pieces that are asked for one by one.
    case stream
}
