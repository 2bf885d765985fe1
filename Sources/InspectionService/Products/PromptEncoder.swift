import AnomalyDetection
import CLIP
import Storage
import Synchronization
import Tensors

/// Makes the text embeddings of states, or finds them in the store: each is computed once per model, ever.
final class PromptEncoder: Sendable {
    /// A state that the store does not have.
    struct Missing {
        /// At least one.
        let prompts: [String]
        /// Where its embedding is stored.
        let key: TextEmbeddingKey
    }

    /// Prompts, about, after which their states are finished and stored: what a stop loses at most.
    ///
    /// States share less the fewer are encoded together; at this number that is 3 % of the work for 4,550 prompts.
    private static let promptsPerGroup = 2048

    private let model: InspectionModel
    private let compute: ComputeQueue
    private let store: any TextEmbeddingStore
    private let now: @Sendable () -> Timestamp
    private let encoded = Atomic<Int>(0)

    init(
        model: InspectionModel, compute: ComputeQueue, store: any TextEmbeddingStore,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.model = model
        self.compute = compute
        self.store = store
        self.now = now
    }

    /// Prompts that went through the text tower since the service started.
    var promptsEncoded: Int { encoded.load(ordering: .relaxed) }

    /// The embedding of a state as the store has it.
    ///
    /// - Returns: [embedDim], or nil when it must be computed.
    func cached(_ key: TextEmbeddingKey) async throws -> Tensor? {
        guard let embedding = try await store.textEmbedding(for: key),
            embedding.shape == [model.clip.configuration.embedDim]
        else { return nil }
        return Tensor(shape: embedding.shape, embedding.values)
    }

    /// States cut into groups that are encoded one after the other.
    static func groups(_ states: [Missing]) -> [ArraySlice<Missing>] {
        var groups: [ArraySlice<Missing>] = []
        var rest = states[...]
        while !rest.isEmpty {
            var prompts = 0
            let group = rest.prefix { state in
                defer { prompts += state.prompts.count }
                return prompts < promptsPerGroup
            }
            groups.append(group)
            rest = rest[group.endIndex...]
        }
        return groups
    }

    /// Prompts of a state that the model will not read to their ends, or nil.
    func cut(_ state: Missing) async throws -> CutPrompts? {
        try await compute.run(.background) { [model] in
            CutPrompts(state.prompts, tokenizer: model.clip.tokenizer)
        }
    }

    /// Computes and stores the embeddings of a group's states.
    ///
    /// Batch by batch, so that inspections go in between.
    ///
    /// - Parameters:
    ///   - group: In the order of the result.
    ///   - progress: Told how many more prompts are done.
    /// - Returns: [embedDim] for each state.
    /// - Throws: `InspectionModelError`, `CLIPError`, `StorageError`, or `CancellationError`.
    func encode(_ group: ArraySlice<Missing>, progress: @Sendable (Int) -> Void) async throws -> [Tensor] {
        let prompts = group.map(\.prompts)
        var encoding = try await compute.run(.background) { [model] in
            try EnsembleEncoding(prompts, model: model.clip)
        }
        for batch in encoding.batches {
            let rows = try await compute.run(.background) { [model] in try model.clip.text.encode(batch) }
            encoding.add(rows, of: batch)
            encoded.add(batch.indices.count, ordering: .relaxed)
            progress(batch.indices.count)
        }
        let embeddings = encoding.embeddings
        for (state, embedding) in zip(group, embeddings) {
            try await store.saveTextEmbedding(
                TextEmbedding(shape: embedding.shape, values: embedding.values), for: state.key, at: now())
        }
        return embeddings
    }
}
