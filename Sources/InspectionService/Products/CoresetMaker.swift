import AnomalyDetection
import Logging
import Storage
import Tensors

/// Chooses the rows that stand for a capped bank, once per version of a set: the choice is stored.
struct CoresetMaker: Sendable {
    /// Rows chosen in one piece of work: a fraction of the time that a picture takes.
    private static let rowsPerPiece = 128

    let store: any ReferenceStore
    let compute: ComputeQueue
    let threads: ComputeThreads
    let logger: Logger

    /// The chosen rows, from the store or made now.
    ///
    /// The pictures' banks are read one at a time; what is held of all of them is a projection of 128 numbers per row.
    ///
    /// - Throws: `StorageError`, or `CancellationError`.
    func coreset(of name: BankName, maxRows: Int) async throws -> ReferenceCoreset {
        let stored = try await store.coreset(
            of: name.product, version: name.version, encodedWith: name.key, maxRows: maxRows)
        if let stored { return stored }
        let projections = try await projections(of: name)
        var stages: [ReferenceCoreset.Stage] = []
        for (stage, parts) in zip(name.key.stages, projections) {
            let count = parts.reduce(0) { $0 + $1.shape[0] }
            let rows = count <= maxRows ? Array(0..<count) : try await choose(maxRows, from: parts)
            stages.append(
                ReferenceCoreset.Stage(stage: stage, rowCount: count, rows: rows.sorted().map { UInt32($0) }))
        }
        let coreset = ReferenceCoreset(maxRows: maxRows, stages: stages)
        try await store.saveCoreset(coreset, of: name.product, version: name.version, encodedWith: name.key)
        logger.info(
            "chose the rows of a bank",
            metadata: [
                "product": "\(name.product)", "version": "\(name.version)", "maxRows": "\(maxRows)",
                "rows": "\(stages.map(\.rowCount).max() ?? 0)",
            ])
        return coreset
    }

    private func projections(of name: BankName) async throws -> [[Tensor]] {
        let set = try await store.referenceSet(of: name.product, version: name.version)
        var projections = [[Tensor]](repeating: [], count: name.key.stages.count)
        for member in set?.members ?? [] {
            let banks = try await store.referenceBanks(of: member.id, product: name.product, encodedWith: name.key)
            guard let banks, banks.map(\.stage) == name.key.stages else {
                throw StorageError(.staleEncoding, "a reference was encoded anew while its bank was read")
            }
            let parts = try await compute.run(.background) { [threads] in
                ReferenceFeatures(banks).stages.map { BankCoreset.project($0, threads: threads) }
            }
            for stage in parts.indices { projections[stage].append(parts[stage]) }
        }
        return projections
    }

    private func choose(_ count: Int, from parts: [Tensor]) async throws -> [Int] {
        var choice = BankCoreset(parts, threads: threads)
        while true {
            let goal = min(choice.rows.count + Self.rowsPerPiece, count)
            let current = choice
            choice = try await compute.run(.background) {
                var next = current
                next.advance(to: goal)
                return next
            }
            if choice.rows.count == count || choice.rows.count < goal { return choice.rows }
        }
    }
}
