import CLinuxSockets
import Glibc

/// Starts a thread of its own for an event loop, which sleeps in `epoll_wait` and so must not take one from a pool.
enum LoopThread {
    private final class Box {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// Runs `body` on a new, detached thread.
    ///
    /// - Throws: `ServerError` with `.systemResources`.
    static func start(name: String, _ body: @escaping @Sendable () -> Void) throws(ServerError) {
        // Retained for the thread, which takes it over exactly once.
        let box = Unmanaged.passRetained(
            Box {
                name.withCString(linux_name_thread); body()
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
            throw ServerError(.systemResources, "cannot start a thread", errno: status)
        }
        pthread_detach(thread)
    }
}
