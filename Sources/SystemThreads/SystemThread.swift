internal import CLinuxThreads
internal import Glibc

/// Threads with a name, and a say in who goes first where there are fewer processors than threads that could run.
public enum SystemThread {
    /// How a thread gets along with others.
    public enum Precedence: Sendable {
        /// Runs for microseconds when something happens, such as an event loop: takes the processor from threads that compute.
        ///
        /// It asks for short time slices, which Linux heeds from 6.12 on. Every thread may.
        case prompt
        /// As any other.
        case normal
        /// Computes for long: gives way to all others of the process when they wake.
        ///
        /// A nice value higher by ``yieldingBy``. Every thread may raise its own, in containers too; it counts within the process's
        /// control group only, so a service does not fall behind other containers by it.
        case yielding
    }

    /// By how much the nice value of ``Precedence/yielding`` threads is raised: a third of a normal thread's share when both want to run.
    public static let yieldingBy = 5
    static let promptSliceNanoseconds: UInt64 = 100_000

    private final class Box {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// Runs `body` on a new, detached thread.
    ///
    /// - Parameters:
    ///   - name: For `ps`, `perf` and debuggers; Linux keeps 15 bytes.
    ///   - precedence: How it gets along with others.
    ///   - body: What the thread does; it ends afterwards.
    /// - Throws: ``ThreadError`` when the system has no thread left.
    public static func start(
        name: String, precedence: Precedence = .normal, _ body: @escaping @Sendable () -> Void
    ) throws(ThreadError) {
        // Retained for the thread, which takes it over exactly once.
        let box = Unmanaged.passRetained(
            Box {
                name.withCString(linux_name_thread)
                adopt(precedence)
                body()
            })
        var thread = pthread_t()
        let status = pthread_create(
            &thread, nil,
            { pointer in
                guard let pointer else { return nil }
                Unmanaged<Box>.fromOpaque(pointer).takeRetainedValue().body()
                return nil
            }, box.toOpaque())
        guard status == 0 else {
            box.release()
            throw ThreadError(errno: status)
        }
        pthread_detach(thread)
    }

    /// Processors that the calling thread may run on: the system's, less what affinity and cpusets exclude; at least 1.
    ///
    /// Foundation's `activeProcessorCount` counts all that are online.
    public static var usableProcessors: Int { max(1, Int(linux_usable_processors())) }

    /// The calling thread's nice value.
    public static var niceness: Int { Int(linux_niceness()) }

    /// Raises the calling thread's nice value to `value`; a higher one stays.
    public static func raiseNiceness(to value: Int) {
        if niceness < value { _ = linux_set_niceness(Int32(clamping: value)) }
    }

    /// The calling thread's time slice, where the kernel tells.
    static var sliceNanoseconds: UInt64 { linux_slice() }

    private static func adopt(_ precedence: Precedence) {
        switch precedence {
        case .prompt: linux_set_slice(promptSliceNanoseconds)
        case .normal: break
        case .yielding: raiseNiceness(to: niceness + yieldingBy)
        }
    }
}

/// The system had no thread to give.
public struct ThreadError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What `pthread_create` returned.
    public let errno: Int32

    /// What was expected and what was found.
    public var description: String { "expected a new thread, found error \(errno) (limit of processes or memory)" }
}
