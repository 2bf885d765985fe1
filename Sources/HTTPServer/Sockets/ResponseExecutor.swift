import Dispatch
import Synchronization

/// Runs response streams on a fixed number of threads of its own.
///
/// Encoding a mask takes milliseconds: on an event loop it would hold up every connection, and in the pool of Swift's
/// concurrency it would hold up handlers.
final class ResponseExecutor: TaskExecutor {
    /// One thread's queue.
    private final class Lane: Sendable {
        let queue: DispatchQueue
        /// Jobs waiting or running.
        let load = Atomic<Int>(0)

        init(_ index: Int) { queue = DispatchQueue(label: "http.response.\(index)") }
    }

    private let lanes: [Lane]

    /// Makes an executor with `threads` lanes, at least one.
    init(threads: Int) {
        lanes = (0..<max(1, threads)).map(Lane.init)
    }

    /// Runs a job on the lane that looks least loaded; two jobs that choose at the same time may choose the same.
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let loads = lanes.map { $0.load.load(ordering: .relaxed) }
        let lane = lanes[loads.indices.min { loads[$0] < loads[$1] } ?? 0]
        lane.load.add(1, ordering: .relaxed)
        lane.queue.async { [self] in
            job.runSynchronously(on: asUnownedTaskExecutor())
            lane.load.subtract(1, ordering: .relaxed)
        }
    }
}
