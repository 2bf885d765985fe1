import Dispatch
import Synchronization
import Tensors
import Testing

@Suite("Compute steps")
struct ComputeStepTests {
    @Test("every item runs once, and no step begins before the one before it has ended", arguments: 1...4)
    func order(count: Int) {
        let sizes = [3, 0, 1, 200, 0, 1, 1, 64, 2]
        let ended = Atomic<Int>(0)
        let wrong = Atomic<Int>(0)
        let runs = Mutex([[Int]](repeating: [], count: sizes.count))
        let before = sizes.indices.map { sizes[..<$0].reduce(0, +) }
        let steps = sizes.enumerated().map { number, size in
            ComputeStep(size) { worker, item in
                let total = ended.load(ordering: .acquiring)
                if total < before[number] || total >= before[number] + size || !(0..<count).contains(worker) {
                    wrong.wrappingAdd(1, ordering: .relaxed)
                }
                runs.withLock { $0[number].append(item) }
                ended.wrappingAdd(1, ordering: .acquiringAndReleasing)
            }
        }
        for _ in 0..<50 {
            ended.store(0, ordering: .releasing)
            ComputeThreads(count: count).run(steps)
            #expect(ended.load(ordering: .acquiring) == sizes.reduce(0, +))
        }
        #expect(wrong.load(ordering: .relaxed) == 0)
        runs.withLock { runs in
            for (number, size) in sizes.enumerated() {
                #expect(runs[number].sorted() == (0..<size).flatMap { [Int](repeating: $0, count: 50) })
            }
        }
    }

    @Test("nothing to do is done at once")
    func nothing() {
        ComputeThreads(count: 3).run([])
        ComputeThreads(count: 3).run([ComputeStep(0) { _, _ in Issue.record("ran") }])
    }

    @Test("many callers share the system's threads without waiting for each other for ever")
    func crowded() {
        let total = Atomic<Int>(0)
        DispatchQueue.concurrentPerform(iterations: 16) { _ in
            let steps = (0..<20).map { _ in ComputeStep(5) { _, _ in total.wrappingAdd(1, ordering: .relaxed) } }
            ComputeThreads(count: 4).run(steps)
        }
        #expect(total.load(ordering: .relaxed) == 16 * 20 * 5)
    }
}
