import Dispatch
import Foundation
import Synchronization
import Testing

@testable import SystemThreads

@Suite("Threads with a precedence")
struct SystemThreadTests {
    /// What a thread of this precedence says about itself.
    private func facts(_ precedence: SystemThread.Precedence) throws -> (name: String, niceness: Int, slice: UInt64) {
        let facts = Mutex<(name: String, niceness: Int, slice: UInt64)>(("", 0, 0))
        let ended = DispatchSemaphore(value: 0)
        try SystemThread.start(name: "named-thread-here", precedence: precedence) {
            let name = (try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)) ?? ""
            facts.withLock { $0 = (name, SystemThread.niceness, SystemThread.sliceNanoseconds) }
            ended.signal()
        }
        ended.wait()
        return facts.withLock { $0 }
    }

    @Test("have the first 15 bytes of their names")
    func name() throws {
        #expect(try facts(.normal).name == "named-thread-he\n")
    }

    @Test("give way by a higher nice value, and leave their makers' alone")
    func yielding() throws {
        let before = SystemThread.niceness
        #expect(try facts(.yielding).niceness == min(19, before + SystemThread.yieldingBy))
        #expect(try facts(.normal).niceness == before)
        #expect(SystemThread.niceness == before)
    }

    @Test("get short time slices where the kernel has them", .enabled(if: SystemThread.sliceNanoseconds > 0))
    func prompt() throws {
        #expect(try facts(.prompt).slice == SystemThread.promptSliceNanoseconds)
        #expect(try facts(.normal).slice > SystemThread.promptSliceNanoseconds)
    }

    @Test("count the processors that they may run on")
    func processors() throws {
        let status = try String(contentsOfFile: "/proc/thread-self/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list:") })
        // Such as "0-3,8,10-11".
        let ranges = line.split(separator: "\t").last?.split(separator: ",") ?? []
        let count = ranges.reduce(0) { sum, range in
            let ends = range.split(separator: "-").compactMap { Int($0) }
            return sum + (ends.last ?? 0) - (ends.first ?? 0) + 1
        }
        #expect(SystemThread.usableProcessors == count)
    }

    @Test("do work in turn, each piece once, and hand back what it made")
    func serial() {
        let thread = SerialThread(name: "serial", precedence: .yielding)
        let order = Mutex<[Int]>([])
        for number in 0..<100 {
            let answer = thread.run {
                order.withLock { $0.append(number) }
                return number * 2
            }
            #expect(answer == number * 2)
        }
        #expect(order.withLock { $0 } == Array(0..<100))
    }

    @Test("do work of many at once on one thread")
    func contended() {
        let thread = SerialThread(name: "serial")
        let busy = Atomic<Int>(0)
        let done = Atomic<Int>(0)
        DispatchQueue.concurrentPerform(iterations: 8) { _ in
            for _ in 0..<50 {
                thread.run {
                    if busy.add(1, ordering: .relaxed).newValue == 1 { done.add(1, ordering: .relaxed) }
                    busy.subtract(1, ordering: .relaxed)
                }
            }
        }
        #expect(done.load(ordering: .relaxed) == 400)
    }
}
