import HTTPServer
import Synchronization

/// The answers to a batch as `application/x-ndjson`, one line per picture in the order in which they are finished.
///
/// A few pictures are in work at a time, so that a batch has no more than its share of the line, and no picture is begun
/// before the client has taken the lines of earlier ones: a slow client costs a few lines of memory.
final class BatchStream: ResponseChunks {
    /// Pictures in work or finished and not yet taken: one in the engine, one being decoded or stored beside it.
    static let width = 2

    private struct State {
        var tasks: [Int: Task<Void, Never>] = [:]
        var next = 0
        var taken = 0
        var isCancelled = false
    }

    private let count: Int
    private let line: @Sendable (Int) async -> [UInt8]
    private let finished: AsyncStream<[UInt8]>
    private let continuation: AsyncStream<[UInt8]>.Continuation
    private let state = Mutex(State())

    /// Prepares the answers.
    ///
    /// - Parameters:
    ///   - count: How many there are.
    ///   - line: Makes one, with its line feed; cancelled when the client hangs up.
    init(count: Int, line: @escaping @Sendable (Int) async -> [UInt8]) {
        self.count = count
        self.line = line
        (finished, continuation) = AsyncStream.makeStream()
    }

    func next() async throws -> [UInt8]? {
        guard begin() else { return nil }
        var lines = finished.makeAsyncIterator()
        guard let line = await lines.next() else { throw CancellationError() }
        state.withLock { $0.taken += 1 }
        return line
    }

    func cancelled() {
        let tasks = state.withLock { state in
            state.isCancelled = true
            defer { state.tasks = [:] }
            return state.tasks
        }
        for task in tasks.values { task.cancel() }
        continuation.finish()
    }

    private func finish(_ index: Int, _ line: [UInt8]) {
        continuation.yield(line)
        state.withLock { $0.tasks[index] = nil }
    }

    /// Begins as many pictures as may be in work.
    ///
    /// - Returns: Whether there is a line to wait for.
    private func begin() -> Bool {
        state.withLock { state in
            while state.next < count, state.next - state.taken < Self.width, !state.isCancelled {
                let index = state.next
                state.next += 1
                state.tasks[index] = Task { [self] in
                    finish(index, await line(index))
                }
            }
            return state.taken < count
        }
    }
}
