import CLinuxSockets
import Glibc

/// Waits for sockets and for wake-ups from other threads; an epoll instance.
struct Poller: ~Copyable, Sendable {
    /// What happened to the descriptor registered with `token`.
    struct Readiness {
        let token: UInt64
        private let events: UInt32

        init(_ event: epoll_event) {
            var event = event
            token = linux_epoll_token(&event)
            events = linux_epoll_events(&event)
        }

        /// Bytes, an end of input, or an error can be read.
        var isReadable: Bool {
            events & (linux_epoll_in | linux_epoll_peer_closed | linux_epoll_hang_up | linux_epoll_error) != 0
        }
        /// The peer will send no more.
        var isPeerClosed: Bool { events & linux_epoll_peer_closed != 0 }
        /// Bytes can be sent.
        var isWritable: Bool { events & (linux_epoll_out | linux_epoll_hang_up | linux_epoll_error) != 0 }
        /// The connection is gone in both directions.
        var isBroken: Bool { events & (linux_epoll_hang_up | linux_epoll_error) != 0 }
    }

    private let epoll: Descriptor

    /// Makes an epoll instance that watches nothing.
    ///
    /// - Throws: `ServerError` with `.systemResources`.
    init() throws(ServerError) {
        let number = linux_epoll_create()
        guard number >= 0 else { throw ServerError(.systemResources, "cannot make an epoll instance", errno: errno) }
        epoll = Descriptor(owning: number)
    }

    /// Watches an eventfd; each write to it is told once, so it need not be read.
    ///
    /// - Returns: false when the system has no memory for it.
    func addWakeUp(_ descriptor: borrowing Descriptor, token: UInt64) -> Bool {
        set(EPOLL_CTL_ADD, descriptor.number, linux_epoll_in | linux_epoll_edge, token)
    }

    /// Watches a connection for everything, edge-triggered: one registration for its whole life.
    ///
    /// - Returns: false when the system has no memory for it.
    func addConnection(_ descriptor: borrowing Descriptor, token: UInt64) -> Bool {
        let all = linux_epoll_in | linux_epoll_out | linux_epoll_peer_closed | linux_epoll_edge
        return set(EPOLL_CTL_ADD, descriptor.number, all, token)
    }

    /// Watches a listening socket as long as somebody waits there.
    ///
    /// - Returns: false when the system has no memory for it.
    func addListener(_ descriptor: borrowing Descriptor, token: UInt64) -> Bool {
        set(EPOLL_CTL_ADD, descriptor.number, linux_epoll_in, token)
    }

    /// Stops watching a listening socket that stays open.
    func remove(_ descriptor: borrowing Descriptor) {
        _ = set(EPOLL_CTL_DEL, descriptor.number, 0, 0)
    }

    private func set(_ operation: Int32, _ number: Int32, _ events: UInt32, _ token: UInt64) -> Bool {
        linux_epoll_set(epoll.number, operation, number, events, token) == 0
    }

    /// Waits until something happens or the time is over.
    ///
    /// - Parameters:
    ///   - events: Receives what happened.
    ///   - milliseconds: Longest wait; -1 for no end, 0 for none.
    /// - Returns: How many of `events` were filled in; none after an interruption.
    func wait(for events: inout [epoll_event], milliseconds: Int32) -> Int {
        max(0, Int(epoll_wait(epoll.number, &events, Int32(events.count), milliseconds)))
    }
}
