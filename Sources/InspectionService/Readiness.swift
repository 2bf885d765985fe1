import Synchronization

/// Whether the service takes work.
final class Readiness: Sendable {
    /// Where it stands in its life.
    enum State: String, Sendable {
        case starting
        case ready
        case draining
        case failed
    }

    private let current = Mutex(State.starting)

    /// Where it stands.
    var state: State { current.withLock { $0 } }

    /// Moves on; draining is final.
    func move(to state: State) { current.withLock { if $0 != .draining { $0 = state } } }

    /// Refuses work unless the service is ready.
    ///
    /// - Throws: `Problem` of kind `notReady` or `draining`.
    func check() throws(Problem) {
        switch state {
        case .ready: return
        case .draining:
            throw Problem(.draining, "the service is shutting down; another instance may answer", retryAfterSeconds: 5)
        case .starting: throw Problem(.notReady, "the model is being loaded and tested", retryAfterSeconds: 2)
        case .failed:
            throw Problem(.notReady, "the model failed its self-test; the log says more", retryAfterSeconds: 60)
        }
    }
}
