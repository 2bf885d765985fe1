/// Encoded prompts, kept so that they are computed once.
public protocol TextEmbeddingStore: Sendable {
    /// Reads the embedding stored for a key.
    func textEmbedding(for key: TextEmbeddingKey) async throws(StorageError) -> TextEmbedding?

    /// Stores an embedding, replacing the one that was there.
    ///
    /// - Throws: `.invalidValue` when shape and count of values differ, or an engine failure.
    func saveTextEmbedding(
        _ embedding: TextEmbedding, for key: TextEmbeddingKey, at now: Timestamp
    ) async throws(StorageError)
}
