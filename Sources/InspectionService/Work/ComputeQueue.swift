/// Runs everything that uses the model, one piece after the other.
final class ComputeQueue: Sendable {
    /// Who waits for a piece of work.
    enum Lane: Sendable {
        /// A client.
        case request
        /// Nobody: preparation of products, in pieces of well under an inspection's length.
        case background
    }

    private let queue = LanedQueue(threads: ["compute"], order: .inTurns)

    /// Pieces of work that wait.
    var waiting: Int { queue.waiting }

    /// Runs a piece of work and returns its outcome.
    ///
    /// - Parameters:
    ///   - lane: Who waits for it.
    ///   - work: Runs on the queue's thread.
    /// - Returns: What `work` returns.
    /// - Throws: What `work` throws; `CancellationError` when the task is cancelled before the work began.
    func run<Output: Sendable>(
        _ lane: Lane = .request, _ work: @escaping @Sendable () throws -> Output
    ) async throws -> Output {
        try await queue.run(lane == .request ? .first : .second, work)
    }
}
