import Dispatch
import Synchronization

/// Runs response streams on a fixed number of threads of its own.
///
/// Encoding a mask takes milliseconds: on an event loop it would hold up every connection, and in the pool of Swift's
/// concurrency it would hold up handlers.
final class ResponseExecutor: TaskExecutor {
    private let lanes: [DispatchQueue]
    /// Jobs waiting or running per lane.
    private let load: Mutex<[Int]>

    /// Makes an executor with `threads` lanes.
    init(threads: Int) {
        lanes = (0..<threads).map { DispatchQueue(label: "http.response.\($0)") }
        load = Mutex(Array(repeating: 0, count: threads))
    }

    /// Runs a job on the least loaded lane.
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let lane = load.withLock { load in
            let least = load.indices.min { load[$0] < load[$1] } ?? 0
            load[least] += 1
            return least
        }
        lanes[lane].async { [self] in
            job.runSynchronously(on: asUnownedTaskExecutor())
            load.withLock { $0[lane] -= 1 }
        }
    }
}
