import Dispatch
import Foundation
import Synchronization
import Testing

@testable import Tensors

@Suite("Compute threads")
struct ComputeThreadsTests {
    @Test("call every worker once, whatever their number", arguments: [1, 2, 3, 8])
    func calls(count: Int) {
        for _ in 0..<200 {
            let calls = Mutex([Int](repeating: 0, count: count))
            ComputeThreads(count: count).run { worker in calls.withLock { $0[worker] += 1 } }
            #expect(calls.withLock { $0 } == [Int](repeating: 1, count: count))
        }
    }

    @Test("serve several threads at once, and bodies that spread work in turn")
    func nested() {
        let total = Atomic<Int>(0)
        DispatchQueue.concurrentPerform(iterations: 6) { _ in
            for _ in 0..<20 {
                ComputeThreads(count: 3).forEach(5) { _, _ in
                    ComputeThreads(count: 2).split(7) { range in total.add(range.count, ordering: .relaxed) }
                }
            }
        }
        #expect(total.load(ordering: .relaxed) == 6 * 20 * 5 * 7)
    }

    @Test("split work without gaps or overlaps", arguments: [0, 1, 2, 7, 16, 100], [1, 2, 3, 8])
    func split(total: Int, granularity: Int) {
        for workers in 1...4 {
            let hits = FloatBuffer(count: total)
            hits.pointer.initialize(repeating: 0)
            ComputeThreads(count: workers).split(total, granularity: granularity) { range in
                for index in range { hits.pointer[index] += 1 }
            }
            #expect(hits.pointer.allSatisfy { $0 == 1 })
        }
    }
}
