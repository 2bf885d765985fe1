/// Decodes, measures and encodes pictures on a few threads.
final class PictureQueue: Sendable {
    /// Who waits for a piece of work.
    enum Lane: Sendable {
        /// An inspection, or what prepares one.
        case inspection
        /// Somebody who looks at a stored result: comes behind every inspection that waits.
        case drawing
    }

    private let queue: LanedQueue

    /// Makes a queue.
    ///
    /// - Parameter threads: How many pieces of work run at the same time.
    init(threads: Int) {
        queue = LanedQueue(threads: (0..<max(1, threads)).map { "pictures-\($0)" }, order: .firstBeforeSecond)
    }

    /// Pieces of work that wait.
    var waiting: Int { queue.waiting }

    /// Whether every thread works.
    var isBusy: Bool { queue.isBusy }

    /// Runs a piece of work on the next free thread and returns its outcome.
    ///
    /// - Parameters:
    ///   - lane: Who waits for it.
    ///   - work: Runs on one of the queue's threads.
    /// - Returns: What `work` returns.
    /// - Throws: What `work` throws; `CancellationError`, at once, when the task is cancelled before the work began.
    func run<Output: Sendable>(
        _ lane: Lane = .inspection, _ work: @escaping @Sendable () throws -> Output
    ) async throws -> Output {
        try await queue.run(lane == .inspection ? .first : .second, work)
    }
}
