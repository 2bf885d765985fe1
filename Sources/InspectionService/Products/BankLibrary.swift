import AnomalyDetection
import Storage
import Synchronization

/// Memory banks in use: read from the store when they are needed, once for all who wait for the same, and kept within a
/// fixed number of bytes.
///
/// A bank is lent. What is lent stays; of the rest, the one unused longest gives way. Who needs room that is lent to
/// others waits, so that the sum never passes the bound, however many products are inspected at the same time. Nobody
/// holds two banks, so this always ends. A single bank above the bound is admitted alone: the caps on references bound it.
final class BankLibrary: Sendable {
    /// A bank that stays in memory while this is held.
    final class Lease: Sendable {
        private let bank: LoadedBank
        private let release: @Sendable () -> Void

        fileprivate init(_ bank: LoadedBank, release: @escaping @Sendable () -> Void) {
            self.bank = bank
            self.release = release
        }

        /// Empty for zero-shot.
        var references: ReferenceBank { bank.references }
        /// How each reference looks as a whole.
        var looks: [PictureLook] { bank.looks }

        /// No references at all.
        static let none = Lease(.none, release: {})

        deinit { release() }
    }

    private struct Entry {
        let task: Task<LoadedBank, any Error>
        /// The most it can take while it is read, then what it takes.
        var bytes: Int
        /// How many hold it or wait for it.
        var leases: Int
        var lastUse: Int
    }

    private struct State {
        var entries: [BankName: Entry] = [:]
        var uses = 0
        /// Those that need room, in the order in which they came.
        var tickets: [Int] = []
        var waiters: [CheckedContinuation<Void, Never>] = []
        /// Grows whenever there may be room: who looked before that looks again instead of waiting.
        var turn = 0
        var loads = 0

        var bytes: Int { entries.values.reduce(0) { $0 + $1.bytes } }

        mutating func lend(_ name: BankName) -> Task<LoadedBank, any Error>? {
            guard entries[name] != nil else { return nil }
            uses += 1
            entries[name]?.leases += 1
            entries[name]?.lastUse = uses
            return entries[name]?.task
        }

        /// Makes room when that is possible without taking anything from anybody.
        mutating func makeRoom(for bytes: Int, within bound: Int, replacing name: BankName) -> Bool {
            let idle = entries.filter { $0.value.leases == 0 }
            let lent = self.bytes - idle.values.reduce(0) { $0 + $1.bytes }
            guard lent + bytes <= bound || entries.count == idle.count else { return false }
            for old in idle.keys where old.product == name.product && old.version < name.version { entries[old] = nil }
            for (old, _) in idle.sorted(by: { $0.value.lastUse < $1.value.lastUse }) where self.bytes + bytes > bound {
                entries[old] = nil
            }
            return true
        }
    }

    private let loader: BankLoader
    private let maxBytes: Int
    private let state = Mutex(State())

    init(loader: BankLoader, maxBytes: Int) {
        self.loader = loader
        self.maxBytes = maxBytes
    }

    /// Bytes of banks in memory or being read.
    var bytes: Int { state.withLock { $0.bytes } }

    /// Banks read from the store since the service started.
    var loads: Int { state.withLock { $0.loads } }

    /// Those that wait for room.
    var waiting: Int { state.withLock { $0.waiters.count } }

    /// Lends a bank.
    ///
    /// - Throws: `StorageError`, with `.staleEncoding` when members must be encoded again; `CancellationError`.
    func lease(_ name: BankName) async throws -> Lease {
        if let task = state.withLock({ $0.lend(name) }) { return try await lease(name, task) }
        let bytes = try await loader.byteCount(of: name)
        let ticket = state.withLock { state in
            state.uses += 1
            state.tickets.append(state.uses)
            return state.uses
        }
        defer {
            state.withLock { $0.tickets.removeAll { $0 == ticket } }
            wakeWaiters()
        }
        while true {
            try Task.checkCancellation()
            let turn = state.withLock { $0.turn }
            if let task = admit(name, bytes: bytes, ticket: ticket) { return try await lease(name, task) }
            await waitForRoom(after: turn)
        }
    }

    /// Drops what is in memory of a product that was deleted.
    func forget(_ product: String) {
        state.withLock { state in
            for (name, entry) in state.entries where name.product == product && entry.leases == 0 {
                state.entries[name] = nil
            }
        }
        wakeWaiters()
    }

    private func admit(_ name: BankName, bytes: Int, ticket: Int) -> Task<LoadedBank, any Error>? {
        state.withLock { state in
            if let task = state.lend(name) { return task }
            guard state.tickets.first == ticket, state.makeRoom(for: bytes, within: maxBytes, replacing: name) else {
                return nil
            }
            state.uses += 1
            state.loads += 1
            // Not a child of the caller's task: others may come to wait for the same bank.
            let task = Task {
                let bank = try await loader.load(name)
                settle(name, bytes: bank.references.byteCount)
                return bank
            }
            state.entries[name] = Entry(task: task, bytes: bytes, leases: 1, lastUse: state.uses)
            return task
        }
    }

    /// Gives back what a bank that was read takes less than was set aside.
    private func settle(_ name: BankName, bytes: Int) {
        state.withLock { $0.entries[name]?.bytes = bytes }
        wakeWaiters()
    }

    private func lease(_ name: BankName, _ task: Task<LoadedBank, any Error>) async throws -> Lease {
        guard let result = await Self.result(of: task) else {
            giveBack(name, task)
            throw CancellationError()
        }
        do {
            return Lease(try result.get()) { [self] in giveBack(name, task) }
        } catch {
            giveBack(name, task, failed: true)
            throw error
        }
    }

    /// What a bank's reading comes to; nil at once when the caller is cancelled, for the reading goes on for others.
    private static func result(
        of task: Task<LoadedBank, any Error>
    ) async -> Result<LoadedBank, any Error>? {
        let (results, continuation) = AsyncStream<Result<LoadedBank, any Error>>.makeStream()
        Task {
            continuation.yield(await task.result)
            continuation.finish()
        }
        return await results.first { _ in true }
    }

    private func giveBack(_ name: BankName, _ task: Task<LoadedBank, any Error>, failed: Bool = false) {
        state.withLock { state in
            guard let entry = state.entries[name], entry.task == task else { return }
            if failed { state.entries[name] = nil } else { state.entries[name]?.leases -= 1 }
        }
        wakeWaiters()
    }

    /// Waits until something was given back since a turn, or the task is cancelled.
    private func waitForRoom(after turn: Int) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.turn != turn { return true }
                    state.waiters.append(continuation)
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            wakeWaiters()
        }
    }

    private func wakeWaiters() {
        let waiters = state.withLock { state in
            state.turn += 1
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}
