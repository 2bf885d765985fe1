import Synchronization

/// The moment until which work must have begun; work that is late is never begun.
///
/// Whatever waits (for a place, for a thread, for the engine) is woken when the moment passes, so that an inspection that
/// nobody wants any more holds no memory. Once begun, work ends.
final class StartDeadline: Sendable {
    private enum State {
        /// With what ends the waiting. It is dropped as soon as possible: the alarm, which may be an hour away, must not keep
        /// a picture in memory.
        case waiting(cancel: (@Sendable () -> Void)?)
        case begun
        case passed
    }

    private let limit: Duration
    private let moment: Duration
    private let environment: ServiceEnvironment
    private let state = Mutex(State.waiting(cancel: nil))

    /// Sets the moment.
    ///
    /// - Parameters:
    ///   - limit: How long from now.
    ///   - environment: The clock and the alarm.
    init(in limit: Duration, _ environment: ServiceEnvironment) {
        self.limit = limit
        self.environment = environment
        moment = environment.uptime() + limit
    }

    /// Does everything around the work that must begin in time.
    ///
    /// - Parameter work: Calls ``begin()`` when the part that counts begins; cancelled when the moment passes before.
    /// - Returns: What `work` returns.
    /// - Throws: What `work` throws; `Problem` of kind `deadlinePassed` when it was cancelled for being late.
    func guarding<Output: Sendable>(_ work: @escaping @Sendable () async throws -> Output) async throws -> Output {
        let task = Task(operation: work)
        state.withLock { if case .waiting = $0 { $0 = .waiting(cancel: { task.cancel() }) } }
        environment.alarm(limit) { [self] in pass()?() }
        do {
            let output = try await withTaskCancellationHandler {
                try await task.value
            } onCancel: {
                task.cancel()
            }
            end()
            return output
        } catch {
            throw end() ? problem : error
        }
    }

    /// The work begins now.
    ///
    /// - Throws: `Problem` of kind `deadlinePassed` when it is too late.
    func begin() throws(Problem) {
        let isLate = environment.uptime() >= moment
        let mayBegin = state.withLock { state in
            if case .waiting = state { state = isLate ? .passed : .begun }
            if case .begun = state { return true }
            return false
        }
        guard mayBegin else { throw problem }
    }

    /// The moment passed.
    ///
    /// - Returns: What ends the waiting; nil when nothing waits any more.
    private func pass() -> (@Sendable () -> Void)? {
        state.withLock { state in
            guard case .waiting(let cancel) = state else { return nil }
            state = .passed
            return cancel
        }
    }

    /// The work ended.
    ///
    /// - Returns: Whether the moment had passed before it began.
    @discardableResult
    private func end() -> Bool {
        state.withLock { state in
            if case .passed = state { return true }
            state = .begun
            return false
        }
    }

    private var problem: Problem {
        let seconds = limit / .seconds(1)
        return Problem(
            .deadlinePassed,
            "expected to begin within \(seconds) s, found no turn until then; nothing was computed or stored")
    }
}
