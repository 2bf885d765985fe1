import AnomalyDetection
import Logging
import Storage
import Tensors

/// Does what a product needs before pictures of it can be inspected: embeddings of its states, current banks.
struct ProductPreparer: Sendable {
    /// Work of encoding one reference again, in units of one prompt.
    private static let unitsPerReference = 32
    /// Work of choosing the rows of a capped bank, likewise.
    private static let unitsOfChoice = 32

    let store: any Store
    let prompts: PromptEncoder
    let references: ReferenceEncoder
    let banks: BankLibrary
    let now: @Sendable () -> Timestamp
    let logger: Logger

    /// Runs the whole preparation and reports to `preparation`; ends early when the task is cancelled.
    func prepare(_ product: ProductRecord, plan: ProductPlan, _ preparation: Preparation) async {
        do {
            let states = plan.prompts.states
            var embeddings: [Tensor?] = []
            for state in states { embeddings.append(try await prompts.cached(plan.embeddingKey(of: state))) }
            let stale = try await staleReferences(of: product, plan)
            let missing = states.indices.filter { embeddings[$0] == nil }
            let choosesRows = try await needsChoice(product, plan)
            if !missing.isEmpty || !stale.isEmpty || choosesRows {
                let work = missing.map { index in
                    PromptEncoder.Missing(
                        prompts: plan.prompts.prompts(of: states[index]), key: plan.embeddingKey(of: states[index]))
                }
                let choice = choosesRows ? Self.unitsOfChoice : 0
                let total = work.reduce(stale.count * Self.unitsPerReference + choice) { $0 + $1.prompts.count }
                preparation.begin(total: total)
                logger.info(
                    "preparing a product",
                    metadata: [
                        "product": "\(product.id)", "states": "\(missing.count)", "references": "\(stale.count)",
                    ])
                for (index, state) in zip(missing, work) {
                    guard let cut = try await prompts.cut(state) else { continue }
                    logger.warning(
                        "prompts are cut",
                        metadata: ["product": "\(product.id)", "state": "\(states[index].name)", "reason": "\(cut)"])
                }
                for group in PromptEncoder.groups(work) {
                    let encoded = try await prompts.encode(group, progress: preparation.advance)
                    for (position, embedding) in zip(group.indices, encoded) {
                        embeddings[missing[position]] = embedding
                    }
                    logger.info(
                        "encoded states",
                        metadata: ["product": "\(product.id)", "done": "\(group.endIndex)", "of": "\(missing.count)"])
                }
                try await encodeAgain(stale, of: product, plan, preparation)
                if choosesRows {
                    // Lending the bank chooses its rows; it stays in memory for the first inspection.
                    _ = try await banks.lease(plan.bank(of: product))
                    preparation.advance(Self.unitsOfChoice)
                }
            }
            let columns = zip(states, embeddings).compactMap { state, embedding in embedding.map { (state.name, $0) } }
            preparation.finish(.ready(try StateEmbeddings(columns)))
        } catch {
            // The store says in its own words that its caller was cancelled.
            if !(error is CancellationError) && !Task.isCancelled {
                logger.error(
                    "a product could not be prepared", metadata: ["product": "\(product.id)", "error": "\(error)"])
            }
            preparation.finish(.failed(Problem(error)))
        }
    }

    /// Whether the product's bank is capped and its rows were not chosen yet.
    private func needsChoice(_ product: ProductRecord, _ plan: ProductPlan) async throws -> Bool {
        guard let maxRows = product.settings.maxBankRows, product.references.count > 0 else { return false }
        return try await store.coreset(
            of: product.id, version: product.references.version, encodedWith: plan.encodingKey, maxRows: maxRows) == nil
    }

    private func staleReferences(
        of product: ProductRecord, _ plan: ProductPlan
    ) async throws -> [Storage.SHA256Digest] {
        guard product.references.version > 0 else { return [] }
        return try await store.bankLayout(
            of: product.id, version: product.references.version, encodedWith: plan.encodingKey
        ).stale
    }

    private func encodeAgain(
        _ stale: [Storage.SHA256Digest], of product: ProductRecord, _ plan: ProductPlan, _ preparation: Preparation
    ) async throws {
        for id in stale {
            guard let picture = try await store.referencePicture(id, of: product.id) else { continue }
            let encoding = try await references.encode(picture.bytes, key: plan.encodingKey, lane: .background)
            try await store.saveEncoding(encoding, of: id, product: product.id, at: now())
            preparation.advance(Self.unitsPerReference)
        }
    }
}
