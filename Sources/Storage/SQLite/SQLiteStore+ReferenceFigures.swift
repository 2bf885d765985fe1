import Foundation
import GRDB

// What is derived from references besides their banks.
extension SQLiteStore {
    /// See `ReferenceStore`.
    public func saveLook(
        _ look: ReferenceLook, of id: SHA256Digest, product: String, encodedWith key: EncodingKey
    ) async throws(StorageError) {
        try look.validate()
        guard Validation.canBeStored(product) else { return }
        try await write { db in
            guard let seq = try Self.referenceSeq(id, of: product, db),
                let encoding = try Self.encodingSeq(ofReference: seq, with: key, db)
            else { return }
            try db.execute(
                sql: "UPDATE reference_encodings SET brightness = ?, contrast = ?, sharpness = ? WHERE seq = ?",
                arguments: [look.brightness, look.contrast, look.sharpness, encoding])
        }
    }

    /// See `ReferenceStore`.
    public func looks(
        of ids: [SHA256Digest], product: String, encodedWith key: EncodingKey
    ) async throws(StorageError) -> [SHA256Digest: ReferenceLook] {
        guard Validation.canBeStored(product) else { return [:] }
        return try await read { db in
            var looks: [SHA256Digest: ReferenceLook] = [:]
            for id in ids {
                guard let seq = try Self.referenceSeq(id, of: product, db),
                    let encoding = try Self.encodingSeq(ofReference: seq, with: key, db)
                else { continue }
                let sql = """
                    SELECT brightness, contrast, sharpness FROM reference_encodings
                    WHERE seq = ? AND brightness IS NOT NULL
                    """
                looks[id] = try db.readFirst(sql, [encoding]) { columns in
                    ReferenceLook(
                        brightness: try columns.next(), contrast: try columns.next(), sharpness: try columns.next())
                }
            }
            return looks
        }
    }

    /// See `ReferenceStore`.
    public func saveDistances(
        _ distances: [ReferenceDistance], product: String, encodedWith key: EncodingKey
    ) async throws(StorageError) {
        guard Validation.canBeStored(product) else { return }
        for distance in distances {
            try Validation.finite(distance.mean, "a distance")
            try Validation.finite(distance.peak, "a distance")
        }
        try await write { db in
            func encoding(_ id: SHA256Digest) throws -> Int64? {
                guard let seq = try Self.referenceSeq(id, of: product, db) else { return nil }
                return try Self.encodingSeq(ofReference: seq, with: key, db)
            }
            for distance in distances {
                guard let from = try encoding(distance.from), let to = try encoding(distance.to) else { continue }
                try db.execute(
                    sql: """
                        INSERT OR REPLACE INTO reference_distances (encoding_seq, other_seq, mean, peak)
                        VALUES (?, ?, ?, ?)
                        """, arguments: [from, to, distance.mean, distance.peak])
            }
        }
    }

    /// See `ReferenceStore`.
    public func distances(
        of product: String, version: Int, encodedWith key: EncodingKey
    ) async throws(StorageError) -> [ReferenceDistance] {
        guard Validation.canBeStored(product) else { return [] }
        return try await read { db in
            let sql = """
                WITH member AS (
                    SELECT encoding.seq, picture.sha256, entry.position FROM reference_set_members AS entry
                    JOIN reference_images AS picture ON picture.seq = entry.reference_seq
                    JOIN reference_encodings AS encoding ON encoding.reference_seq = picture.seq
                    WHERE entry.product_id = ? AND entry.version = ?
                        AND encoding.model = ? AND encoding.image_side = ? AND encoding.stages = ?)
                SELECT one.sha256, other.sha256, distance.mean, distance.peak FROM member AS one
                JOIN reference_distances AS distance ON distance.encoding_seq = one.seq
                JOIN member AS other ON other.seq = distance.other_seq
                ORDER BY one.position, other.position
                """
            let stages = try ColumnJSON.encode(key.stages)
            return try db.readAll(sql, [product, version, key.model, key.imageSide, stages]) { columns in
                ReferenceDistance(
                    from: try columns.nextDigest(), to: try columns.nextDigest(), mean: try columns.next(),
                    peak: try columns.next())
            }
        }
    }

    /// See `ReferenceStore`.
    public func saveCoreset(
        _ coreset: ReferenceCoreset, of product: String, version: Int, encodedWith key: EncodingKey
    ) async throws(StorageError) {
        guard coreset.maxRows > 0, coreset.stages.map(\.stage) == key.stages else {
            throw StorageError(.invalidValue, "the chosen rows do not match the stages")
        }
        for stage in coreset.stages {
            let isAscending = zip(stage.rows, stage.rows.dropFirst()).allSatisfy(<)
            guard isAscending, let last = stage.rows.last, Int(last) < stage.rowCount,
                stage.rows.count <= coreset.maxRows
            else { throw StorageError(.invalidValue, "the chosen rows are not rows of the bank") }
        }
        try await write { db in
            guard Validation.canBeStored(product), try Self.setCreatedAt(of: product, version: version, db) != nil
            else {
                throw StorageError(.notFound, "there is no such version of the product's references")
            }
            try db.execute(sql: "DELETE FROM reference_coresets WHERE product_id = ?", arguments: [product])
            for stage in coreset.stages {
                try db.execute(
                    sql: """
                        INSERT INTO reference_coresets
                            (product_id, version, model, image_side, stage, max_rows, row_count, rows)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        product, version, key.model, key.imageSide, stage.stage, coreset.maxRows, stage.rowCount,
                        Self.data(stage.rows),
                    ])
            }
        }
    }

    /// See `ReferenceStore`.
    public func coreset(
        of product: String, version: Int, encodedWith key: EncodingKey, maxRows: Int
    ) async throws(StorageError) -> ReferenceCoreset? {
        guard Validation.canBeStored(product) else { return nil }
        return try await read { db in
            let sql = """
                SELECT stage, row_count, rows FROM reference_coresets
                WHERE product_id = ? AND version = ? AND model = ? AND image_side = ? AND max_rows = ? ORDER BY stage
                """
            let stages = try db.readAll(sql, [product, version, key.model, key.imageSide, maxRows]) { columns in
                ReferenceCoreset.Stage(
                    stage: try columns.next(), rowCount: try columns.next(), rows: try Self.rows(columns.nextBytes()))
            }
            guard stages.map(\.stage) == key.stages.sorted() else { return nil }
            return ReferenceCoreset(maxRows: maxRows, stages: stages)
        }
    }

    private static func data(_ rows: [UInt32]) -> Data {
        Data(rows.flatMap { row in (0..<4).map { UInt8(truncatingIfNeeded: row >> ($0 * 8)) } })
    }

    private static func rows(_ bytes: [UInt8]) throws -> [UInt32] {
        guard bytes.count.isMultiple(of: 4) else {
            throw StorageError(.corrupt, "the chosen rows of a bank have another size")
        }
        return stride(from: 0, to: bytes.count, by: 4).map { index in
            (0..<4).reduce(0) { $0 | UInt32(bytes[index + $1]) << ($1 * 8) }
        }
    }
}
