import AnomalyDetection
import CLIP
import Storage
import Synchronization
import Tensors

/// Makes the text embedding of a state, or finds it in the store: each is computed once per model, ever.
final class PromptEncoder: Sendable {
    /// Prompts in one piece of work: a fraction of the time that a picture takes, so that inspections go in between.
    private static let promptsPerPiece = 16

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

    /// Computes and stores the embedding of a state.
    ///
    /// Piece by piece, because `StateEmbeddings.embedding` would occupy the engine for all prompts at once.
    ///
    /// - Parameters:
    ///   - prompts: At least one.
    ///   - key: Where it is stored.
    ///   - progress: Told how many more prompts are done.
    /// - Returns: [embedDim].
    /// - Throws: `CLIPError`, `StorageError`, or `CancellationError`.
    func encode(
        _ prompts: [String], as key: TextEmbeddingKey, progress: @Sendable (Int) -> Void
    ) async throws -> Tensor {
        let embedDim = model.clip.configuration.embedDim
        var mean = PromptMean(embedDim: embedDim)
        var first = 0
        while first < prompts.count {
            let piece = Array(prompts[first..<min(first + Self.promptsPerPiece, prompts.count)])
            mean.add(try await compute.run(.background) { [model] in try model.clip.encode(texts: piece) })
            encoded.add(piece.count, ordering: .relaxed)
            progress(piece.count)
            first += piece.count
        }
        let embedding = mean.embedding
        try await store.saveTextEmbedding(
            TextEmbedding(shape: [embedDim], values: embedding.values), for: key, at: now())
        return embedding
    }
}
