import Synchronization

/// The bounded line in front of the engine: who is not admitted is told at once, and costs nothing.
///
/// Counted are requests and the bytes their decoded pictures take, from before decoding until the result is stored. A
/// batch was admitted as a whole: its pictures wait for their places, first come, first served, and while one waits
/// nobody overtakes it.
final class WorkLine: Sendable {
    /// One admitted request; letting go of it frees its place.
    final class Place: Sendable {
        private let line: WorkLine
        private let bytes: Int

        fileprivate init(_ line: WorkLine, bytes: Int) {
            self.line = line
            self.bytes = bytes
        }

        deinit { line.leave(bytes: bytes) }
    }

    /// As many wait as may.
    struct TooManyWaiting: Error {}

    private struct Waiter {
        let number: UInt64
        let bytes: Int
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var requests = 0
        var bytes = 0
        /// Running mean of the time one request takes in the engine, in seconds.
        var secondsPerRequest = 1.0
        var waiters: [Waiter] = []
        var nextNumber: UInt64 = 0
        /// Cancelled before they waited.
        var cancelled: Set<UInt64> = []

        mutating func take(_ bytes: Int) {
            requests += 1
            let sum = self.bytes.addingReportingOverflow(bytes)
            self.bytes = sum.overflow ? .max : sum.partialValue
        }
    }

    let maxRequests: Int
    let maxBytes: Int
    private let state = Mutex(State())

    init(maxRequests: Int, maxBytes: Int) {
        self.maxRequests = max(1, maxRequests)
        self.maxBytes = maxBytes
    }

    /// Requests admitted and not finished, and the bytes they hold.
    var load: (requests: Int, bytes: Int) { state.withLock { ($0.requests, $0.bytes) } }

    /// Pictures of batches that wait for a place.
    var waiting: Int { state.withLock { $0.waiters.count } }

    /// Takes a place.
    ///
    /// An empty line admits any size: pictures are bounded by their pixels already, and one of them must be able to pass.
    ///
    /// - Throws: `Problem` of kind `queueFull`, with the time after which the line should be shorter.
    func enter(bytes: Int) throws(Problem) -> Place {
        let refused: State? = state.withLock { state in
            guard state.waiters.isEmpty, fits(bytes, state) else { return state }
            state.take(bytes)
            return nil
        }
        guard let refused else { return Place(self, bytes: bytes) }
        throw problem(refused)
    }

    /// Refuses a batch when there is no place for its first picture.
    ///
    /// - Throws: `Problem` of kind `queueFull`.
    func checkForPlace() throws(Problem) {
        let state = state.withLock { $0 }
        guard state.waiters.isEmpty, fits(0, state) else { throw problem(state) }
    }

    /// Takes a place as soon as there is one.
    ///
    /// - Parameters:
    ///   - bytes: What the decoded picture takes.
    ///   - maxWaiting: How many may wait before.
    /// - Returns: The place.
    /// - Throws: `CancellationError` when the task is cancelled before; ``TooManyWaiting``.
    func enterWaiting(bytes: Int, behindAtMost maxWaiting: Int = .max) async throws -> Place {
        let number = state.withLock { state in
            state.nextNumber += 1
            return state.nextNumber
        }
        defer { state.withLock { _ = $0.cancelled.remove(number) } }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let outcome: Result<Void, any Error>? = state.withLock { state in
                    if state.cancelled.contains(number) { return .failure(CancellationError()) }
                    guard state.waiters.isEmpty, fits(bytes, state) else {
                        guard state.waiters.count < maxWaiting else { return .failure(TooManyWaiting()) }
                        state.waiters.append(Waiter(number: number, bytes: bytes, continuation: continuation))
                        return nil
                    }
                    state.take(bytes)
                    return .success(())
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            let waiter: Waiter? = state.withLock { state in
                guard let index = state.waiters.firstIndex(where: { $0.number == number }) else {
                    state.cancelled.insert(number)
                    return nil
                }
                return state.waiters.remove(at: index)
            }
            waiter?.continuation.resume(throwing: CancellationError())
            // Whoever stood behind it may be smaller.
            if waiter != nil { admitWaiters() }
        }
        return Place(self, bytes: bytes)
    }

    /// Learns how long a request occupied the engine.
    func engineWasBusy(for duration: Duration) {
        state.withLock { $0.secondsPerRequest += 0.2 * (duration / .seconds(1) - $0.secondsPerRequest) }
    }

    private func leave(bytes: Int) {
        state.withLock { state in
            state.requests -= 1
            state.bytes = max(0, state.bytes - bytes)
        }
        admitWaiters()
    }

    private func admitWaiters() {
        let admitted = state.withLock { state in
            var admitted: [Waiter] = []
            while let first = state.waiters.first, fits(first.bytes, state) {
                state.take(first.bytes)
                admitted.append(state.waiters.removeFirst())
            }
            return admitted
        }
        for waiter in admitted { waiter.continuation.resume() }
    }

    private func fits(_ bytes: Int, _ state: State) -> Bool {
        let sum = state.bytes.addingReportingOverflow(bytes)
        return state.requests == 0 || (state.requests < maxRequests && !sum.overflow && sum.partialValue <= maxBytes)
    }

    private func problem(_ state: State) -> Problem {
        let seconds = (Double(state.requests) * state.secondsPerRequest / 2).rounded(.up)
        return Problem(
            .queueFull,
            "expected fewer than \(maxRequests) inspections and \(maxBytes) bytes of pictures in work, "
                + "found \(state.requests) with \(state.bytes) bytes",
            retryAfterSeconds: Int(min(max(seconds, 1), 60)))
    }
}
