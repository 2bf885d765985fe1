import AnomalyDetection
import Logging
import Storage
import Synchronization
import Tensors
import TestSupport
import Testing

@testable import InspectionService

@Suite("The library of banks", .timeLimit(.minutes(2)))
struct BankLibraryTests {
    private static let key = EncodingKey(model: "m", imageSide: 8, stages: [1, 2])
    /// Two stages of 6 × 8 numbers in float16.
    private static let bankBytes = 2 * 6 * 8 * 2

    private static func name(_ product: Int) -> BankName {
        BankName(product: "p\(product)", version: 1, key: key, maxRows: nil)
    }

    /// The rows of a product's only reference at a stage: different for each.
    private static func rows(_ product: Int, stage: Int, shape: [Int] = [6, 8]) -> CompactRows {
        var random = SeededGenerator(seed: UInt64(product * 10 + stage))
        return CompactRows(random.tensor(shape, in: -0.1...0.1), as: .float16)
    }

    private func withProducts(
        _ count: Int, room: Int, compute: ComputeQueue = ComputeQueue(), shape: [Int] = [6, 8],
        _ body: @Sendable (BankLibrary, SQLiteStore) async throws -> Void
    ) async throws {
        try await withDataFolder { folder in
            let store = try await SQLiteStore.open(directory: folder)
            let now = TestClock().environment.now()
            for product in 0..<count {
                _ = try await store.putProduct("p\(product)", settings: ProductSettings(noun: "x"), if: .none, at: now)
                let banks = [1, 2].map { stage in
                    StageBank(
                        stage: stage, element: .f16, rows: shape[0], width: shape[1],
                        bytes: Self.rows(product, stage: stage, shape: shape).bytes)
                }
                let digest = try #require(SHA256Digest(bytes: [UInt8](repeating: UInt8(product), count: 32)))
                let reference = NewReference(
                    id: digest, format: "png", width: 1, height: 1, bytes: [1],
                    encoding: ReferenceEncoding(
                        key: Self.key, banks: banks, look: ReferenceLook(brightness: 0.5, contrast: 0.1, sharpness: 0.1)
                    ))
                _ = try await store.stageReference(reference, of: "p\(product)", at: now)
                _ = try await store.addReferences(
                    [digest], to: "p\(product)", encodedWith: Self.key, limits: ReferenceLimits(), at: now)
            }
            let coresets = CoresetMaker(
                store: store, compute: compute, threads: ComputeThreads(count: 1), logger: Logger(label: "test"))
            try await body(
                BankLibrary(
                    loader: BankLoader(
                        store: store, coresets: coresets, looks: { _ in [] }, compute: compute,
                        threads: ComputeThreads(count: 1)),
                    maxBytes: room * Self.bankBytes), store)
            try await store.close()
        }
    }

    private func check(_ lease: BankLibrary.Lease, _ product: Int) {
        #expect(lease.references.count == 1)
        for stage in [1, 2] {
            #expect(lease.references.pictures.first?.stages[stage - 1].bytes == Self.rows(product, stage: stage).bytes)
        }
    }

    @Test("reads a bank once for all who ask at the same time")
    func noStampede() async throws {
        try await withProducts(1, room: 4) { library, _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<40 {
                    group.addTask {
                        let lease = try await library.lease(Self.name(0))
                        check(lease, 0)
                    }
                }
                try await group.waitForAll()
            }
            #expect(library.loads == 1)
            #expect(library.bytes == Self.bankBytes)
        }
    }

    @Test("stays within its bytes with many products at once, and lends the right ones", arguments: [1, 3])
    func bounded(_ room: Int) async throws {
        try await withProducts(12, room: room) { library, _ in
            let largest = Peak()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for turn in 0..<240 {
                    group.addTask {
                        let product = (turn * 7 + turn / 12) % 12
                        let lease = try await library.lease(Self.name(product))
                        largest.see(library.bytes)
                        await Task.yield()
                        check(lease, product)
                    }
                }
                try await group.waitForAll()
            }
            #expect(largest.value == room * Self.bankBytes)
            #expect(library.bytes <= room * Self.bankBytes)
            #expect(library.waiting == 0)
        }
    }

    @Test("lends an index over a bank's rows where that pays, and counts its bytes", arguments: [nil, 280])
    func indexed(_ maxRows: Int?) async throws {
        try await withProducts(1, room: 4, shape: [300, 64]) { library, store in
            let lease = try await library.lease(
                BankName(product: "p0", version: 1, key: Self.key, maxRows: maxRows))
            #expect(lease.references.count == 1 && lease.references.pictures.isEmpty)
            #expect(library.bytes == lease.references.byteCount)
            #expect(lease.references.byteCount < 2 * (maxRows ?? 300) * 64 * 4)
        }
    }

    @Test("gives up the bank unused longest")
    func leastRecentlyUsed() async throws {
        try await withProducts(3, room: 2) { library, _ in
            for product in [0, 1, 0, 2] { check(try await library.lease(Self.name(product)), product) }
            #expect(library.loads == 3)
            check(try await library.lease(Self.name(0)), 0)
            #expect(library.loads == 3, "used after 1, so 1 had to go")
            check(try await library.lease(Self.name(1)), 1)
            #expect(library.loads == 4)
        }
    }

    @Test("lets who needs room wait until it is given back, or gives up when cancelled")
    func waiting() async throws {
        try await withProducts(3, room: 1) { library, _ in
            var held: BankLibrary.Lease? = try await library.lease(Self.name(0))
            let cancelled = Task { _ = try await library.lease(Self.name(1)) }
            let second = Task { try await library.lease(Self.name(2)).references.count }
            while library.waiting < 2 { await Task.yield() }
            // Who wants what is there already does not wait.
            check(try await library.lease(Self.name(0)), 0)
            cancelled.cancel()
            await #expect(throws: CancellationError.self) { try await cancelled.value }
            while library.waiting < 1 { await Task.yield() }
            #expect(library.bytes == Self.bankBytes)
            held = nil
            #expect(try await second.value == 1)
            _ = held
            #expect(library.bytes == Self.bankBytes)
        }
    }

    @Test("ends a cancelled task's waiting at once, and reads on for the others")
    func cancelledWhileReading() async throws {
        let compute = ComputeQueue()
        try await withProducts(1, room: 4, compute: compute) { library, _ in
            // The rows of a capped bank are chosen on the queue, which is busy.
            let gate = DispatchGate()
            let entered = Order()
            let busy = Task {
                try await compute.run {
                    entered.append("busy")
                    gate.wait()
                }
            }
            while entered.names.isEmpty { await Task.yield() }
            let name = BankName(product: "p0", version: 1, key: Self.key, maxRows: 4)
            let first = Task { _ = try await library.lease(name) }
            let second = Task { try await library.lease(name).references.count }
            while compute.waiting < 1 { await Task.yield() }
            first.cancel()
            await #expect(throws: CancellationError.self) { try await first.value }
            gate.open()
            #expect(try await second.value == 1)
            try await busy.value
            #expect(library.loads == 1)
        }
    }

    @Test("admits a bank above the bound when it is alone")
    func alone() async throws {
        try await withProducts(2, room: 0) { library, _ in
            check(try await library.lease(Self.name(0)), 0)
            check(try await library.lease(Self.name(1)), 1)
            #expect(library.bytes == Self.bankBytes)
        }
    }

    @Test("counts and lends no more rows than a product's cap")
    func capped() async throws {
        try await withProducts(1, room: 4) { library, store in
            let name = BankName(product: "p0", version: 1, key: Self.key, maxRows: 4)
            let lease = try await library.lease(name)
            #expect(lease.references.pictures.map { $0.stages.map(\.rows) } == [[4, 4]])
            #expect(library.bytes == Self.bankBytes * 4 / 6)
            let chosen = try #require(
                try await store.coreset(of: "p0", version: 1, encodedWith: Self.key, maxRows: 4))
            for (stage, rows) in zip(chosen.stages, lease.references.pictures[0].stages) {
                #expect(stage.rowCount == 6)
                #expect(rows.bytes == Self.rows(0, stage: stage.stage).selecting(stage.rows.map { Int($0) }).bytes)
            }
            let whole = BankName(product: "p0", version: 1, key: Self.key, maxRows: 6)
            check(try await library.lease(whole), 0)
        }
    }

    @Test("keeps nothing of a bank that cannot be read, nor of a product that is gone")
    func failures() async throws {
        try await withProducts(1, room: 4) { library, _ in
            let missing = BankName(product: "p0", version: 9, key: Self.key, maxRows: nil)
            await #expect(throws: StorageError.self) { _ = try await library.lease(missing) }
            let stale = BankName(
                product: "p0", version: 1, key: EncodingKey(model: "other", imageSide: 8, stages: [1]), maxRows: nil)
            let error = await #expect(throws: StorageError.self) { _ = try await library.lease(stale) }
            #expect(error?.code == .staleEncoding)
            #expect(library.bytes == 0)
            check(try await library.lease(Self.name(0)), 0)
            library.forget("p0")
            #expect(library.bytes == 0)
        }
    }
}

/// The largest number seen by any task.
private final class Peak: Sendable {
    private let seen = Mutex(0)

    var value: Int { seen.withLock { $0 } }

    func see(_ number: Int) { seen.withLock { $0 = max($0, number) } }
}
