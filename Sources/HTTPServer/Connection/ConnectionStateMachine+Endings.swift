extension ConnectionStateMachine {
    /// Time has passed; call it at `nextDeadline` or later.
    ///
    /// - Parameter now: The time.
    /// - Returns: What to do.
    package mutating func tick(at now: MonotonicInstant) -> [ConnectionAction] {
        guard let deadline = nextDeadline, now >= deadline else { return [] }
        switch phase {
        case .head:
            mustClose = true
            return refuse(.headerTimeout)
        case .body:
            mustClose = true
            exchange?.bodyBytes = parser.bodyBytes
            return refuse(.bodyTimeout)
        case .flushing:
            // The client stopped reading, or reads too slowly.
            return abandon(.timedOut, reset: true, at: now)
        case .discarding:
            return abandon(.completed, reset: false, at: now)
        case .idle, .lingering:
            return close()
        case .routing, .handling, .producing, .closed:
            return []
        }
    }

    /// The last byte the peer will send has been read.
    ///
    /// - Parameter now: The time.
    /// - Returns: What to do.
    package mutating func endOfInput(at now: MonotonicInstant) -> [ConnectionAction] {
        switch phase {
        case .head, .body: abandon(.clientClosed, reset: false, at: now)
        case .discarding: finish(.completed, at: now) + close()
        case .idle, .lingering: close()
        // Nothing is read in these phases; the end is met again when reading goes on.
        case .routing, .handling, .producing, .flushing, .closed: []
        }
    }

    /// The peer closed its sending side while a handler or a stream runs, as seen without reading.
    ///
    /// A client that gave up looks like one that closed half and still listens. A handler is cancelled for the sake of
    /// the former; whatever it answers all the same is sent, for the latter. A stream is given up: its pieces may be
    /// minutes of work, and nothing that is left of it could be sent. The end of a client that closed half together with
    /// its request is not reported here, so such clients are served in full.
    ///
    /// - Parameter now: The time.
    /// - Returns: What to do.
    package mutating func peerHungUp(at now: MonotonicInstant) -> [ConnectionAction] {
        if phase == .handling { return [.cancelExchange] }
        return phase == .producing || isFlushingStream ? abandon(.clientClosed, reset: false, at: now) : []
    }

    /// The connection broke: reset by the peer, or a write failed.
    ///
    /// - Parameter now: The time.
    /// - Returns: What to do.
    package mutating func connectionFailed(at now: MonotonicInstant) -> [ConnectionAction] {
        phase == .closed ? [] : abandon(.clientClosed, reset: false, at: now)
    }

    /// The server is shutting down: what runs may finish, nothing new begins.
    ///
    /// - Returns: What to do.
    package mutating func drain() -> [ConnectionAction] {
        isDraining = true
        return isIdle ? close() : []
    }

    /// The time for finishing is over.
    ///
    /// - Parameter now: The time.
    /// - Returns: What to do.
    package mutating func stop(at now: MonotonicInstant) -> [ConnectionAction] {
        // A body that ends with the connection would look whole where it was cut off.
        phase == .closed ? [] : abandon(.aborted, reset: exchange?.framing == .untilClose, at: now)
    }

    /// Gives the exchange up, in whatever state it is, and closes.
    mutating func abandon(
        _ outcome: RequestRecord.Outcome, reset: Bool, at now: MonotonicInstant
    ) -> [ConnectionAction] {
        let runs = phase == .handling || phase == .producing || isFlushingStream
        return (runs ? [.cancelExchange] : []) + finish(outcome, at: now) + close(reset: reset)
    }

    mutating func close(reset: Bool = false) -> [ConnectionAction] {
        phase = .closed
        return [.close(reset: reset)]
    }

    private var isFlushingStream: Bool {
        if case .flushing(_, let last) = phase { !last } else { false }
    }
}
