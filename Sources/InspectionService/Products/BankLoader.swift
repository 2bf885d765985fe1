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

/// References as inspections need them.
struct LoadedBank: Sendable {
    let references: ReferenceBank
    /// How each picture looks as a whole.
    let looks: [PictureLook]

    /// No references at all.
    static let none = LoadedBank(references: .none, looks: [])
}

/// Reads banks from the store, and indexes them where that pays.
struct BankLoader: Sendable {
    let store: any ReferenceStore
    let coresets: CoresetMaker
    let looks: @Sendable (BankName) async throws -> [PictureLook]
    let compute: ComputeQueue
    let threads: ComputeThreads

    /// What a bank takes in memory, in bytes, at most.
    ///
    /// - Throws: `StorageError` with `.staleEncoding` when members must be encoded again.
    func byteCount(of name: BankName) async throws -> Int {
        let layout = try await store.bankLayout(of: name.product, version: name.version, encodedWith: name.key)
        guard layout.stale.isEmpty else {
            throw StorageError(
                .staleEncoding, "references were encoded with another model, side or stages", expected: 0,
                found: layout.stale.count)
        }
        let sizes = name.key.stages.map { stage in
            let entries = layout.entries.filter { $0.stage == stage }
            let rows = min(layout.rows(stage: stage), name.maxRows ?? .max)
            let width = entries.first?.width ?? 0
            let widest = entries.map { $0.element.byteCount(rows: 1, width: $0.width) ?? 0 }.max() ?? 0
            return (
                plain: name.maxRows == nil ? entries.reduce(0) { $0 + $1.byteCount } : rows * widest,
                indexed: RowIndex.mostBytes(
                    entries.map { CompactRows.Element($0.element) }, rows: rows, width: width),
                pays: RowIndex.pays(rows: rows, width: width)
            )
        }
        let pays = sizes.allSatisfy(\.pays)
        return sizes.reduce(0) { $0 + (pays ? $1.indexed : $1.plain) }
    }

    /// Reads a bank; where its rows are capped, those that were chosen, which are chosen now if they never were.
    func load(_ name: BankName) async throws -> LoadedBank {
        LoadedBank(references: try await references(name), looks: try await looks(name))
    }

    private func references(_ name: BankName) async throws -> ReferenceBank {
        var chosen: [Int: [UInt32]]?
        if let maxRows = name.maxRows {
            let coreset = try await coresets.coreset(of: name, maxRows: maxRows)
            chosen = Dictionary(coreset.stages.map { ($0.stage, $0.rows) }) { $1 }
        }
        // The entries come by stage, then by position: the first stage's order is the references'.
        var stages = try await store.reduceBank(
            of: name.product, version: name.version, encodedWith: name.key, into: [[CompactRows]]()
        ) { [chosen] stages, entry, span in
            if entry.rowOffset == 0 { stages.append([]) }
            var rows = span.withUnsafeBytes { bytes in
                CompactRows(.init(entry.element), rows: entry.rows, width: entry.width, copying: bytes)
            }
            if let chosen {
                rows = rows.selecting(chosen[entry.stage] ?? [], from: entry.rowOffset)
            }
            stages[stages.count - 1].append(rows)
        }
        guard let count = stages.first?.count, stages.allSatisfy({ $0.count == count }) else {
            throw StorageError(.corrupt, "a reference set's banks are incomplete")
        }
        guard ReferenceBank.pays(stages) else {
            return ReferenceBank((0..<count).map { index in ReferenceFeatures(unitStages: stages.map { $0[index] }) })
        }
        var indices: [RowIndex] = []
        while !stages.isEmpty {
            // Rows are let go stage by stage: both forms of all of them never lie in memory together.
            let parts = stages.removeFirst()
            indices.append(try await compute.run(.background) { [threads] in RowIndex(parts, threads: threads) })
        }
        return ReferenceBank(indices: indices, count: count)
    }
}

extension CompactRows {
    /// This picture's rows among those that were chosen of a joined bank.
    ///
    /// - Parameters:
    ///   - chosen: Positions in the joined bank.
    ///   - offset: Where this picture's rows begin in it.
    /// - Returns: In the order of `chosen`.
    func selecting(_ chosen: [UInt32], from offset: Int) -> CompactRows {
        selecting(chosen.map { Int($0) - offset }.filter { (0..<rows).contains($0) })
    }
}

extension ReferenceFeatures {
    /// Wraps the banks of one picture.
    init(_ banks: [StageBank]) {
        self.init(
            unitStages: banks.map { bank in
                bank.bytes.withUnsafeBytes {
                    CompactRows(.init(bank.element), rows: bank.rows, width: bank.width, copying: $0)
                }
            })
    }
}
