package import HTTPTypes

extension ConnectionStateMachine {
    /// The response to the current request, from its handler or from the error responder.
    ///
    /// - Parameters:
    ///   - status: 200…599.
    ///   - fields: The handler's fields.
    ///   - body: Known bytes, or a stream.
    ///   - date: The value of `Date`.
    ///   - now: The time.
    /// - Returns: What to do; `.cancelExchange` when a stream will not be asked for its pieces.
    package mutating func respond(
        status: HTTPResponse.Status, fields: HTTPFields, body: ResponseBodyPlan, date: [UInt8],
        at now: MonotonicInstant
    ) -> [ConnectionAction] {
        guard phase == .handling, var current = exchange else { return [] }
        let version = current.head?.version ?? .http11
        let isHead = current.head?.request.method == .head
        current.status = status
        current.framing = framing(for: body, status: status, version: version)
        current.keepsAlive = mayKeepAlive(current)
        if !current.keepsAlive { parser.dropInput() }
        let head = ResponseHeadEncoder.encode(
            status: status, fields: fields, framing: current.framing, version: version,
            keepsAlive: current.keepsAlive, date: date)

        let sendsBody = !isHead && current.framing != .noBody
        switch body {
        case .stream where sendsBody:
            current.pendingHead = head
            exchange = current
            phase = .producing
            return [.pullChunk]
        case .stream:
            exchange = current
            return [.cancelExchange] + flush([head], last: true, at: now)
        case .bytes(let bytes):
            exchange = current
            return flush(sendsBody ? [head, bytes] : [head], last: true, at: now)
        }
    }

    /// The stream made its next piece.
    ///
    /// - Parameters:
    ///   - bytes: The piece; nil at the end of the body.
    ///   - now: The time.
    /// - Returns: What to do.
    package mutating func chunk(_ bytes: [UInt8]?, at now: MonotonicInstant) -> [ConnectionAction] {
        guard phase == .producing else { return [] }
        // An empty chunk would end a chunked body.
        if let bytes, bytes.isEmpty { return [.pullChunk] }
        var pieces: [[UInt8]] = []
        if let head = exchange?.pendingHead {
            pieces.append(head)
            exchange?.pendingHead = nil
        }
        let isChunked = exchange?.framing == .chunked
        if let bytes {
            pieces += isChunked ? [ResponseHeadEncoder.chunkHeader(bytes.count), bytes, [13, 10]] : [bytes]
        } else if isChunked {
            pieces.append(Array("0\r\n\r\n".utf8))
        }
        return flush(pieces, last: bytes == nil, at: now)
    }

    /// The stream failed.
    ///
    /// - Parameters:
    ///   - reason: What to tell the error responder, when nothing was sent yet.
    ///   - now: The time.
    /// - Returns: What to do: an error response if the head is still unsent, else an abort.
    package mutating func chunkFailed(_ reason: String, at now: MonotonicInstant) -> [ConnectionAction] {
        guard phase == .producing else { return [] }
        guard exchange?.pendingHead == nil else {
            exchange?.pendingHead = nil
            return refuse(.invalidResponse(reason))
        }
        return finish(.aborted, at: now) + close(reset: true)
    }

    /// Bytes of `.write` actions were handed to the network.
    ///
    /// - Parameters:
    ///   - count: How many, of those still unreported.
    ///   - now: The time.
    /// - Returns: What to do.
    package mutating func written(_ count: Int, at now: MonotonicInstant) -> [ConnectionAction] {
        unwritten -= count
        exchange?.responseBytes += count
        guard case .flushing(let until, let last) = phase else { return [] }
        guard unwritten == 0 else {
            let later = extended(until, by: count, noLongerThan: policy.deadlines.write, at: now)
            phase = .flushing(until: later, last: last)
            return []
        }
        if !last {
            phase = .producing
            return [.pullChunk]
        }
        guard var current = exchange else { return close() }
        current.keepsAlive = current.keepsAlive && !mustClose
        exchange = current
        if current.keepsAlive, !current.requestComplete {
            // What is left of the refused request must be read past, never read as a request.
            parser.discardBody(maxBytes: policy.limits.maxDiscardedBytes)
            phase = .discarding(until: now.advanced(by: policy.deadlines.body))
            return advance(at: now)
        }
        return endOfExchange(at: now)
    }

    /// Reports the exchange, then waits for the next request or ends the connection.
    mutating func endOfExchange(at now: MonotonicInstant) -> [ConnectionAction] {
        let keepsAlive = exchange?.keepsAlive == true && !mustClose
        var actions = finish(.completed, at: now)
        if keepsAlive, !isDraining || parser.hasUnconsumedBytes {
            phase = .idle(until: now.advanced(by: policy.deadlines.idle))
            return actions + advance(at: now)
        }
        actions.append(.shutdownWrite)
        phase = .lingering(
            until: now.advanced(by: policy.deadlines.linger), bytesLeft: policy.limits.maxLingerBytes)
        return actions
    }

    /// Ends the exchange in the books.
    mutating func finish(_ outcome: RequestRecord.Outcome, at now: MonotonicInstant) -> [ConnectionAction] {
        guard let ended = exchange else { return [] }
        exchange = nil
        return [
            .finished(
                ExchangeSummary(
                    request: ended.head?.request, status: ended.status, outcome: outcome,
                    startedAt: ended.startedAt, endedAt: now, requestBodyBytes: ended.bodyBytes,
                    responseBytes: ended.responseBytes))
        ]
    }

    /// A `.write` action, counted.
    mutating func write(_ bytes: [UInt8]) -> ConnectionAction {
        unwritten += bytes.count
        return .write(bytes)
    }

    private mutating func flush(_ pieces: [[UInt8]], last: Bool, at now: MonotonicInstant) -> [ConnectionAction] {
        phase = .flushing(until: now.advanced(by: policy.deadlines.write), last: last)
        let actions = pieces.filter { !$0.isEmpty }.map { write($0) }
        // A close-delimited stream may end with nothing left to send.
        return actions.isEmpty ? written(0, at: now) : actions
    }

    /// How the response body is delimited (RFC 9112, 6.1 and 6.3; RFC 9110, 8.6).
    private func framing(
        for body: ResponseBodyPlan, status: HTTPResponse.Status, version: HTTPVersion
    ) -> ResponseFraming {
        if status.code == 204 || status.code == 304 { return .noBody }
        return switch body {
        case .bytes(let bytes): .length(bytes.count)
        case .stream: version == .http11 ? .chunked : .untilClose
        }
    }

    /// Whether the connection can carry another request after this exchange.
    private func mayKeepAlive(_ current: Exchange) -> Bool {
        guard let head = current.head, head.isPersistent, !mustClose, !isDraining else { return false }
        if current.framing == .untilClose { return false }
        if current.requestComplete { return true }
        // A client that was not asked to go on may or may not send its body: what follows is ambiguous (RFC 9110, 10.1.1).
        if head.expectsContinue { return head.framing == .none || head.framing == .length(0) }
        return switch head.framing {
        case .none: true
        case .length(let length): length <= policy.limits.maxDiscardedBytes
        case .chunked: false
        }
    }
}
