import AnomalyDetection
import Storage
import Tensors

/// Names one bank: a version of a product's references, which never changes, as one encoding and cap of rows have it.
struct BankName: Sendable, Hashable {
    let product: String
    let version: Int
    let key: EncodingKey
    /// Rows per stage; nil for all.
    let maxRows: Int?
}

/// Reads banks from the store.
struct BankLoader: Sendable {
    let store: any ReferenceStore

    /// What a bank takes in memory, in bytes.
    ///
    /// - Throws: `StorageError` with `.staleEncoding` when members must be encoded again.
    func byteCount(of name: BankName) async throws -> Int {
        let layout = try await store.bankLayout(of: name.product, version: name.version, encodedWith: name.key)
        guard layout.stale.isEmpty else {
            throw StorageError(
                .staleEncoding, "references were encoded with another model, side or stages", expected: 0,
                found: layout.stale.count)
        }
        return layout.byteCount
    }

    /// Reads a bank.
    ///
    /// - Returns: One entry per picture of the set.
    func load(_ name: BankName) async throws -> [ReferenceFeatures] {
        // The entries come by stage, then by position: the first stage's order is the references'.
        let stages = try await store.reduceBank(
            of: name.product, version: name.version, encodedWith: name.key, into: [[CompactRows]]()
        ) { stages, entry, span in
            if entry.rowOffset == 0 { stages.append([]) }
            let rows = span.withUnsafeBytes { bytes in
                CompactRows(.init(entry.element), rows: entry.rows, width: entry.width, copying: bytes)
            }
            stages[stages.count - 1].append(rows)
        }
        guard let count = stages.first?.count, stages.allSatisfy({ $0.count == count }) else {
            throw StorageError(.corrupt, "a reference set's banks are incomplete")
        }
        return (0..<count).map { index in ReferenceFeatures(unitStages: stages.map { $0[index] }) }
    }
}
