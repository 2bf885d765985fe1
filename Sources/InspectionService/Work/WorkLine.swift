import Synchronization

/// The bounded line in front of the engine: who is not admitted is told at once, and costs nothing.
///
/// Counted are requests and the bytes their decoded pictures take, from before decoding until the result is stored.
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

    private struct State {
        var requests = 0
        var bytes = 0
        /// Running mean of the time one request takes in the engine, in seconds.
        var secondsPerRequest = 1.0
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

    /// Takes a place.
    ///
    /// An empty line admits any size: pictures are bounded by their pixels already, and one of them must be able to pass.
    ///
    /// - Throws: `Problem` of kind `queueFull`, with the time after which the line should be shorter.
    func enter(bytes: Int) throws(Problem) -> Place {
        let refused: State? = state.withLock { state in
            let sum = state.bytes.addingReportingOverflow(bytes)
            guard state.requests == 0 || (state.requests < maxRequests && !sum.overflow && sum.partialValue <= maxBytes)
            else { return state }
            state.requests += 1
            state.bytes = sum.overflow ? .max : sum.partialValue
            return nil
        }
        guard let refused else { return Place(self, bytes: bytes) }
        let seconds = (Double(refused.requests) * refused.secondsPerRequest / 2).rounded(.up)
        throw Problem(
            .queueFull,
            "expected fewer than \(maxRequests) inspections and \(maxBytes) bytes of pictures in work, "
                + "found \(refused.requests) with \(refused.bytes) bytes",
            retryAfterSeconds: Int(min(max(seconds, 1), 60)))
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
    }
}
