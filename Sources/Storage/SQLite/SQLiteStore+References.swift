import Foundation
import GRDB

extension SQLiteStore {
    /// See `ReferenceStore`.
    public func addReference(
        _ reference: NewReference, to product: String, limits: ReferenceLimits, at now: Timestamp
    ) async throws(StorageError) -> AddedReference {
        try reference.validate()
        return try await write { db in
            guard try Self.revision(ofProduct: product, db) != nil else { throw Self.noProduct }
            let seq: Int64
            if let known = try Self.referenceSeq(reference.id, of: product, db) {
                seq = known
            } else {
                seq = try Self.insertPicture(reference, of: product, at: now, db)
            }
            if try !Self.isEncoded(ofReference: seq, with: reference.encoding.key, db) {
                try Self.replaceEncoding(reference.encoding, ofReference: seq, at: now, db)
            }

            var set = try Self.summary(of: product, db)
            var members = try Self.memberSeqs(of: product, version: set.version, db)
            let isNew = !members.contains(seq)
            if isNew {
                members.append(seq)
                set = try Self.insertSet(of: product, members: members, at: now, db)
            }
            try Self.check(limits, set, of: product, key: reference.encoding.key, db)
            guard let record = try Self.picture(reference.id, of: product, columns: Self.pictureColumns, db) else {
                throw StorageError(.corrupt, "a reference that was just written is missing")
            }
            return AddedReference(reference: try ReferenceRecord(row: record), references: set, isNew: isNew)
        }
    }

    /// See `ReferenceStore`.
    public func removeReference(
        _ id: SHA256Digest, from product: String, at now: Timestamp
    ) async throws(StorageError) -> ReferenceSetSummary? {
        guard Validation.canBeStored(product) else { return nil }
        return try await write { db in
            guard let seq = try Self.referenceSeq(id, of: product, db) else { return nil }
            let version = try Self.summary(of: product, db).version
            let members = try Self.memberSeqs(of: product, version: version, db)
            guard members.contains(seq) else { return nil }
            return try Self.insertSet(of: product, members: members.filter { $0 != seq }, at: now, db)
        }
    }

    /// See `ReferenceStore`.
    public func referenceSet(of product: String, version: Int?) async throws(StorageError) -> ReferenceSet? {
        guard Validation.canBeStored(product) else { return nil }
        return try await read { db in
            let version = try version ?? Self.summary(of: product, db).version
            guard let createdAt = try Self.setCreatedAt(of: product, version: version, db) else { return nil }
            let members = try Row.fetchAll(
                db,
                sql: """
                    SELECT \(Self.pictureColumns) FROM reference_set_members AS member
                    JOIN reference_images AS picture ON picture.seq = member.reference_seq
                    WHERE member.product_id = ? AND member.version = ? ORDER BY member.position
                    """,
                arguments: [product, version]
            ).map(ReferenceRecord.init(row:))
            return ReferenceSet(version: version, createdAt: createdAt, members: members)
        }
    }

    /// See `ReferenceStore`.
    public func referencePicture(
        _ id: SHA256Digest, of product: String
    ) async throws(StorageError) -> ReferencePicture? {
        guard Validation.canBeStored(product) else { return nil }
        return try await read { db in
            try Self.picture(id, of: product, columns: Self.pictureColumns + ", image", db).map { row in
                ReferencePicture(record: try ReferenceRecord(row: row), bytes: try row.bytes("image"))
            }
        }
    }

    /// See `ReferenceStore`.
    public func saveEncoding(
        _ encoding: ReferenceEncoding, of id: SHA256Digest, product: String, at now: Timestamp
    ) async throws(StorageError) {
        try encoding.validate()
        try await write { db in
            guard Validation.canBeStored(product), let seq = try Self.referenceSeq(id, of: product, db) else {
                throw StorageError(.notFound, "the product has no such reference")
            }
            try Self.replaceEncoding(encoding, ofReference: seq, at: now, db)
        }
    }

    static var noProduct: StorageError { StorageError(.notFound, "there is no such product") }
}

// Steps of the transactions above.
extension SQLiteStore {
    private static let pictureColumns = "sha256, format, width, height, length(image) AS byte_count, picture.created_at"

    private static func picture(
        _ id: SHA256Digest, of product: String, columns: String, _ db: Database
    ) throws -> Row? {
        try Row.fetchOne(
            db, sql: "SELECT \(columns) FROM reference_images AS picture WHERE product_id = ? AND sha256 = ?",
            arguments: [product, id.data])
    }

    private static func referenceSeq(_ id: SHA256Digest, of product: String, _ db: Database) throws -> Int64? {
        try Int64.fetchOne(
            db, sql: "SELECT seq FROM reference_images WHERE product_id = ? AND sha256 = ?",
            arguments: [product, id.data])
    }

    private static func insertPicture(
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

    /// Makes the next version of a product's set.
    private static func insertSet(
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
    private static func check(
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

extension NewReference {
    fileprivate func validate() throws(StorageError) {
        try Validation.name(format, "the picture's format")
        try Validation.atLeast(1, width, "the picture's width")
        try Validation.atLeast(1, height, "the picture's height")
        try Validation.bytes(bytes, "the picture")
        try encoding.validate()
    }
}

extension ReferenceRecord {
    fileprivate init(row: Row) throws {
        id = try row.digest("sha256")
        format = try row.value("format")
        width = try row.value("width")
        height = try row.value("height")
        byteCount = try row.value("byte_count")
        createdAt = try row.timestamp("created_at")
    }
}
