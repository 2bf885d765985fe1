import Dispatch
import Synchronization
import SystemThreads

/// Takes lines from any thread without ever waiting, and writes them on a thread of its own.
///
/// Whoever reads the log may stop reading: a pipe is full after 64 KiB, and the next write waits for as long as the reader
/// likes. Event loops and handlers must not wait with it. What does not fit any more is counted, and the count is
/// written as soon as there is room again. With the last reference the thread ends, once it has written what is left.
final class LogQueue: Sendable {
    /// Lines that wait at most, together, by number and in bytes.
    struct Bounds {
        var lines = 4096
        var bytes = 1 << 20
    }

    /// Written at once: many lines cost one system call, and what is being written is not long.
    fileprivate static let pieceBytes = 32 * 1024

    fileprivate struct State {
        var waiting: [String] = []
        /// Of the lines that wait and those being written.
        var (lines, bytes) = (0, 0)
        var lost = 0
        var unreported = 0
        var isWriting = false
        var isEnded = false
        /// Told when everything is written.
        var flushes: [DispatchSemaphore] = []

        var isEmpty: Bool { waiting.isEmpty && unreported == 0 }
    }

    /// What the thread holds on to, so that it does not keep its owner alive.
    fileprivate final class Writer: Sendable {
        let bounds: Bounds
        let report: @Sendable (Int) -> String
        let write: @Sendable (String) -> Void
        let state = Mutex(State())
        let wake = DispatchSemaphore(value: 0)

        init(
            _ bounds: Bounds, _ report: @escaping @Sendable (Int) -> String,
            _ write: @escaping @Sendable (String) -> Void
        ) {
            (self.bounds, self.report, self.write) = (bounds, report, write)
        }
    }

    private let writer: Writer
    private let hasThread: Bool

    /// Starts the thread; when the system has none left, lines are written by those who bring them.
    ///
    /// - Parameters:
    ///   - bounds: What waits at most.
    ///   - report: The line that says how many were lost.
    ///   - write: Writes whole lines; may block.
    init(
        bounds: Bounds = Bounds(), report: @escaping @Sendable (Int) -> String,
        write: @escaping @Sendable (String) -> Void
    ) {
        let writer = Writer(bounds, report, write)
        self.writer = writer
        hasThread = (try? SystemThread.start(name: "log") { writer.serve() }) != nil
    }

    deinit {
        writer.state.withLock { $0.isEnded = true }
        writer.wake.signal()
    }

    /// Lines that were lost so far.
    var lost: Int { writer.state.withLock { $0.lost } }

    /// Leaves a line to be written, or counts it as lost when there is no room.
    ///
    /// - Parameter text: With its line end.
    func add(_ text: String) {
        guard hasThread else { return writer.write(text) }
        if writer.add(text) { writer.wake.signal() }
    }

    /// Waits until everything is written, but not for ever.
    ///
    /// - Parameter limit: Longest time to wait.
    /// - Returns: false when something is left.
    @discardableResult
    func flush(within limit: Duration) -> Bool {
        let done = DispatchSemaphore(value: 0)
        let isDone = writer.state.withLock { state in
            guard state.isWriting || !state.isEmpty else { return true }
            state.flushes.append(done)
            return false
        }
        return isDone || done.wait(timeout: .now() + limit / .seconds(1)) == .success
    }
}

extension LogQueue.Writer {
    /// Takes a line in.
    ///
    /// - Returns: Whether the thread has to be told.
    func add(_ text: String) -> Bool {
        let bytes = text.utf8.count
        return state.withLock { state in
            guard state.lines < bounds.lines, state.bytes + bytes <= bounds.bytes else {
                state.lost += 1
                state.unreported += 1
                return false
            }
            state.waiting.append(text)
            state.lines += 1
            state.bytes += bytes
            return state.waiting.count == 1
        }
    }

    /// Writes until the owner is gone and nothing is left.
    func serve() {
        while true {
            wake.wait()
            while let (waiting, lost) = take() { write(waiting, lost) }
            if state.withLock({ $0.isEnded && $0.isEmpty }) { return }
        }
    }

    /// What waits, and how many lines were lost behind it; nil when there is nothing.
    private func take() -> (waiting: [String], lost: Int)? {
        let (taken, flushes): ((waiting: [String], lost: Int)?, [DispatchSemaphore]) = state.withLock { state in
            state.isWriting = !state.isEmpty
            guard state.isWriting else {
                defer { state.flushes = [] }
                return (nil, state.flushes)
            }
            defer { (state.waiting, state.unreported) = ([], 0) }
            return ((state.waiting, state.unreported), [])
        }
        for flush in flushes { flush.signal() }
        return taken
    }

    private func write(_ waiting: [String], _ lost: Int) {
        var rest = waiting[...]
        while !rest.isEmpty {
            var bytes = 0
            let piece = rest.prefix { text in
                defer { bytes += text.utf8.count }
                return bytes < LogQueue.pieceBytes
            }
            write(piece.joined())
            rest = rest.dropFirst(piece.count)
            state.withLock { state in
                state.lines -= piece.count
                state.bytes -= piece.reduce(0) { $0 + $1.utf8.count }
            }
        }
        if lost > 0 { write(report(lost)) }
    }
}
