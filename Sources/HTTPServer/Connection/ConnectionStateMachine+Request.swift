extension ConnectionStateMachine {
    /// Bytes arrived from the peer.
    ///
    /// - Parameters:
    ///   - bytes: The bytes; only while `wantsToRead`.
    ///   - now: The time.
    /// - Returns: What to do.
    package mutating func received(_ bytes: some Collection<UInt8>, at now: MonotonicInstant) -> [ConnectionAction] {
        switch phase {
        case .lingering(let until, let left):
            // Nothing behind the last response is looked at, let alone answered.
            guard left > bytes.count else { return close() }
            phase = .lingering(until: until, bytesLeft: left - bytes.count)
            return []
        case .closed:
            return []
        default:
            let before = parser.bodyBytes
            parser.append(bytes)
            let actions = advance(at: now)
            bodyGrew(by: parser.bodyBytes - before, at: now)
            return actions
        }
    }

    /// Bytes of the body earn time, while more of it is to come; those that only frame it earn none.
    private mutating func bodyGrew(by bytes: Int, at now: MonotonicInstant) {
        let longest = policy.deadlines.body
        switch phase {
        case .body(let until): phase = .body(until: extended(until, by: bytes, noLongerThan: longest, at: now))
        case .discarding(let until):
            phase = .discarding(until: extended(until, by: bytes, noLongerThan: longest, at: now))
        default: break
        }
    }

    /// The route is known: the body may be received.
    ///
    /// - Parameters:
    ///   - maxBodyBytes: Longest body the route takes; a longer announced one is refused before it is read.
    ///   - now: The time.
    /// - Returns: What to do.
    package mutating func admit(maxBodyBytes: Int, at now: MonotonicInstant) -> [ConnectionAction] {
        guard phase == .routing, let head = exchange?.head else { return [] }
        if case .length(let length) = head.framing, length > maxBodyBytes {
            return refuse(.bodyTooLarge(limit: maxBodyBytes))
        }
        parser.collectBody(maxBytes: maxBodyBytes)
        phase = .body(until: now.advanced(by: policy.deadlines.body))
        var actions: [ConnectionAction] = []
        // The client is asked for the body only now that it is wanted, and not if it has begun to send it (RFC 9110, 10.1.1).
        let isAwaited = head.framing != .none && head.framing != .length(0)
        if head.expectsContinue, isAwaited, !parser.hasUnconsumedBytes {
            actions.append(write(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)))
        }
        return actions + advance(at: now)
    }

    /// The request is answered from its head alone, without its body being read: call `respond` next.
    package mutating func answerEarly() {
        if phase == .routing { phase = .handling }
    }

    /// The request will not be handled; an error response is to be sent without reading the body.
    ///
    /// What was received of the body is let go of at once, and so is what came behind it if nothing more is to be read:
    /// the answer may take as long as the client likes.
    ///
    /// - Parameter failure: Why.
    /// - Returns: What to do.
    package mutating func refuse(_ failure: ServerFailure.Code) -> [ConnectionAction] {
        guard phase != .closed else { return [] }
        phase = .handling
        parser.dropBody()
        if mustClose { parser.dropInput() }
        return [.answerFailure(failure)]
    }

    /// The connection is one too many: answer so before anything is read, and close.
    ///
    /// - Parameters:
    ///   - failure: Why.
    ///   - now: The time.
    /// - Returns: What to do.
    package mutating func refuseConnection(
        _ failure: ServerFailure.Code, at now: MonotonicInstant
    ) -> [ConnectionAction] {
        exchange = Exchange(startedAt: now)
        mustClose = true
        return refuse(failure)
    }

    /// The bodies of all connections together have no room for this one.
    ///
    /// - Returns: What to do.
    package mutating func bodyMemoryExhausted() -> [ConnectionAction] {
        guard case .body = phase else { return [] }
        mustClose = true
        return refuse(.bodyMemoryExhausted)
    }

    /// Takes events out of the parser until it needs more bytes or the owner must act.
    mutating func advance(at now: MonotonicInstant) -> [ConnectionAction] {
        while true {
            switch phase {
            case .idle:
                guard parser.hasUnconsumedBytes else { return [] }
                exchange = Exchange(startedAt: now)
                phase = .head
            case .head, .body, .discarding:
                do throws(ParseError) {
                    guard let event = try parser.next() else { return [] }
                    if let actions = accept(event, at: now) { return actions }
                } catch {
                    return reject(error)
                }
            case .routing, .handling, .producing, .flushing, .lingering, .closed:
                return []
            }
        }
    }

    /// Applies one parser event; nil means: go on parsing.
    private mutating func accept(_ event: RequestParser.Event, at now: MonotonicInstant) -> [ConnectionAction]? {
        switch event {
        case .head(let head):
            exchange?.head = head
            phase = .routing
            return [.route(head)]
        case .end(let body):
            exchange?.requestComplete = true
            exchange?.bodyBytes = parser.bodyBytes
            if case .discarding = phase {
                return endOfExchange(at: now)
            }
            phase = .handling
            return [.handle(body: body)]
        }
    }

    /// Malformed input: nothing behind it can be trusted to be where a request begins.
    private mutating func reject(_ error: ParseError) -> [ConnectionAction] {
        mustClose = true
        if case .discarding = phase {
            // The response is already out.
            return close()
        }
        exchange?.bodyBytes = parser.bodyBytes
        return refuse(error.code == .bodyTooLarge ? .bodyTooLarge(limit: parser.maxBodyBytes) : .malformed(error))
    }
}
