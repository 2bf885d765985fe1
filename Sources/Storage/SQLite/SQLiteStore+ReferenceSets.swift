import Foundation
import GRDB

// The steps that transactions on references are made of.
extension SQLiteStore {
    static func referenceSeq(_ id: SHA256Digest, of product: String, _ db: Database) throws -> Int64? {
        try Int64.fetchOne(
            db, sql: "SELECT seq FROM reference_images WHERE product_id = ? AND sha256 = ?",
            arguments: [product, id.data])
    }

    static func insertPicture(
        _ reference: NewReference, of product: String, at now: Timestamp, _ db: Database
    ) throws -> Int64 {
        try db.execute(
            sql: """
                INSERT INTO reference_images (product_id, sha256, format, width, height, created_at, image)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                product, reference.id.data, reference.format, reference.width, reference.height, now.microseconds,
                Data(reference.bytes),
            ])
        return db.lastInsertedRowID
    }

    static func summary(of product: String, _ db: Database) throws -> ReferenceSetSummary {
        let version = try Int.fetchOne(
            db, sql: "SELECT coalesce(max(version), 0) FROM reference_sets WHERE product_id = ?", arguments: [product])
        let count = try Int.fetchOne(
            db, sql: "SELECT count(*) FROM reference_set_members WHERE product_id = ? AND version = ?",
            arguments: [product, version])
        return ReferenceSetSummary(version: version ?? 0, count: count ?? 0)
    }

    static func setCreatedAt(of product: String, version: Int, _ db: Database) throws -> Timestamp? {
        try Int64.fetchOne(
            db, sql: "SELECT created_at FROM reference_sets WHERE product_id = ? AND version = ?",
            arguments: [product, version]
        ).map(Timestamp.init(microseconds:))
    }

    static func memberSeqs(of product: String, version: Int, _ db: Database) throws -> [Int64] {
        try Int64.fetchAll(
            db,
            sql: """
                SELECT reference_seq FROM reference_set_members WHERE product_id = ? AND version = ? ORDER BY position
                """,
            arguments: [product, version])
    }

    /// Removes pictures whose upload never came to its end.
    ///
    /// Both sides are read from indexes, never from the pictures.
    @Sendable
    static func removeStagedReferences(_ db: Database) throws {
        try db.execute(
            sql: """
                DELETE FROM reference_images WHERE seq IN
                    (SELECT seq FROM reference_images EXCEPT SELECT reference_seq FROM reference_set_members)
                """)
    }

    /// Makes the next version of a product's set.
    static func insertSet(
        of product: String, members: [Int64], at now: Timestamp, _ db: Database
    ) throws -> ReferenceSetSummary {
        let version = try Int.fetchOne(
            db,
            sql: """
                UPDATE product_numbers SET reference_version = reference_version + 1 WHERE product_id = ?
                RETURNING reference_version
                """,
            arguments: [product])
        guard let version else { throw StorageError(.corrupt, "a product's numbers are missing") }
        try db.execute(
            sql: "INSERT INTO reference_sets (product_id, version, created_at) VALUES (?, ?, ?)",
            arguments: [product, version, now.microseconds])
        for (position, seq) in members.enumerated() {
            try db.execute(
                sql: """
                    INSERT INTO reference_set_members (product_id, version, position, reference_seq)
                    VALUES (?, ?, ?, ?)
                    """,
                arguments: [product, version, position, seq])
        }
        return ReferenceSetSummary(version: version, count: members.count)
    }

    /// Throws when the current set is beyond the limits; the transaction then undoes what made it so.
    static func check(
        _ limits: ReferenceLimits, _ set: ReferenceSetSummary, of product: String, key: EncodingKey, _ db: Database
    ) throws {
        if let limit = limits.count, set.count > limit {
            throw StorageError(.limitExceeded, "too many references", expected: limit, found: set.count)
        }
        guard let limit = limits.bankBytes else { return }
        let found = try layout(of: product, version: set.version, key, db).layout.byteCount
        guard found <= limit else {
            throw StorageError(
                .limitExceeded, "the memory banks take too many bytes", expected: limit, found: found)
        }
    }
}
