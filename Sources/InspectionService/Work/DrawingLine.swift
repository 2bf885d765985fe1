/// The bounded line of those who want pictures of stored results drawn.
///
/// One thread for pictures is left to inspections, where there are several. Whoever waits holds next to nothing: what is
/// drawn is read when it is its turn.
struct DrawingLine: Sendable {
    /// Drawings that may wait.
    let maxWaiting: Int
    private let line: WorkLine

    /// Makes an empty line.
    ///
    /// - Parameters:
    ///   - pictureThreads: Threads that decode and draw.
    ///   - maxWaiting: Drawings that may wait; one more is refused.
    init(pictureThreads: Int, maxWaiting: Int) {
        self.maxWaiting = maxWaiting
        line = WorkLine(maxRequests: pictureThreads - 1, maxBytes: .max)
    }

    /// Drawings that wait.
    var waiting: Int { line.waiting }

    /// Waits for a turn.
    ///
    /// - Returns: The turn, which ends when it is let go of.
    /// - Throws: `Problem` of kind `queueFull` at once, when as many wait as may; `CancellationError`.
    func enter() async throws -> WorkLine.Place {
        do {
            return try await line.enterWaiting(bytes: 0, behindAtMost: maxWaiting)
        } catch is WorkLine.TooManyWaiting {
            throw Problem(
                .queueFull,
                "expected fewer than \(maxWaiting) pictures of results that wait to be drawn, found as many",
                retryAfterSeconds: 1)
        }
    }
}
