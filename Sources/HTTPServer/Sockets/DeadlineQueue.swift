/// Deadlines of connections, earliest first: a binary heap.
///
/// Moving a deadline later needs no change here: the owner looks at the real one when the entry comes up, and enters it
/// again. So a busy connection costs a few entries per timeout, not several per request.
package struct DeadlineQueue<Key: Sendable>: Sendable {
    private var heap: [(at: MonotonicInstant, key: Key)] = []

    /// A queue without entries.
    package init() {}

    /// The earliest deadline.
    package var earliest: MonotonicInstant? { heap.first?.at }

    /// Enters a deadline.
    package mutating func insert(_ key: Key, at deadline: MonotonicInstant) {
        heap.append((deadline, key))
        var child = heap.count - 1
        while child > 0, heap[child].at < heap[(child - 1) / 2].at {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// Takes out the earliest deadline, if it is not after `now`.
    package mutating func popExpired(at now: MonotonicInstant) -> (at: MonotonicInstant, key: Key)? {
        guard let first = heap.first, first.at <= now, let last = heap.popLast() else { return nil }
        guard !heap.isEmpty else { return first }
        heap[0] = last
        var parent = 0
        while true {
            let (left, right) = (2 * parent + 1, 2 * parent + 2)
            var least = parent
            if left < heap.count, heap[left].at < heap[least].at { least = left }
            if right < heap.count, heap[right].at < heap[least].at { least = right }
            guard least != parent else { return first }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
