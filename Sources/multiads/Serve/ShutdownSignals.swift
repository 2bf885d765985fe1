import Dispatch
import Foundation
import Synchronization

/// SIGTERM and SIGINT: the first asks for an orderly end, the second ends the process at once.
final class ShutdownSignals: @unchecked Sendable {
    // Sound to share: `sources` is set once, in init, and everything else is behind the lock.

    private struct State {
        var received: Int32?
        var isServing = false
        var waiter: CheckedContinuation<Int32, Never>?
    }

    private let state = Mutex(State())
    private var sources: [any DispatchSourceSignal] = []

    /// Takes over both signals; SIGPIPE is ignored, since a closed log must not end the service.
    init() {
        signal(SIGPIPE, SIG_IGN)
        for number in [SIGTERM, SIGINT] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { [unowned self] in receive(number) }
            source.activate()
            sources.append(source)
        }
    }

    /// Until this is called, a signal ends the process at once: no work was accepted yet.
    func beginServing() { state.withLock { $0.isServing = true } }

    /// The first signal that has come, for loops that ask between steps.
    var received: Int32? { state.withLock { $0.received } }

    /// Returns when the first signal has come.
    func wait() async -> Int32 {
        await withCheckedContinuation { continuation in
            let received = state.withLock { state -> Int32? in
                if state.received == nil { state.waiter = continuation }
                return state.received
            }
            if let received { continuation.resume(returning: received) }
        }
    }

    private func receive(_ number: Int32) {
        let (mustEnd, waiter) = state.withLock { state -> (Bool, CheckedContinuation<Int32, Never>?) in
            defer {
                state.received = number
                state.waiter = nil
            }
            return (state.received != nil || !state.isServing, state.waiter)
        }
        // Results are committed when they are answered, so an end at any moment loses none.
        if mustEnd { _exit(128 + number) }
        waiter?.resume(returning: number)
    }
}
