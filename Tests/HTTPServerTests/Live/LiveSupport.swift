import Dispatch
import Foundation
import HTTPServer
import HTTPTypes
import Synchronization

/// Runs blocking code on a thread of its own: test code must not block the pool that the server's handlers need.
func onThread<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
        Thread { continuation.resume(with: Result { try body() }) }.start()
    }
}

/// Starts a server on a free port, lets `body` talk to it on a thread, and shuts it down.
func withServer(
    _ router: Router, configure: (inout ServerConfiguration) -> Void = { _ in },
    errorResponder: @escaping @Sendable (ServerFailure) -> ServerResponse = { $0.plainResponse },
    observer: (any ServerObserver)? = nil, _ body: @escaping @Sendable (BoundAddress) throws -> Void
) async throws {
    var configuration = ServerConfiguration()
    configuration.port = 0
    // A busy machine may let test code wait for long; tests of deadlines set their own.
    configuration.deadlines.header = .seconds(600)
    configuration.deadlines.body = .seconds(600)
    configuration.deadlines.write = .seconds(600)
    configuration.deadlines.idle = .seconds(600)
    configuration.deadlines.linger = .seconds(600)
    configure(&configuration)
    let server = HTTPServer(
        configuration: configuration, router: router, errorResponder: errorResponder, observer: observer)
    let address = try server.start()
    let result = await Result { try await onThread { try body(address) } }
    await server.drain(deadline: .zero)
    try result.get()
}

extension Result where Failure == any Error {
    /// `Result(catching:)` for asynchronous code.
    init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}

/// A door that handlers wait at, and tests open.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }
}

/// A signal from a handler or observer to a test's thread.
final class Signal: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    func send() { semaphore.signal() }

    /// Waits for one `send`.
    ///
    /// - Returns: false when it did not come within a minute.
    func wait() -> Bool { semaphore.wait(timeout: .now() + 60) == .success }
}

/// Keeps what the server tells.
final class RecordingObserver: ServerObserver {
    private let records = Mutex<[RequestRecord]>([])
    private let events = Mutex<[ServerEvent]>([])
    let finished = Signal()
    let happened = Signal()
    let closed = Signal()

    func requestFinished(_ record: RequestRecord) {
        records.withLock { $0.append(record) }
        finished.send()
    }

    func serverEvent(_ event: ServerEvent) {
        events.withLock { $0.append(event) }
        happened.send()
    }

    func connectionClosed(remoteAddress: String) { closed.send() }

    var allRecords: [RequestRecord] { records.withLock { $0 } }
    var allEvents: [ServerEvent] { events.withLock { $0 } }
}

/// Pieces made by a closure, counted.
final class TestChunks: ResponseChunks {
    private let made = Mutex(0)
    private let make: @Sendable (Int) throws -> [UInt8]?
    let stopped = Signal()

    init(_ make: @escaping @Sendable (Int) throws -> [UInt8]?) { self.make = make }

    var count: Int { made.withLock { $0 } }

    func next() throws -> [UInt8]? {
        let index = made.withLock { count in
            defer { count += 1 }
            return count
        }
        return try make(index)
    }

    func cancelled() { stopped.send() }
}

extension ServerResponse {
    /// A plain-text answer.
    init(_ text: String) { self.init(contentType: "text/plain", bytes: Array(text.utf8)) }
}
