import HTTPTypes
import Synchronization

/// What all event loops of one server share.
final class ServerContext: Sendable {
    let configuration: ServerConfiguration
    let policy: ConnectionStateMachine.Policy
    let router: Router
    let errorResponder: @Sendable (ServerFailure) -> ServerResponse
    let observer: (any ServerObserver)?
    /// Request bodies in memory.
    let bodyBudget: ByteBudget
    /// Large responses in memory.
    let responseBudget: ByteBudget
    let responseExecutor: ResponseExecutor
    private let connectionCount = Atomic<Int>(0)
    let loops = LoopGroup()

    init(
        configuration: ServerConfiguration, router: Router,
        errorResponder: @escaping @Sendable (ServerFailure) -> ServerResponse, observer: (any ServerObserver)?
    ) {
        self.configuration = configuration
        policy = ConnectionStateMachine.Policy(limits: configuration.limits, deadlines: configuration.deadlines)
        self.router = router
        self.errorResponder = errorResponder
        self.observer = observer
        bodyBudget = ByteBudget(limit: configuration.limits.maxBufferedBodyBytes)
        responseBudget = ByteBudget(limit: configuration.limits.maxBufferedResponseBytes)
        responseExecutor = ResponseExecutor(threads: configuration.responseThreads)
    }

    /// Connections open on all loops, those on their way to one included.
    var openConnections: Int { connectionCount.load(ordering: .relaxed) }

    /// Counts an accepted connection.
    func connectionOpened() { connectionCount.add(1, ordering: .relaxed) }

    /// Counts a connection that is gone.
    func connectionClosed() { connectionCount.subtract(1, ordering: .relaxed) }

    /// The answer to a failure: the application's, unless that could fail in turn.
    func response(to failure: ServerFailure) -> ServerResponse {
        let response = errorResponder(failure)
        if case .stream(let chunks) = response.body {
            chunks.cancelled()
            return failure.plainResponse
        }
        return (200...599).contains(response.status.code) ? response : failure.plainResponse
    }
}

/// Counts running event loops, and lets others wait for their end.
final class LoopGroup: Sendable {
    private struct State {
        var running = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// A loop is about to run.
    func enter() {
        state.withLock { $0.running += 1 }
    }

    /// A loop has ended.
    func leave() {
        let resumed = state.withLock { state in
            state.running -= 1
            guard state.running == 0 else { return [CheckedContinuation<Void, Never>]() }
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in resumed { continuation.resume() }
    }

    /// Suspends until no loop runs.
    func waitForEnd() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if state.running > 0 { state.waiting.append(continuation) }
                return state.running == 0
            }
            if isOver { continuation.resume() }
        }
    }
}
