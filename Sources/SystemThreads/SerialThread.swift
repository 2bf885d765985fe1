internal import Dispatch
internal import Synchronization

/// Does pieces of work for others, one after the other, on a thread of its own with a name and a precedence.
///
/// Whoever has work done waits for it. Dispatch's queues take threads from a pool that everything shares, so precedence cannot be given
/// to their work; and a thread of the pool that is made by one with a raised nice value inherits it, so such a thread must not make any:
/// what wakes Swift tasks belongs after ``run(_:)``. The thread ends with the last reference.
public final class SerialThread: Sendable {
    private struct State {
        var waiting: [@Sendable () -> Void] = []
        var isEnded = false
    }

    /// What the thread holds on to, so that it does not keep its owner alive.
    private final class Line: Sendable {
        private let state = Mutex(State())
        private let wake = DispatchSemaphore(value: 0)

        func add(_ work: @escaping @Sendable () -> Void) {
            state.withLock { $0.waiting.append(work) }
            wake.signal()
        }

        func end() {
            state.withLock { $0.isEnded = true }
            wake.signal()
        }

        func serve() {
            while true {
                wake.wait()
                let (work, isEnded) = state.withLock { state in
                    let work = state.waiting
                    state.waiting = []
                    return (work, state.isEnded)
                }
                for piece in work { piece() }
                if isEnded { return }
            }
        }
    }

    private let line: Line?

    /// Starts the thread; when the system has none left, work is done on the threads of those who have it done.
    ///
    /// - Parameters:
    ///   - name: Of the thread; Linux keeps 15 bytes.
    ///   - precedence: How it gets along with others.
    public init(name: String, precedence: SystemThread.Precedence = .normal) {
        let line = Line()
        let isStarted = (try? SystemThread.start(name: name, precedence: precedence) { line.serve() }) != nil
        self.line = isStarted ? line : nil
    }

    deinit { line?.end() }

    /// Does a piece of work after all that came before, and waits for it.
    ///
    /// - Parameter work: Must not call this in turn.
    /// - Returns: What `work` returns.
    public func run<Output: Sendable>(_ work: @escaping @Sendable () -> Output) -> Output {
        guard let line else { return work() }
        let place = Place<Output>()
        line.add { place.fill(work()) }
        return place.wait()
    }

    /// Where a piece of work leaves what it made.
    private final class Place<Output: Sendable>: Sendable {
        private let output = Mutex<Output?>(nil)
        private let filled = DispatchSemaphore(value: 0)

        func fill(_ value: Output) {
            output.withLock { $0 = value }
            filled.signal()
        }

        func wait() -> Output {
            while true {
                filled.wait()
                if let value = output.withLock({ $0 }) { return value }
            }
        }
    }
}
