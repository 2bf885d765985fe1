import CLinuxSockets
import Glibc

/// One thread's connections, and the waiting for them.
///
/// Made and used on its thread only; other threads reach it through its mailbox.
final class EventLoop {
    /// Longest wait before accepting is tried again after the system ran out of something.
    static let acceptPause = Duration.milliseconds(100)
    static let listenerToken: UInt64 = .max - 1
    private static let readBufferBytes = 64 * 1024

    let context: ServerContext
    let mailbox: LoopMailbox
    /// Every connection of the loop is read through this one buffer, so that idle connections hold none.
    let readBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: readBufferBytes, alignment: 16)

    private var events = [epoll_event](repeating: epoll_event(), count: 256)
    private var slots: [(generation: UInt32, connection: Connection?)] = []
    private var freeSlots: [UInt32] = []
    private var openConnections = 0
    private var deadlines = DeadlineQueue<ConnectionID>()
    /// Connections that gave way to others with input left.
    private var unfinished: [ConnectionID] = []

    /// The listening socket, on the loop that accepts; it is closed by letting go of it.
    var listener: Listener?
    var isAccepting = false
    var acceptAgainAt: MonotonicInstant?
    /// The last time that the system had no descriptor or memory for a connection.
    var shortage = ShortageEpisode()
    /// Where accepted connections go, in turn: the mailboxes of all loops.
    var peers: [LoopMailbox] = []
    var nextPeer = 0

    private var drainUntil: MonotonicInstant?
    private var dateSecond = -1
    private var dateField: [UInt8] = []

    /// Makes a loop.
    ///
    /// - Parameters:
    ///   - context: What all loops share.
    ///   - mailbox: Where others reach this loop.
    init(context: ServerContext, mailbox: LoopMailbox) {
        self.context = context
        self.mailbox = mailbox
    }

    deinit { readBuffer.deallocate() }

    /// The time.
    var now: MonotonicInstant { .now }

    /// Whether no further requests should be invited.
    var isDraining: Bool { drainUntil != nil }

    /// The value of `Date` for responses made now; formatted once a second.
    var date: [UInt8] {
        let second = Glibc.time(nil)
        if second != dateSecond {
            dateSecond = second
            dateField = HTTPDate.encode(secondsSince1970: max(0, second))
        }
        return dateField
    }

    /// Serves until drained, and until its last connection is closed.
    func run() {
        while true {
            let count = mailbox.poller.wait(for: &events, milliseconds: waitMilliseconds())
            for index in 0..<count {
                let readiness = Poller.Readiness(events[index])
                switch readiness.token {
                case Self.listenerToken: acceptConnections()
                case LoopMailbox.token: break
                default: connection(ConnectionID(token: readiness.token))?.becameReady(readiness, in: self)
                }
            }
            for message in mailbox.takeAll() { deliver(message) }
            let waiting = unfinished
            unfinished = []
            for id in waiting { connection(id)?.proceed(in: self) }
            expireDeadlines()
            if let drainUntil {
                if openConnections > 0, now >= drainUntil { closeRemaining() }
                if openConnections == 0 { break }
            }
        }
        for message in mailbox.close() { message.discard() }
    }

    // MARK: - Waiting

    private func waitMilliseconds() -> Int32 {
        if !unfinished.isEmpty { return 0 }
        let soonest = [deadlines.earliest, acceptAgainAt, drainUntil].compactMap { $0 }.min()
        guard let soonest else { return -1 }
        // Rounded up: waking a moment early would only mean waiting again.
        let nanoseconds = soonest.nanoseconds - now.nanoseconds
        return Int32(clamping: max(0, (nanoseconds + 999_999) / 1_000_000))
    }

    private func expireDeadlines() {
        let now = now
        if let acceptAgainAt, now >= acceptAgainAt { resumeAccepting() }
        while let (deadline, id) = deadlines.popExpired(at: now) {
            connection(id)?.deadlinePassed(deadline, in: self)
        }
    }

    /// Makes sure that the connection is called back at `deadline`.
    func schedule(_ id: ConnectionID, at deadline: MonotonicInstant) {
        deadlines.insert(id, at: deadline)
    }

    /// Lets other connections have their turn before this one goes on.
    func proceedLater(_ id: ConnectionID) {
        unfinished.append(id)
    }

    // MARK: - Messages

    private func deliver(_ message: LoopMessage) {
        switch message {
        case .listen(let listener, let peers):
            guard !isDraining else { return }
            (self.listener, self.peers) = (listener, peers)
            resumeAccepting()
        case .adopt(let number, let address, let isRefused):
            adopt(Descriptor(owning: number), address, isRefused: isRefused)
        case .response(let id, let exchange, let response):
            guard let connection = connection(id) else { return message.discard() }
            connection.deliver(response, exchange: exchange, in: self)
        case .chunk(let id, let exchange, let result):
            connection(id)?.deliver(result, exchange: exchange, in: self)
        case .drain(let until):
            startDraining(until: until)
        }
    }

    private func startDraining(until: MonotonicInstant) {
        // A second call may only shorten the time.
        drainUntil = min(until, drainUntil ?? until)
        if isAccepting { pauseAccepting() }
        acceptAgainAt = nil
        if listener != nil {
            listener = nil
            context.observer?.serverEvent(
                .drainStarted(activeConnections: context.openConnections))
        }
        forEachConnection { $0.drain(in: self) }
    }

    private func closeRemaining() {
        context.observer?.serverEvent(.drainDeadlinePassed(activeConnections: openConnections))
        forEachConnection { $0.stop(in: self) }
    }

    // MARK: - Connections

    private func connection(_ id: ConnectionID) -> Connection? {
        guard id.slot < slots.count, slots[Int(id.slot)].generation == id.generation else { return nil }
        return slots[Int(id.slot)].connection
    }

    private func forEachConnection(_ body: (Connection) -> Void) {
        for connection in slots.compactMap(\.connection) { body(connection) }
    }

    func adopt(_ descriptor: consuming Descriptor, _ address: BoundAddress, isRefused: Bool) {
        guard !isDraining else {
            context.connectionClosed()
            return
        }
        let slot = freeSlots.popLast() ?? UInt32(slots.count)
        if slot == slots.count { slots.append((0, nil)) }
        let id = ConnectionID(slot: slot, generation: slots[Int(slot)].generation)
        guard mailbox.poller.addConnection(descriptor, token: id.token) else {
            freeSlots.append(slot)
            context.connectionClosed()
            return
        }
        let connection = Connection(id: id, descriptor: descriptor, remoteAddress: address.description, in: self)
        slots[Int(slot)].connection = connection
        openConnections += 1
        context.observer?.connectionOpened(remoteAddress: connection.remoteAddress)
        connection.begin(isRefused: isRefused, in: self)
    }

    /// Forgets a closed connection; its descriptor is closed when the last reference goes.
    func remove(_ connection: Connection) {
        let slot = Int(connection.id.slot)
        slots[slot] = (slots[slot].generation &+ 1, nil)
        freeSlots.append(connection.id.slot)
        openConnections -= 1
        context.connectionClosed()
        context.observer?.connectionClosed(remoteAddress: connection.remoteAddress)
    }
}
