import Synchronization

/// Counts bytes in memory, across connections and event loops, and says when they are too many.
final class ByteBudget: Sendable {
    private let limit: Int
    private let used = Atomic<Int>(0)

    init(limit: Int) {
        self.limit = limit
    }

    /// Counts `bytes` more, unless that would pass the limit.
    func reserve(_ bytes: Int) -> Bool {
        guard used.wrappingAdd(bytes, ordering: .relaxed).newValue <= limit else {
            release(bytes)
            return false
        }
        return true
    }

    /// Counts `bytes` fewer.
    func release(_ bytes: Int) {
        used.wrappingSubtract(bytes, ordering: .relaxed)
    }
}
