package import HTTPTypes

/// One server connection, decided in values: events come in, actions go out, and no socket or clock is touched.
///
/// Events are the mutating functions; each is told the time and returns what to do. Between events, `nextDeadline` says
/// when `tick` is due and `wantsToRead` whether bytes may be taken from the peer: both follow from the phase, so they
/// cannot be forgotten. One exchange runs at a time; requests sent ahead wait in the parser or the socket.
package struct ConnectionStateMachine: Sendable {
    /// Settings the machine follows.
    package struct Policy: Sendable {
        /// Bounds on sizes.
        package var limits: ServerConfiguration.Limits
        /// Bounds on time.
        package var deadlines: ServerConfiguration.Deadlines

        /// A policy with these bounds.
        package init(limits: ServerConfiguration.Limits, deadlines: ServerConfiguration.Deadlines) {
            self.limits = limits
            self.deadlines = deadlines
        }
    }

    /// What the connection is doing.
    enum Phase: Sendable, Equatable {
        /// Between requests, nothing of the next one received.
        case idle(until: MonotonicInstant)
        /// Part of a header section received.
        case head
        /// The owner looks for the route.
        case routing
        /// The body is being received.
        case body(until: MonotonicInstant)
        /// A handler (or the error responder) is at work.
        case handling
        /// The response stream makes its next piece.
        case producing
        /// Response bytes wait for the network.
        case flushing(until: MonotonicInstant, last: Bool)
        /// The response is sent; the rest of the request body is read past.
        case discarding(until: MonotonicInstant)
        /// Our side is shut down; the peer may still be sending, and must be able to read the response
        /// before a close would reset it (RFC 9112, section 9.6).
        case lingering(until: MonotonicInstant, bytesLeft: Int)
        case closed
    }

    let policy: Policy
    var phase: Phase
    var parser: RequestParser
    var exchange: Exchange?
    var isDraining = false
    /// Set once the connection must not be used for another request.
    var mustClose = false
    /// Bytes in `.write` actions not yet reported with `written`.
    package internal(set) var unwritten = 0

    /// A connection that was just accepted; its first header section is due within the header deadline.
    ///
    /// - Parameters:
    ///   - policy: Bounds on sizes and time.
    ///   - now: The moment of acceptance.
    package init(policy: Policy, now: MonotonicInstant) {
        var limits = ParserLimits()
        limits.maxRequestLineBytes = policy.limits.maxRequestLineBytes
        limits.maxHeaderBytes = policy.limits.maxHeaderBytes
        limits.maxHeaderCount = policy.limits.maxHeaderCount
        limits.maxBodyBytes = policy.limits.maxBodyBytes
        self.policy = policy
        parser = RequestParser(limits: limits)
        phase = .idle(until: now.advanced(by: policy.deadlines.header))
    }

    /// Whether bytes from the peer are welcome; while false they stay in the socket, which is the back-pressure.
    package var wantsToRead: Bool {
        switch phase {
        case .idle, .head, .body, .discarding, .lingering: true
        case .routing, .handling, .producing, .flushing, .closed: false
        }
    }

    /// When `tick` must be called at the latest; nil while only the handler or stream is waited for.
    package var nextDeadline: MonotonicInstant? {
        switch phase {
        case .idle(let until), .lingering(let until, _), .body(let until), .discarding(let until),
            .flushing(let until, _):
            until
        case .head: exchange?.startedAt.advanced(by: policy.deadlines.header)
        case .routing, .handling, .producing, .closed: nil
        }
    }

    /// Body bytes of the current request in memory.
    package var bufferedBodyBytes: Int { exchange == nil ? 0 : parser.body.count }

    /// Bytes received and held in memory, of the current request and behind it.
    package var bufferedBytes: Int { parser.bufferedBytes }

    /// The request under way, once its head is known.
    package var currentRequest: HTTPRequest? { exchange?.head?.request }

    /// Whether the connection is closed for good.
    package var isClosed: Bool { phase == .closed }

    /// Whether it waits between requests, with nothing received.
    package var isIdle: Bool {
        if case .idle = phase { true } else { false }
    }

    /// A deadline moved later by the time that bytes just moved have earned at the least tolerated rate.
    ///
    /// Time is not saved up: whoever moved megabytes at once, and then nothing, has `longest` like everybody else.
    func extended(
        _ deadline: MonotonicInstant, by bytes: Int, noLongerThan longest: Duration, at now: MonotonicInstant
    ) -> MonotonicInstant {
        let (whole, rest) = bytes.quotientAndRemainder(dividingBy: policy.limits.minBytesPerSecond)
        // In floating point, because the product could overflow; a deadline has no use for single nanoseconds.
        let fraction = Double(rest) / Double(policy.limits.minBytesPerSecond)
        let earned = deadline.advanced(by: .seconds(whole) + .nanoseconds(Int64((fraction * 1e9).rounded())))
        return min(earned, now.advanced(by: longest))
    }

    /// What is known of the exchange under way.
    struct Exchange: Sendable {
        let startedAt: MonotonicInstant
        var head: RequestHead?
        /// Whether the request body was read to its end.
        var requestComplete = false
        var status: HTTPResponse.Status?
        var framing = ResponseFraming.noBody
        var keepsAlive = false
        /// The response head of a stream, kept back until its first piece is there.
        var pendingHead: [UInt8]?
        var bodyBytes = 0
        var responseBytes = 0
    }
}
