import CLinuxSockets
import Glibc
import Synchronization

/// Names a connection within its event loop; a number that was reused is told apart by its generation.
struct ConnectionID: Sendable, Hashable {
    let slot: UInt32
    let generation: UInt32

    /// The pair as one number, as epoll carries it.
    var token: UInt64 { UInt64(generation) << 32 | UInt64(slot) }

    init(slot: UInt32, generation: UInt32) {
        self.slot = slot
        self.generation = generation
    }

    init(token: UInt64) {
        self.init(slot: UInt32(truncatingIfNeeded: token), generation: UInt32(truncatingIfNeeded: token >> 32))
    }
}

/// What other threads tell an event loop.
enum LoopMessage: Sendable {
    /// Accept connections, and hand them to the loops of these mailboxes in turn. The loop becomes the only owner.
    case listen(Listener, placingWith: [LoopMailbox])
    /// Take over an accepted connection. The number is owned by the message.
    case adopt(descriptor: Int32, address: BoundAddress, isRefused: Bool)
    /// A handler has answered.
    case response(ConnectionID, exchange: UInt32, ServerResponse)
    /// A stream has made a piece, or nil at its end, or failed.
    case chunk(ConnectionID, exchange: UInt32, Result<[UInt8]?, ChunkFailure>)
    /// Finish what runs until the moment given, then end.
    case drain(until: MonotonicInstant)

    /// Lets go of what an undeliverable message holds.
    func discard() {
        switch self {
        case .adopt(let number, _, _): _ = Descriptor(owning: number)
        case .response(_, _, let response):
            if case .stream(let chunks) = response.body { chunks.cancelled() }
        case .listen, .chunk, .drain: break
        }
    }
}

/// Why a stream's piece could not be made.
struct ChunkFailure: Error {
    let reason: String
}

/// Carries messages to an event loop, and wakes it.
final class LoopMailbox: Sendable {
    private struct State {
        var messages: [LoopMessage] = []
        var isClosed = false
    }

    /// What the loop waits with; it belongs here because it is told of messages, and made before the loop's thread.
    let poller: Poller
    /// The poller's token of messages.
    static let token: UInt64 = .max

    private let state = Mutex(State())
    private let wakeUp: Descriptor

    /// Makes an empty mailbox.
    ///
    /// - Throws: `ServerError` with `.systemResources`.
    init() throws(ServerError) {
        let number = linux_eventfd()
        guard number >= 0 else { throw ServerError(.systemResources, "cannot make an eventfd", errno: errno) }
        wakeUp = Descriptor(owning: number)
        poller = try Poller()
        guard poller.addWakeUp(wakeUp, token: Self.token) else {
            throw ServerError(.systemResources, "cannot watch an eventfd", errno: errno)
        }
    }

    /// Leaves a message.
    ///
    /// - Returns: false when the loop has ended; the message is then not taken.
    @discardableResult
    func post(_ message: LoopMessage) -> Bool {
        let (accepted, isFirst) = state.withLock { state in
            guard !state.isClosed else { return (false, false) }
            state.messages.append(message)
            return (true, state.messages.count == 1)
        }
        // Behind an undelivered message, the wake-up it caused is still to come.
        if isFirst {
            var one: UInt64 = 1
            _ = write(wakeUp.number, &one, MemoryLayout<UInt64>.size)
        }
        return accepted
    }

    /// All messages so far.
    func takeAll() -> [LoopMessage] {
        state.withLock { state in
            defer { state.messages = [] }
            return state.messages
        }
    }

    /// Takes no more messages, and hands over those that were not delivered.
    func close() -> [LoopMessage] {
        state.withLock { state in
            state.isClosed = true
            defer { state.messages = [] }
            return state.messages
        }
    }
}
