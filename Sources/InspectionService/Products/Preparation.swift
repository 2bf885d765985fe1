import AnomalyDetection
import Synchronization

/// How far a product's preparation is; shared by those who prepare, ask and wait.
final class Preparation: Sendable {
    /// What is known.
    enum State: Sendable {
        /// The cache is being looked through.
        case checking
        /// Something must be computed first.
        case preparing(progress: Double)
        /// The product can be inspected.
        case ready(StateEmbeddings)
        /// It cannot be prepared.
        case failed(Problem)
    }

    private struct Progress {
        var state = State.checking
        var done = 0
        var total = 0
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let progress = Mutex(Progress())

    /// What is known now.
    var state: State {
        progress.withLock { progress in
            guard case .preparing = progress.state else { return progress.state }
            return .preparing(progress: progress.total > 0 ? Double(progress.done) / Double(progress.total) : 0)
        }
    }

    /// What is known once the cache was looked through, which takes milliseconds.
    func checkedState() async -> State {
        await wait { state in if case .checking = state { false } else { true } }
    }

    /// What is known once there is nothing left to compute.
    func finalState() async -> State {
        await wait { state in
            switch state {
            case .checking, .preparing: false
            case .ready, .failed: true
            }
        }
    }

    /// Waits until there is nothing left to compute.
    ///
    /// - Throws: `CancellationError` as soon as the task is cancelled.
    func waitUntilFinished() async throws {
        let (events, event) = AsyncStream.makeStream(of: Void.self)
        let watch = Task {
            _ = await finalState()
            event.yield()
        }
        defer { watch.cancel() }
        for await _ in events { break }
        try Task.checkCancellation()
    }

    /// Whether nothing is left to compute, as soon as that is so, or when the time is over.
    ///
    /// - Parameters:
    ///   - limit: Longest time to wait.
    ///   - environment: The alarm.
    /// - Returns: False when the time was over first.
    func isFinished(within limit: Duration, _ environment: ServiceEnvironment) async -> Bool {
        let (events, event) = AsyncStream.makeStream(of: Bool.self)
        let watch = Task {
            _ = await finalState()
            event.yield(true)
        }
        environment.alarm(limit) { event.yield(false) }
        defer { watch.cancel() }
        for await isFinished in events { return isFinished }
        return false
    }

    /// Something must be computed: `total` units of work.
    func begin(total: Int) {
        change {
            $0.state = .preparing(progress: 0); $0.total = total
        }
    }

    /// So many units more are done.
    func advance(_ units: Int) { progress.withLock { $0.done += units } }

    /// The last state was reached.
    func finish(_ state: State) { change { $0.state = state } }

    private func wait(until isReached: (State) -> Bool) async -> State {
        while true {
            let state = state
            if isReached(state) { return state }
            await withCheckedContinuation { continuation in
                let hasMoved = progress.withLock { progress in
                    if isReached(progress.state) { return true }
                    progress.waiters.append(continuation)
                    return false
                }
                if hasMoved { continuation.resume() }
            }
        }
    }

    private func change(_ body: (inout Progress) -> Void) {
        let waiters = progress.withLock { progress in
            body(&progress)
            defer { progress.waiters = [] }
            return progress.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}
