import Dispatch
import Synchronization

/// A gate for work on Dispatch threads.
final class DispatchGate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    func wait() { semaphore.wait() }
    func open() { semaphore.signal() }
}

/// Names in the order in which they were added.
final class Order: Sendable {
    private let added = Mutex<[String]>([])

    var names: [String] { added.withLock { $0 } }
    func append(_ name: String) { added.withLock { $0.append(name) } }
}
