import Dispatch
import FoundationEssentials

/// How many threads numeric code may use, and the one way it spreads work over them.
///
/// There is a single level of parallelism: BLAS runs single-threaded inside each worker, so nothing oversubscribes.
public struct ComputeThreads: Sendable, Equatable {
    /// Number of workers, at least 1.
    public let count: Int

    /// Uses exactly `count` workers (values below 1 mean 1).
    public init(count: Int) { self.count = max(1, count) }

    /// The processors this process may really use: its CPU affinity, lowered to the cgroup's CPU quota rounded up.
    public static func available(cgroupRoot: String = "/sys/fs/cgroup") -> ComputeThreads {
        let schedulable = ProcessInfo.processInfo.activeProcessorCount
        guard let quota = CgroupQuota.processors(root: cgroupRoot) else { return ComputeThreads(count: schedulable) }
        return ComputeThreads(count: min(schedulable, max(1, Int(quota.rounded(.up)))))
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

    /// Calls `body(worker, item)` for every item of `0..<count`; each worker takes the next one when it is free.
    public func forEach(_ count: Int, _ body: (_ worker: Int, _ item: Int) -> Void) {
        withoutActuallyEscaping(body) { run([ComputeStep(count, $0)]) }
    }

    /// Calls `body` with the numbers of up to `workers` threads, as many as the system has to spare, and waits for all of them.
    func perform(_ workers: Int, _ body: (Int) -> Void) {
        if workers <= 1 { return workers == 1 ? body(0) : () }
        withoutActuallyEscaping(body) { body in
            // Sound: concurrentPerform returns only after every call has ended, and callers give each worker its own
            // part of the memory they write.
            nonisolated(unsafe) let shared = body
            DispatchQueue.concurrentPerform(iterations: workers) { shared($0) }
        }
    }
}

/// Reads the CPU quota that a container runtime set.
enum CgroupQuota {
    /// Quota in processors (0.5 is half a core), or nil when there is none.
    ///
    /// Version 2 keeps "quota period" (or "max period") in `cpu.max`; version 1 two files below `cpu/`.
    static func processors(root: String) -> Double? {
        if let line = firstLine(root + "/cpu.max") {
            let fields = line.split(separator: " ")
            guard fields.count == 2, let quota = Double(fields[0]), let period = Double(fields[1]), period > 0 else {
                return nil
            }
            return quota / period
        }
        guard let quota = firstLine(root + "/cpu/cpu.cfs_quota_us").flatMap(Double.init), quota > 0,
            let period = firstLine(root + "/cpu/cpu.cfs_period_us").flatMap(Double.init), period > 0
        else { return nil }
        return quota / period
    }

    private static func firstLine(_ path: String) -> String? {
        guard let contents = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
        return contents.split(separator: "\n").first.map(String.init)
    }
}
