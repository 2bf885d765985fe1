/// What an embedding of prompts depends on.
public struct TextEmbeddingKey: Sendable, Hashable {
    /// Names the weights; opaque to the store.
    public let model: String
    /// Digest of the phrases and templates; opaque to the store.
    public let phrases: String
    /// The word for the product.
    public let noun: String

    /// Makes a key from its parts.
    public init(model: String, phrases: String, noun: String) {
        self.model = model
        self.phrases = phrases
        self.noun = noun
    }
}

/// Encoded prompts.
public struct TextEmbedding: Sendable, Equatable {
    /// For example [states, embedDim].
    public let shape: [Int]
    /// Row-major; as many as the product of `shape`.
    public let values: [Float]

    /// Makes an embedding from its parts.
    public init(shape: [Int], values: [Float]) {
        self.shape = shape
        self.values = values
    }
}
