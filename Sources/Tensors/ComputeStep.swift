import Foundation
import Synchronization

/// One of several steps that follow each other, cut into items that workers take when they are free.
public struct ComputeStep {
    /// Number of items; a step without any is left out.
    let count: Int
    let body: (_ worker: Int, _ item: Int) -> Void

    /// Describes a step of `count` items.
    public init(_ count: Int, _ body: @escaping (_ worker: Int, _ item: Int) -> Void) {
        self.count = count
        self.body = body
    }
}

extension ComputeThreads {
    /// Runs steps one after the other, none before the last item of the one before it has ended.
    ///
    /// Workers stay awake between the steps, so that no thread has to be woken up for each of a network's layers.
    /// One that comes late, because the system was busy, joins in where the others are; none waits for a worker that was never
    /// started.
    ///
    /// - Parameter steps: In order; items of one step run concurrently, in no order.
    public func run(_ steps: [ComputeStep]) {
        let steps = steps.filter { $0.count > 0 }
        // The upper half counts steps, the lower one the items of the current step that were taken.
        let taken = Atomic<UInt64>(0)
        let ended = Atomic<Int>(0)
        let widest = steps.lazy.map(\.count).max() ?? 0
        perform(min(count, widest)) { worker in
            while true {
                let place = taken.wrappingAdd(1, ordering: .acquiringAndReleasing).oldValue
                let (number, item) = (Int(place >> 32), Int(place & 0xFFFF_FFFF))
                guard number < steps.count else { return }
                let step = steps[number]
                guard item < step.count else {
                    Self.wait { Int(taken.load(ordering: .acquiring) >> 32) != number }
                    continue
                }
                step.body(worker, item)
                if ended.wrappingAdd(1, ordering: .acquiringAndReleasing).newValue == step.count {
                    ended.store(0, ordering: .relaxed)
                    taken.store(UInt64(number + 1) << 32, ordering: .releasing)
                }
            }
        }
    }

    /// Waits for what another worker will soon have done: at first letting only those go first that have work to do, then asleep.
    private static func wait(until isDone: () -> Bool) {
        for _ in 0..<2000 {
            if isDone() { return }
            sched_yield()
        }
        while !isDone() { usleep(50) }
    }
}
