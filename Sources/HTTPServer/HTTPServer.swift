import Synchronization
import SystemThreads

/// An HTTP/1.1 server on its own event loops.
///
/// Strict by default: what RFC 9112 calls malformed is refused, sizes and times are bounded, and bytes of a refused
/// request are never read as another. Handlers run in Swift tasks; I/O runs on the server's threads and never
/// blocks the pool of Swift's concurrency.
///
/// Start once, drain once. Dropping the last reference to a running server stops it at once.
public final class HTTPServer: Sendable {
    private enum State {
        case ready
        case running([LoopMailbox])
        case drained
    }

    private let context: ServerContext
    private let state = Mutex(State.ready)

    /// Makes a server; nothing is opened yet.
    ///
    /// - Parameters:
    ///   - configuration: Where to listen, and the bounds.
    ///   - router: The routes.
    ///   - errorResponder: Makes the response for what no handler answers. Called on event loops: it must be quick, and
    ///     must not answer with a stream.
    ///   - observer: Told of connections, requests and events.
    public init(
        configuration: ServerConfiguration = ServerConfiguration(), router: Router,
        errorResponder: @escaping @Sendable (ServerFailure) -> ServerResponse = { $0.plainResponse },
        observer: (any ServerObserver)? = nil
    ) {
        context = ServerContext(
            configuration: configuration, router: router, errorResponder: errorResponder, observer: observer)
    }

    deinit { shutDown(within: .zero) }

    /// Connections now open, refused ones included.
    public var activeConnections: Int { context.openConnections }

    /// Listens and serves, on threads of its own, until `drain`.
    ///
    /// - Returns: The address, with the port that was chosen.
    /// - Throws: `ServerError`; nothing stays open then.
    public func start() throws(ServerError) -> BoundAddress {
        if let problem = context.configuration.firstProblem() {
            throw ServerError(.invalidConfiguration, problem)
        }
        return try state.withLock { state throws(ServerError) in
            guard case .ready = state else {
                throw ServerError(.alreadyStarted, "expected a server that was not started before")
            }
            let listener = try Listener(host: context.configuration.host, port: context.configuration.port)
            let mailboxes = try (0..<context.configuration.eventLoops).map { _ throws(ServerError) in try LoopMailbox()
            }
            do throws(ServerError) {
                for (index, mailbox) in mailboxes.enumerated() { try startLoop(index, mailbox) }
            } catch {
                Self.post(.drain(until: .now), to: mailboxes)
                throw error
            }
            mailboxes[0].post(.listen(listener, placingWith: mailboxes))
            state = .running(mailboxes)
            return listener.address
        }
    }

    /// Shuts down in order, and returns when all is closed.
    ///
    /// Stops accepting, closes idle connections, lets running requests finish, and closes what is left when the time is
    /// over. Responses sent meanwhile carry `Connection: close`. Handlers cut off by the deadline are cancelled, not awaited.
    ///
    /// - Parameter deadline: Longest time to wait; the configuration's `drain` when nil.
    public func drain(deadline: Duration? = nil) async {
        shutDown(within: deadline ?? context.configuration.deadlines.drain)
        await context.loops.waitForEnd()
    }

    /// Finds out whether a server could listen, without listening: for those who have much to do before they start one.
    ///
    /// - Parameter configuration: Of the server to be.
    /// - Throws: `ServerError` as ``start()``.
    public static func checkAddress(of configuration: ServerConfiguration) throws(ServerError) {
        _ = try Listener(host: configuration.host, port: configuration.port, isTrial: true)
    }

    private func startLoop(_ index: Int, _ mailbox: LoopMailbox) throws(ServerError) {
        let context = context
        context.loops.enter()
        do {
            // A thread of its own: it sleeps in `epoll_wait` and so must not take one from a pool.
            try SystemThread.start(name: "http-loop-\(index)", precedence: .prompt) {
                EventLoop(context: context, mailbox: mailbox).run()
                context.loops.leave()
            }
        } catch {
            context.loops.leave()
            throw ServerError(.systemResources, "cannot start a thread", errno: error.errno)
        }
    }

    private func shutDown(within time: Duration) {
        let mailboxes: [LoopMailbox] = state.withLock { state in
            // The mailboxes are kept, so that a later call can shorten the time.
            if case .running(let mailboxes) = state { return mailboxes }
            state = .drained
            return []
        }
        Self.post(.drain(until: MonotonicInstant.now.advanced(by: time)), to: mailboxes)
    }

    private static func post(_ message: LoopMessage, to mailboxes: [LoopMailbox]) {
        for mailbox in mailboxes { mailbox.post(message) }
    }
}
