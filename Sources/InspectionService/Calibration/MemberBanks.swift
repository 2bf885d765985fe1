import AnomalyDetection
import Storage
import Tensors

/// The banks of a set's pictures one by one, as inspections search them all together: of a capped bank, each picture's
/// share of the rows that were chosen.
struct MemberBanks: Sendable {
    let store: any ReferenceStore
    let name: BankName
    let members: [Storage.SHA256Digest]
    /// Chosen rows of the joined bank, by stage; nil for all.
    private let chosen: [[UInt32]]?

    /// Reads what is there, and chooses rows where a cap demands it and none were chosen yet.
    ///
    /// - Throws: `StorageError` or `CancellationError`.
    init(_ name: BankName, store: any ReferenceStore, coresets: CoresetMaker) async throws {
        self.store = store
        self.name = name
        members = try await store.referenceSet(of: name.product, version: name.version)?.members.map(\.id) ?? []
        if let maxRows = name.maxRows, !members.isEmpty {
            let coreset = try await coresets.coreset(of: name, maxRows: maxRows)
            chosen = name.key.stages.map { stage in
                coreset.stages.first { $0.stage == stage }?.rows ?? []
            }
        } else {
            chosen = nil
        }
    }

    /// One picture's rows, by stage.
    ///
    /// - Throws: `StorageError` with `.staleEncoding` when it was encoded anew meanwhile.
    func features(at position: Int) async throws -> ReferenceFeatures {
        let banks = try await store.referenceBanks(of: members[position], product: name.product, encodedWith: name.key)
        guard let banks, banks.map(\.stage) == name.key.stages else {
            throw StorageError(.staleEncoding, "a reference was encoded anew while its bank was read")
        }
        let features = ReferenceFeatures(banks)
        guard let chosen else { return features }
        return ReferenceFeatures(
            unitStages: zip(features.stages, chosen).map { rows, chosen in
                // All pictures of a key have as many patches.
                rows.selecting(chosen, from: position * rows.rows)
            })
    }
}
