import AnomalyDetection
import Storage
import Tensors

/// Memory banks in use: read from the store once, kept until the product's set changes or memory is needed.
actor BankLibrary {
    private struct Slot: Hashable {
        let product: String
        let version: Int
        let key: EncodingKey
    }

    private struct Loaded {
        let references: [ReferenceFeatures]
        let bytes: Int
        var lastUse: Int
    }

    private let store: any ReferenceStore
    private let maxBytes: Int
    private var loaded: [Slot: Loaded] = [:]
    private var loading: [Slot: Task<[ReferenceFeatures], any Error>] = [:]
    private var uses = 0

    init(store: any ReferenceStore, maxBytes: Int) {
        self.store = store
        self.maxBytes = maxBytes
    }

    /// The references of one version of a product's set; versions never change, so what is in memory stays right.
    ///
    /// - Throws: `StorageError` with `.staleEncoding` when members must be encoded again.
    func references(of product: String, version: Int, key: EncodingKey) async throws -> [ReferenceFeatures] {
        let slot = Slot(product: product, version: version, key: key)
        uses += 1
        if loaded[slot] != nil {
            loaded[slot]?.lastUse = uses
            return loaded[slot]?.references ?? []
        }
        if let task = loading[slot] { return try await task.value }
        let store = store
        // Not a child of the caller's task: another request may be waiting for the same bank.
        let task = Task { try await Self.load(slot, from: store) }
        loading[slot] = task
        defer { loading[slot] = nil }
        let references = try await task.value
        keep(references, in: slot)
        return references
    }

    private func keep(_ references: [ReferenceFeatures], in slot: Slot) {
        for old in loaded.keys where old.product == slot.product && old.version < slot.version { loaded[old] = nil }
        let bytes = references.reduce(0) { $0 + $1.stages.reduce(0) { $0 + $1.count * MemoryLayout<Float>.size } }
        var total = loaded.values.reduce(bytes) { $0 + $1.bytes }
        while total > maxBytes, let oldest = loaded.min(by: { $0.value.lastUse < $1.value.lastUse }) {
            loaded[oldest.key] = nil
            total -= oldest.value.bytes
        }
        loaded[slot] = Loaded(references: references, bytes: bytes, lastUse: uses)
    }

    private static func load(_ slot: Slot, from store: any ReferenceStore) async throws -> [ReferenceFeatures] {
        // The entries come by stage, then by position: the first stage's order is the references'.
        let stages = try await store.reduceBank(
            of: slot.product, version: slot.version, encodedWith: slot.key,
            into: Result<[[Tensor]], InspectionModelError>.success([])
        ) { result, entry, span in
            guard case .success(var stages) = result else { return }
            if entry.rowOffset == 0 { stages.append([]) }
            result = span.withUnsafeBytes { bytes in
                Result { () throws(InspectionModelError) in
                    stages[stages.count - 1].append(
                        try ReferenceFeatures.stage(float16: bytes, patches: entry.rows, width: entry.width))
                    return stages
                }
            }
        }.get()
        guard let count = stages.first?.count, stages.allSatisfy({ $0.count == count }) else {
            throw StorageError(.corrupt, "a reference set's banks are incomplete")
        }
        return (0..<count).map { index in ReferenceFeatures(unitStages: stages.map { $0[index] }) }
    }
}
