import Dispatch
import Synchronization
import SystemThreads

/// The process's threads for numeric work, beside those that ask for it.
///
/// They are not Dispatch's: its pool has as many threads as there are processors and also runs Swift's tasks, which then wait for
/// seconds, and its threads cannot be told to give way. As many are started as were ever asked for at once.
final class ComputeTeam: Sendable {
    /// One team serves everybody who computes.
    static let shared = ComputeTeam()

    /// Calls of one body, which its owner and the members take one by one.
    private final class Job: Sendable {
        // Sound: read only for a call that was taken, and the owner waits for every call that was taken.
        private nonisolated(unsafe) let body: UnsafePointer<(Int) -> Void>
        private let calls: Int
        private let next = Atomic<Int>(0)
        private let unfinished: Atomic<Int>
        private let ended = DispatchSemaphore(value: 0)
        /// The owner's nice value, which members take over so that they give way as it does.
        let niceness = SystemThread.niceness

        init(calls: Int, _ body: UnsafePointer<(Int) -> Void>) {
            self.calls = calls
            self.body = body
            unfinished = Atomic(calls)
        }

        var hasCalls: Bool { next.load(ordering: .relaxed) < calls }

        /// Makes calls until none is left.
        func work() {
            while true {
                let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard index < calls else { return }
                call(index)
                if unfinished.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue == 0 { ended.signal() }
            }
        }

        func waitForEnd() { ended.wait() }

        /// Not inlined: the closure must be let go of before the call counts as finished.
        @inline(never) private func call(_ index: Int) { body.pointee(index) }
    }

    private struct State {
        var jobs: [Job] = []
        var members = 0
    }

    private let state = Mutex(State())
    private let wake = DispatchSemaphore(value: 0)

    /// Calls `body` with every number below `calls`, on this thread and up to `calls` − 1 members, and waits for all of them.
    ///
    /// Several threads may do so at once, and a body may in turn: whoever asks makes all calls alone when no member is free.
    func run(_ calls: Int, _ body: (Int) -> Void) {
        withoutActuallyEscaping(body) { body in
            withUnsafePointer(to: body) { pointer in
                let job = Job(calls: calls, pointer)
                state.withLock { state in
                    while state.members < calls - 1, startMember(state.members + 1) { state.members += 1 }
                    state.jobs.append(job)
                }
                for _ in 1..<calls { wake.signal() }
                job.work()
                state.withLock { state in state.jobs.removeAll { $0 === job } }
                job.waitForEnd()
            }
        }
    }

    /// Without a thread to be had there are fewer members.
    private func startMember(_ number: Int) -> Bool {
        do {
            try SystemThread.start(name: "compute-\(number)") { [self] in
                while true {
                    wake.wait()
                    guard let job = state.withLock({ $0.jobs.first(where: \.hasCalls) }) else { continue }
                    SystemThread.raiseNiceness(to: job.niceness)
                    job.work()
                }
            }
            return true
        } catch {
            return false
        }
    }
}
