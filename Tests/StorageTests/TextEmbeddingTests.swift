import Storage
import Testing

@Suite("Text embeddings")
struct TextEmbeddingTests {
    private let key = TextEmbeddingKey(model: "sha256:weights", phrases: "sha256:phrases", noun: "cable")

    @Test("are read back bit for bit")
    func roundTrip() async throws {
        try await withStore { store in
            #expect(try await store.textEmbedding(for: key) == nil)
            let values: [Float] = [0, -0.0, 1.5, .leastNonzeroMagnitude, -.greatestFiniteMagnitude, .infinity]
            try await store.saveTextEmbedding(
                TextEmbedding(shape: [2, 3], values: values), for: key, at: moment(1))
            let found = try #require(try await store.textEmbedding(for: key))
            #expect(found.shape == [2, 3])
            #expect(found.values.map(\.bitPattern) == values.map(\.bitPattern))
        }
    }

    @Test("are kept for each model, phrases and noun, and replaced for the same")
    func keys() async throws {
        try await withStore { store in
            let keys = [
                key, TextEmbeddingKey(model: "other", phrases: key.phrases, noun: key.noun),
                TextEmbeddingKey(model: key.model, phrases: "other", noun: key.noun),
                TextEmbeddingKey(model: key.model, phrases: key.phrases, noun: "other"),
            ]
            for round in 0..<2 {
                for (index, key) in keys.enumerated() {
                    let value = Float(round * 10 + index)
                    try await store.saveTextEmbedding(
                        TextEmbedding(shape: [1], values: [value]), for: key, at: moment(1))
                }
            }
            for (index, key) in keys.enumerated() {
                #expect(try await store.textEmbedding(for: key)?.values == [Float(10 + index)])
            }
        }
    }

    @Test(
        "are refused when shape and values differ",
        arguments: [([2, 2], 3), ([0], 0), ([-1, -1], 1), ([Int.max, 4], 4), ([], 0)])
    func invalid(shape: [Int], count: Int) async throws {
        try await withStore { store in
            let embedding = TextEmbedding(shape: shape, values: [Float](repeating: 1, count: count))
            try await expectError(.invalidValue) {
                try await store.saveTextEmbedding(embedding, for: key, at: moment(1))
            }
            #expect(try await store.textEmbedding(for: key) == nil)
        }
    }
}
