import Foundation
import GRDB

extension SQLiteStore {
    /// See `TextEmbeddingStore`.
    public func textEmbedding(for key: TextEmbeddingKey) async throws(StorageError) -> TextEmbedding? {
        try key.validate()
        return try await read { db in
            let sql = "SELECT shape, embedding FROM text_embeddings WHERE model = ? AND phrases = ? AND noun = ?"
            return try db.readFirst(sql, [key.model, key.phrases, key.noun]) { columns in
                let embedding = TextEmbedding(
                    shape: try columns.nextJSON(), values: FloatBytes.decode(try columns.nextBytes()))
                guard embedding.isConsistent else { throw StorageError(.corrupt, "a text embedding has another size") }
                return embedding
            }
        }
    }

    /// See `TextEmbeddingStore`.
    public func saveTextEmbedding(
        _ embedding: TextEmbedding, for key: TextEmbeddingKey, at now: Timestamp
    ) async throws(StorageError) {
        try key.validate()
        guard embedding.isConsistent else {
            throw StorageError(
                .invalidValue, "the number of values differs from the shape", found: embedding.values.count)
        }
        try await write { db in
            try db.execute(
                sql: """
                    INSERT INTO text_embeddings (model, phrases, noun, shape, created_at, embedding)
                    VALUES (?, ?, ?, ?, ?, ?)
                    ON CONFLICT (model, phrases, noun) DO UPDATE SET
                        shape = excluded.shape, created_at = excluded.created_at, embedding = excluded.embedding
                    """,
                arguments: [
                    key.model, key.phrases, key.noun, try ColumnJSON.encode(embedding.shape), now.microseconds,
                    Data(FloatBytes.encode(embedding.values)),
                ])
        }
    }
}

/// Numbers as little-endian float32.
enum FloatBytes {
    static func encode(_ values: [Float]) -> [UInt8] {
        values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian, Array.init) }
    }

    /// Bytes beyond the last whole number are left out; callers compare the count.
    static func decode(_ bytes: [UInt8]) -> [Float] {
        bytes.withUnsafeBytes { bytes in
            (0..<bytes.count / 4).map {
                Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self)))
            }
        }
    }
}

extension TextEmbeddingKey {
    fileprivate func validate() throws(StorageError) {
        try Validation.name(model, "the model's name")
        try Validation.name(phrases, "the phrases' digest")
        try Validation.name(noun, "the noun")
    }
}

extension TextEmbedding {
    /// Whether there are values, as many as the shape says.
    fileprivate var isConsistent: Bool {
        var count = 1
        for size in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: size)
            guard size > 0, !overflow else { return false }
            count = product
        }
        return count == values.count
    }
}
