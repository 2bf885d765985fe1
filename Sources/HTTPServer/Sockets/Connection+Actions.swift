import HTTPTypes

extension Connection {
    /// Does one thing the state machine asked for.
    ///
    /// - Returns: What the machine wants next because of it.
    func perform(_ action: ConnectionAction, in loop: EventLoop) -> [ConnectionAction] {
        switch action {
        case .route(let head): return findRoute(head, in: loop)
        case .handle(let body): return handle(body, in: loop)
        case .answerFailure(let code): return answer(code, in: loop)
        case .write(let bytes): enqueue(bytes)
        case .pullChunk: pullChunk(in: loop)
        case .cancelExchange:
            task?.cancel()
            stream?.cancelled()
            stream = nil
        case .finished(let summary): report(summary, in: loop)
        case .shutdownWrite: descriptor.shutdownWrite()
        case .close(let reset): if reset { descriptor.resetOnClose() }
        }
        return []
    }

    /// Looks the request up by its head alone: what is refused is refused before its body is read.
    private func findRoute(_ head: RequestHead, in loop: EventLoop) -> [ConnectionAction] {
        switch loop.context.router.resolve(head.request) {
        case .match(let match):
            route = match
            switch match.admission(of: head.request) {
            case .admitted(let name): principal = name
            case .answered(let response):
                machine.answerEarly()
                return respond(with: response, in: loop)
            }
            let limit = match.route.limits.maxBodyBytes ?? loop.context.configuration.limits.maxBodyBytes
            return machine.admit(maxBodyBytes: limit, at: loop.now)
        case .options:
            // Answered in `handle`, behind the body, if one was sent.
            return machine.admit(maxBodyBytes: loop.context.configuration.limits.maxDiscardedBytes, at: loop.now)
        case .failure(let failure):
            return machine.refuse(failure.code)
        }
    }

    /// Runs the handler.
    private func handle(_ body: [UInt8], in loop: EventLoop) -> [ConnectionAction] {
        guard let head = machine.currentRequest else { return [] }
        guard let match = route else {
            guard case .options(let allowed) = loop.context.router.resolve(head) else { return [] }
            return respond(with: loop.context.router.optionsResponse(to: head, allowed), in: loop)
        }
        // The last bytes of a body arrive together with its end, not yet counted.
        guard loop.context.bodyBudget.reserve(body.count - reservedBytes) else {
            releaseReservation(in: loop)
            return machine.refuse(.bodyMemoryExhausted)
        }
        reservedBytes = 0
        let lease = body.isEmpty ? nil : BodyLease(taking: body.count, from: loop.context.bodyBudget)
        let request = ServerRequest(
            head: head, target: match.target, body: body, pathParameters: match.parameters,
            routePattern: match.route.pattern.text, remoteAddress: remoteAddress, principal: principal,
            receivedAt: .now, lease: lease)
        switch match.route.action {
        case .inline(let handler):
            return respond(with: handler(request), in: loop)
        case .task(let handler):
            let (mailbox, id, number) = (loop.mailbox, id, exchangeNumber)
            task = Task {
                let message = LoopMessage.response(id, exchange: number, await handler(request))
                if !mailbox.post(message) { message.discard() }
            }
            return []
        }
    }

    /// Passes a response on to the state machine.
    func respond(with response: ServerResponse, in loop: EventLoop) -> [ConnectionAction] {
        guard (200...599).contains(response.status.code) else {
            if case .stream(let chunks) = response.body { chunks.cancelled() }
            return machine.refuse(.invalidResponse("status \(response.status.code)"))
        }
        let plan: ResponseBodyPlan
        switch response.body {
        case .empty: plan = .bytes([])
        case .bytes(let bytes):
            guard reserveResponse(bytes.count, in: loop) else { return machine.refuse(.responseMemoryExhausted) }
            plan = .bytes(bytes)
        case .stream(let chunks):
            plan = .stream
            stream = chunks
        }
        return machine.respond(
            status: response.status, fields: response.headerFields, body: plan, date: loop.date, at: loop.now)
    }

    /// Answers in a handler's place.
    private func answer(_ code: ServerFailure.Code, in loop: EventLoop) -> [ConnectionAction] {
        let failure = ServerFailure(
            code, request: machine.currentRequest, routePattern: route?.route.pattern.text)
        self.failure = failure
        releaseReservation(in: loop)
        return respond(with: loop.context.response(to: failure), in: loop)
    }

    /// Asks the stream for its next piece, on the response threads.
    private func pullChunk(in loop: EventLoop) {
        guard let stream else { return }
        let (mailbox, id, number) = (loop.mailbox, id, exchangeNumber)
        task = Task(executorPreference: loop.context.responseExecutor) {
            let result: Result<[UInt8]?, ChunkFailure>
            do {
                result = .success(try await stream.next())
            } catch {
                result = .failure(ChunkFailure(reason: String(describing: error)))
            }
            mailbox.post(.chunk(id, exchange: number, result))
        }
    }

    /// Tells the observer, and makes ready for the next exchange.
    private func report(_ summary: ExchangeSummary, in loop: EventLoop) {
        loop.context.observer?.requestFinished(
            RequestRecord(
                outcome: summary.outcome, request: summary.request, routePattern: route?.route.pattern.text,
                status: summary.status, failure: failure, duration: summary.endedAt.elapsed(since: summary.startedAt),
                requestBodyBytes: summary.requestBodyBytes, responseBytes: summary.responseBytes,
                remoteAddress: remoteAddress))
        releaseResponse(in: loop)
        exchangeNumber &+= 1
        (route, principal, failure, task, stream) = (nil, nil, nil, nil, nil)
    }
}
