import Dispatch
import Synchronization
import SystemThreads

/// Decodes, measures and encodes pictures on a few threads of its own, which give way to all others.
///
/// A piece of work whose task is cancelled while it waits is never begun.
final class PictureQueue: Sendable {
    /// Who waits for a piece of work.
    enum Lane: Sendable {
        /// An inspection, or what prepares one.
        case inspection
        /// Somebody who looks at a stored result: comes behind every inspection that waits.
        case drawing
    }

    private struct Job {
        let number: UInt64
        let start: @Sendable (SerialThread) -> Void
        let cancel: @Sendable () -> Void
    }

    /// A thread, and what waits for it and wakes whoever waited for the work.
    private struct Worker {
        let queue: DispatchQueue
        let thread: SerialThread

        init(_ index: Int) {
            queue = DispatchQueue(label: "inspection.pictures.\(index)")
            thread = SerialThread(name: "pictures-\(index)", precedence: .yielding)
        }
    }

    private struct State {
        var inspections: [Job] = []
        var drawings: [Job] = []
        /// Workers without work.
        var idle: [Int]
        var nextNumber: UInt64 = 0
        /// Cancelled before they waited.
        var cancelled: Set<UInt64> = []

        mutating func takeNext() -> (job: Job, worker: Int)? {
            guard !inspections.isEmpty || !drawings.isEmpty, let worker = idle.popLast() else { return nil }
            return (inspections.isEmpty ? drawings.removeFirst() : inspections.removeFirst(), worker)
        }
    }

    private let workers: [Worker]
    private let state: Mutex<State>

    /// Makes a queue.
    ///
    /// - Parameter threads: How many pieces of work run at the same time.
    init(threads: Int) {
        workers = (0..<max(1, threads)).map(Worker.init)
        state = Mutex(State(idle: Array(workers.indices)))
    }

    /// Pieces of work that wait.
    var waiting: Int { state.withLock { $0.inspections.count + $0.drawings.count } }

    /// Whether every thread works.
    var isBusy: Bool { state.withLock { $0.idle.isEmpty } }

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
        let number = state.withLock { state in
            state.nextNumber += 1
            return state.nextNumber
        }
        defer { state.withLock { _ = $0.cancelled.remove(number) } }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                // Of the two closures exactly one is called, exactly once: a job leaves the line to run or to be cancelled.
                enqueue(
                    Job(
                        number: number,
                        start: { thread in continuation.resume(with: thread.run { Result { try work() } }) },
                        cancel: { continuation.resume(throwing: CancellationError()) }), lane)
            }
        } onCancel: {
            cancel(number)
        }
    }

    private func enqueue(_ job: Job, _ lane: Lane) {
        let isCancelled = state.withLock { state in
            guard !state.cancelled.contains(job.number) else { return true }
            switch lane {
            case .inspection: state.inspections.append(job)
            case .drawing: state.drawings.append(job)
            }
            return false
        }
        if isCancelled { job.cancel() } else { startNext() }
    }

    /// Takes a job out of its line: the work and the picture it holds are gone at once.
    private func cancel(_ number: UInt64) {
        let job: Job? = state.withLock { state in
            if let index = state.inspections.firstIndex(where: { $0.number == number }) {
                return state.inspections.remove(at: index)
            }
            if let index = state.drawings.firstIndex(where: { $0.number == number }) {
                return state.drawings.remove(at: index)
            }
            state.cancelled.insert(number)
            return nil
        }
        job?.cancel()
    }

    private func startNext() {
        guard let (job, worker) = state.withLock({ $0.takeNext() }) else { return }
        workers[worker].queue.async { [self] in
            job.start(workers[worker].thread)
            state.withLock { $0.idle.append(worker) }
            startNext()
        }
    }
}
