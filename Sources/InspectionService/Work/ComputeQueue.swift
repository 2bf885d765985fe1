import Dispatch
import Synchronization
import SystemThreads

/// Runs everything that uses the model, one piece after the other, on a thread of its own that gives way to all others.
///
/// Neither the connections' threads nor the pool of Swift's concurrency ever wait for it. A piece whose task is
/// cancelled while it waits (the client hung up) is never computed.
final class ComputeQueue: Sendable {
    /// Who waits for a piece of work.
    enum Lane: Sendable {
        /// A client.
        case request
        /// Nobody: preparation of products, in pieces of well under an inspection's length.
        case background
    }

    private struct Job {
        let number: UInt64
        let start: @Sendable () -> Void
        let cancel: @Sendable () -> Void
    }

    private struct State {
        var requests: [Job] = []
        var background: [Job] = []
        var isRunning = false
        var lastWasBackground = false
        var nextNumber: UInt64 = 0
        /// Cancelled before they were in line.
        var cancelled: Set<UInt64> = []

        /// The lanes take turns when both wait, so that neither starves the other.
        mutating func takeNext() -> Job? {
            guard !isRunning else { return nil }
            let takesBackground = !background.isEmpty && (requests.isEmpty || !lastWasBackground)
            guard takesBackground || !requests.isEmpty else { return nil }
            isRunning = true
            lastWasBackground = takesBackground
            return takesBackground ? background.removeFirst() : requests.removeFirst()
        }
    }

    /// Waits for the thread and wakes whoever waited for the work.
    private let queue = DispatchQueue(label: "inspection.compute")
    private let thread = SerialThread(name: "compute", precedence: .yielding)
    private let state = Mutex(State())

    /// Pieces of work that wait.
    var waiting: Int { state.withLock { $0.requests.count + $0.background.count } }

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
                        start: { [thread] in continuation.resume(with: thread.run { Result { try work() } }) },
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
            case .request: state.requests.append(job)
            case .background: state.background.append(job)
            }
            return false
        }
        if isCancelled { job.cancel() } else { startNext() }
    }

    private func cancel(_ number: UInt64) {
        let job: Job? = state.withLock { state in
            if let index = state.requests.firstIndex(where: { $0.number == number }) {
                return state.requests.remove(at: index)
            }
            if let index = state.background.firstIndex(where: { $0.number == number }) {
                return state.background.remove(at: index)
            }
            state.cancelled.insert(number)
            return nil
        }
        job?.cancel()
    }

    private func startNext() {
        guard let job = state.withLock({ $0.takeNext() }) else { return }
        queue.async { [self] in
            job.start()
            state.withLock { $0.isRunning = false }
            startNext()
        }
    }
}
