import Glibc
import HTTPTypes

/// Performs what a `ConnectionStateMachine` decides, on one socket.
///
/// Lives on its event loop's thread. Handlers and streams run elsewhere and answer through the loop's mailbox, with
/// the number of their exchange, so that an answer that comes too late meets nobody.
final class Connection {
    /// Bytes read in one turn before other connections have theirs.
    private static let readTurnBytes = 256 * 1024
    /// Longest response that is sent whatever else is in memory.
    private static let uncountedResponseBytes = 64 * 1024

    let id: ConnectionID
    let remoteAddress: String
    let descriptor: Descriptor

    var machine: ConnectionStateMachine
    private var output = OutputQueue()
    private var actions: [ConnectionAction] = []
    /// What epoll has told, and system calls have not yet disproved (edge-triggered).
    private var isReadable = true
    private var isWritable = true
    private var peerHasClosed = false
    /// The earliest entry in the loop's deadline queue.
    private var scheduled: MonotonicInstant?
    /// Body bytes counted in the shared budget.
    var reservedBytes = 0
    /// Bytes of the response counted in the shared budget.
    private var reservedResponseBytes = 0

    var exchangeNumber: UInt32 = 0
    var route: Router.Match?
    var principal: String?
    var failure: ServerFailure?
    var task: Task<Void, Never>?
    var stream: (any ResponseChunks)?

    init(id: ConnectionID, descriptor: consuming Descriptor, remoteAddress: String, in loop: EventLoop) {
        self.id = id
        self.descriptor = descriptor
        self.remoteAddress = remoteAddress
        machine = ConnectionStateMachine(policy: loop.context.policy, now: loop.now)
    }

    // MARK: - Events

    /// Starts serving, or refusing.
    func begin(isRefused: Bool, in loop: EventLoop) {
        if isRefused { actions = machine.refuseConnection(.tooManyConnections, at: loop.now) }
        proceed(in: loop)
    }

    /// epoll has news.
    func becameReady(_ readiness: Poller.Readiness, in loop: EventLoop) {
        if readiness.isReadable { isReadable = true }
        if readiness.isWritable { isWritable = true }
        if readiness.isBroken {
            actions += machine.connectionFailed(at: loop.now)
        } else if readiness.isPeerClosed, !peerHasClosed {
            peerHasClosed = true
            actions += machine.peerHungUp(at: loop.now)
        }
        proceed(in: loop)
    }

    /// A deadline entry of this connection came up; the real deadline may have moved since.
    func deadlinePassed(_ deadline: MonotonicInstant, in loop: EventLoop) {
        guard scheduled == deadline else { return }
        scheduled = nil
        actions += machine.tick(at: loop.now)
        proceed(in: loop)
    }

    /// A handler has answered.
    func deliver(_ response: ServerResponse, exchange: UInt32, in loop: EventLoop) {
        guard exchange == exchangeNumber else {
            return LoopMessage.response(id, exchange: exchange, response).discard()
        }
        task = nil
        actions += respond(with: response, in: loop)
        proceed(in: loop)
    }

    /// A stream has made a piece.
    func deliver(_ result: Result<[UInt8]?, ChunkFailure>, exchange: UInt32, in loop: EventLoop) {
        guard exchange == exchangeNumber, stream != nil else { return }
        task = nil
        switch result {
        case .success(let bytes):
            if bytes == nil { stream = nil }
            actions += machine.chunk(bytes, at: loop.now)
        case .failure(let failure):
            stream = nil
            actions += machine.chunkFailed(failure.reason, at: loop.now)
        }
        proceed(in: loop)
    }

    /// The server is shutting down.
    func drain(in loop: EventLoop) {
        actions += machine.drain()
        proceed(in: loop)
    }

    /// The time for shutting down is over.
    func stop(in loop: EventLoop) {
        actions += machine.stop(at: loop.now)
        proceed(in: loop)
    }

    // MARK: - Work

    /// Performs actions, sends and reads until nothing is left to do, or others must have their turn.
    func proceed(in loop: EventLoop) {
        var turn = 0
        while true {
            var index = 0
            while index < actions.count {
                actions += perform(actions[index], in: loop)
                index += 1
            }
            actions.removeAll(keepingCapacity: true)
            if machine.isClosed { return finish(in: loop) }
            if send(in: loop) { continue }
            guard machine.wantsToRead, isReadable else { break }
            guard turn < Self.readTurnBytes else {
                loop.proceedLater(id)
                break
            }
            turn += receive(in: loop)
        }
        if let deadline = machine.nextDeadline, deadline < scheduled ?? MonotonicInstant(nanoseconds: .max) {
            scheduled = deadline
            loop.schedule(id, at: deadline)
        }
    }

    /// Sends what the network takes.
    ///
    /// - Returns: Whether the machine has heard something new.
    private func send(in loop: EventLoop) -> Bool {
        guard !output.isEmpty, isWritable else { return false }
        switch descriptor.send(output) {
        case .transferred(let count):
            output.removeFirst(count)
            actions += machine.written(count, at: loop.now)
        case .wouldBlock:
            isWritable = false
            return false
        case .failed:
            actions += machine.connectionFailed(at: loop.now)
        }
        return true
    }

    /// Reads once.
    ///
    /// - Returns: The number of bytes read.
    private func receive(in loop: EventLoop) -> Int {
        switch descriptor.receive(into: loop.readBuffer) {
        case .transferred(0):
            isReadable = false
            actions += machine.endOfInput(at: loop.now)
        case .transferred(let count):
            // A read that did not fill the buffer has emptied the socket; epoll tells of more. Only an end that was
            // already announced would not be told again.
            isReadable = count == loop.readBuffer.count || peerHasClosed
            actions += machine.received(UnsafeRawBufferPointer(rebasing: loop.readBuffer[..<count]), at: loop.now)
            accountForBody(in: loop)
            return count
        case .wouldBlock:
            isReadable = false
        case .failed:
            actions += machine.connectionFailed(at: loop.now)
        }
        return 0
    }

    /// Counts the body bytes in memory against what all connections may hold together.
    private func accountForBody(in loop: EventLoop) {
        let grown = machine.bufferedBodyBytes - reservedBytes
        guard grown > 0 else { return }
        if loop.context.bodyBudget.reserve(grown) {
            reservedBytes += grown
        } else {
            actions += machine.bodyMemoryExhausted()
        }
    }

    /// Gives everything back.
    private func finish(in loop: EventLoop) {
        releaseReservation(in: loop)
        releaseResponse(in: loop)
        loop.remove(self)
    }

    /// Gives the counted body bytes back.
    func releaseReservation(in loop: EventLoop) {
        loop.context.bodyBudget.release(reservedBytes)
        reservedBytes = 0
    }

    /// Counts a response against what all connections may hold together.
    ///
    /// - Returns: false when there is no room for it.
    func reserveResponse(_ count: Int, in loop: EventLoop) -> Bool {
        guard count > Self.uncountedResponseBytes else { return true }
        guard loop.context.responseBudget.reserve(count) else { return false }
        reservedResponseBytes += count
        return true
    }

    /// Gives the counted bytes of the response back.
    func releaseResponse(in loop: EventLoop) {
        loop.context.responseBudget.release(reservedResponseBytes)
        reservedResponseBytes = 0
    }

    /// Queues bytes for sending.
    func enqueue(_ bytes: [UInt8]) {
        output.append(bytes)
    }
}
