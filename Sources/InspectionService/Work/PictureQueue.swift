import Dispatch
import Synchronization
import SystemThreads

/// Decodes, measures and encodes pictures on a few threads of its own, which give way to all others.
final class PictureQueue: Sendable {
    /// Work that is taken once: by its thread, or by the task's cancellation while it waits.
    private final class Job: Sendable {
        private let work: Mutex<(@Sendable () -> Void)?>

        init(_ work: @escaping @Sendable () -> Void) { self.work = Mutex(work) }

        func take() -> (@Sendable () -> Void)? {
            work.withLock { work in
                defer { work = nil }
                return work
            }
        }
    }

    /// A thread, and what waits for it and wakes whoever waited for the work.
    private struct Lane {
        let queue: DispatchQueue
        let thread: SerialThread

        init(_ index: Int) {
            queue = DispatchQueue(label: "inspection.pictures.\(index)")
            thread = SerialThread(name: "pictures-\(index)", precedence: .yielding)
        }
    }

    private let lanes: [Lane]
    /// Pieces of work waiting or running per lane.
    private let load: Mutex<[Int]>

    /// Makes a queue.
    ///
    /// - Parameter threads: How many pieces of work run at the same time.
    init(threads: Int) {
        lanes = (0..<max(1, threads)).map(Lane.init)
        load = Mutex(Array(repeating: 0, count: lanes.count))
    }

    /// Runs a piece of work on the least loaded thread and returns its outcome.
    ///
    /// - Parameter work: Runs on one of the queue's threads.
    /// - Returns: What `work` returns.
    /// - Throws: What `work` throws; `CancellationError`, at once, when the task is cancelled before the work began.
    func run<Output: Sendable>(_ work: @escaping @Sendable () throws -> Output) async throws -> Output {
        let lane = load.withLock { load in
            let least = load.indices.min { load[$0] < load[$1] } ?? 0
            load[least] += 1
            return least
        }
        defer { load.withLock { $0[lane] -= 1 } }
        let current = Mutex<(job: Job?, cancel: (@Sendable () -> Void)?, isCancelled: Bool)>((nil, nil, false))
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let thread = lanes[lane].thread
                let job = Job { continuation.resume(with: thread.run { Result { try work() } }) }
                let isCancelled = current.withLock { current in
                    current.job = job
                    current.cancel = { continuation.resume(throwing: CancellationError()) }
                    return current.isCancelled
                }
                // Taken out, the work and the picture it holds are gone, also when the lane is busy for long.
                if isCancelled, job.take() != nil { return continuation.resume(throwing: CancellationError()) }
                lanes[lane].queue.async { job.take()?() }
            }
        } onCancel: {
            let (job, cancel) = current.withLock { current in
                current.isCancelled = true
                return (current.job, current.cancel)
            }
            if job?.take() != nil { cancel?() }
        }
    }
}
