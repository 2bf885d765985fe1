import Dispatch
import Synchronization
import SystemThreads

/// Runs pieces of work that wait in two lanes, on a few threads of its own, which give way to all others.
///
/// Neither the connections' threads nor the pool of Swift's concurrency ever wait for it. A piece of work whose task is
/// cancelled while it waits is never begun, and what it holds is let go of at once.
final class LanedQueue: Sendable {
    /// Where a piece of work waits.
    enum Lane: Sendable {
        case first
        case second
    }

    /// Which lane is next.
    enum Order: Sendable {
        /// The second only when nobody waits in the first.
        case firstBeforeSecond
        /// The lanes take turns when both wait, so that neither starves the other.
        case inTurns
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

        init(_ name: String) {
            queue = DispatchQueue(label: "inspection.\(name)")
            thread = SerialThread(name: name, precedence: .yielding)
        }
    }

    private struct State {
        let order: Order
        var first: [Job] = []
        var second: [Job] = []
        /// Workers without work.
        var idle: [Int]
        var lastWasSecond = false
        var nextNumber: UInt64 = 0
        /// Cancelled before they waited.
        var cancelled: Set<UInt64> = []

        mutating func takeNext() -> (job: Job, worker: Int)? {
            guard !first.isEmpty || !second.isEmpty, let worker = idle.popLast() else { return nil }
            let isSecondsTurn = order == .inTurns && !lastWasSecond
            lastWasSecond = !second.isEmpty && (first.isEmpty || isSecondsTurn)
            return (lastWasSecond ? second.removeFirst() : first.removeFirst(), worker)
        }

        /// Takes a job out of its lane.
        mutating func remove(_ number: UInt64) -> Job? {
            if let index = first.firstIndex(where: { $0.number == number }) { return first.remove(at: index) }
            return second.firstIndex { $0.number == number }.map { second.remove(at: $0) }
        }
    }

    private let workers: [Worker]
    private let state: Mutex<State>

    /// Makes a queue.
    ///
    /// - Parameters:
    ///   - names: Of its threads: as many pieces of work run at the same time.
    ///   - order: Which lane is next.
    init(threads names: [String], order: Order) {
        workers = names.map(Worker.init)
        state = Mutex(State(order: order, idle: Array(names.indices)))
    }

    /// Pieces of work that wait.
    var waiting: Int { state.withLock { $0.first.count + $0.second.count } }

    /// Whether every thread works.
    var isBusy: Bool { state.withLock { $0.idle.isEmpty } }

    /// Runs a piece of work on the next free thread and returns its outcome.
    ///
    /// - Parameters:
    ///   - lane: Where it waits.
    ///   - work: Runs on one of the queue's threads.
    /// - Returns: What `work` returns.
    /// - Throws: What `work` throws; `CancellationError`, at once, when the task is cancelled before the work began.
    func run<Output: Sendable>(_ lane: Lane, _ work: @escaping @Sendable () throws -> Output) async throws -> Output {
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
            case .first: state.first.append(job)
            case .second: state.second.append(job)
            }
            return false
        }
        if isCancelled { job.cancel() } else { startNext() }
    }

    private func cancel(_ number: UInt64) {
        let job = state.withLock { state -> Job? in
            if let job = state.remove(number) { return job }
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
