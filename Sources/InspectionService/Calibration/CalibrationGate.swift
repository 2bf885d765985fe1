import Synchronization

/// Lets one calibration run at a time: each holds a picture's features and a reference's bank.
final class CalibrationGate: Sendable {
    private let isTaken = Mutex(false)

    /// Runs a piece of work unless another is running.
    ///
    /// - Throws: `Problem` of kind `calibrationRunning`, or what `work` throws.
    func run<Output>(_ work: () async throws -> Output) async throws -> Output {
        let isFree = isTaken.withLock { taken in
            defer { taken = true }
            return !taken
        }
        guard isFree else {
            throw Problem(
                .calibrationRunning, "expected one calibration at a time, found another one running",
                retryAfterSeconds: 10)
        }
        defer { isTaken.withLock { $0 = false } }
        return try await work()
    }
}
