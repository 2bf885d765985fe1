import SystemThreads

/// How many threads numeric code may use, and the one way it spreads work over them.
///
/// There is a single level of parallelism: BLAS runs single-threaded inside each worker, so nothing oversubscribes.
public struct ComputeThreads: Sendable, Equatable {
    /// Number of workers, 1…``maximum``.
    public let count: Int

    /// More than any machine has processors; a slip of the finger must not start millions of threads.
    public static let maximum = 512

    /// Uses exactly `count` workers (values below 1 mean 1, those above ``maximum`` that).
    public init(count: Int) { self.count = min(max(1, count), Self.maximum) }

    /// The processors this process may really use: its CPU affinity (cpusets included), lowered to its control groups' CPU quota rounded up.
    public static func available() -> ComputeThreads {
        available(schedulable: SystemThread.usableProcessors, quota: CgroupQuota.processors())
    }

    /// The same from what the system says.
    static func available(schedulable: Int, quota: Double?) -> ComputeThreads {
        guard let quota else { return ComputeThreads(count: schedulable) }
        return ComputeThreads(count: min(schedulable, max(1, Int(min(quota, 4096).rounded(.up)))))
    }

    /// Runs `body(worker)` once for each worker and waits for all of them.
    public func run(_ body: (Int) -> Void) { perform(count, body) }

    /// Splits `0..<total` into one contiguous range per worker, each a multiple of `granularity` except the last.
    ///
    /// - Parameters:
    ///   - total: Number of items; 0 runs nothing.
    ///   - granularity: Smallest sensible piece, at least 1.
    ///   - body: Called at most once per worker with a non-empty range.
    public func split(_ total: Int, granularity: Int = 1, _ body: (Range<Int>) -> Void) {
        guard total > 0 else { return }
        let pieces = (total + granularity - 1) / granularity
        let workers = min(count, pieces)
        perform(workers) { worker in
            let lower = pieces * worker / workers * granularity
            let upper = min(total, pieces * (worker + 1) / workers * granularity)
            if lower < upper { body(lower..<upper) }
        }
    }

    /// `make(index)` for every index below `count`, in order, computed by the workers.
    public func map<Value>(_ count: Int, _ make: (Int) -> Value) -> [Value] {
        Array(unsafeUninitializedCapacity: count) { buffer, initialized in
            // Sound: the workers' ranges cover every index exactly once.
            split(count) { range in
                for index in range { buffer.initializeElement(at: index, to: make(index)) }
            }
            initialized = count
        }
    }

    /// `make(worker, index)` for every index below `count`, in order; each worker takes the next one when it is free.
    public func collect<Value>(_ count: Int, _ make: (_ worker: Int, _ index: Int) -> Value) -> [Value] {
        Array(unsafeUninitializedCapacity: count) { buffer, initialized in
            // Sound: every index is taken exactly once.
            forEach(count) { buffer.initializeElement(at: $1, to: make($0, $1)) }
            initialized = count
        }
    }

    /// Calls `body(worker, item)` for every item of `0..<count`; each worker takes the next one when it is free.
    public func forEach(_ count: Int, _ body: (_ worker: Int, _ item: Int) -> Void) {
        withoutActuallyEscaping(body) { run([ComputeStep(count, $0)]) }
    }

    /// Calls `body` with the numbers of up to `workers` threads, as many as the system has to spare, and waits for all of them.
    func perform(_ workers: Int, _ body: (Int) -> Void) {
        if workers <= 1 { return workers == 1 ? body(0) : () }
        ComputeTeam.shared.run(workers, body)
    }
}
