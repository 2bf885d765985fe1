import Foundation
import GRDB

extension SQLiteStore {
    /// See `ReferenceStore`.
    public func stageReference(
        _ reference: NewReference, of product: String, at now: Timestamp
    ) async throws(StorageError) -> ReferenceRecord {
        try reference.validate()
        guard Validation.canBeStored(product) else { throw Self.noProduct }
        return try await write { db in
            guard try Self.revision(ofProduct: product, db) != nil else { throw Self.noProduct }
            let seq =
                try Self.referenceSeq(reference.id, of: product, db)
                ?? Self.insertPicture(reference, of: product, at: now, db)
            if try Self.encodingSeq(ofReference: seq, with: reference.encoding.key, db) == nil {
                try Self.replaceEncoding(reference.encoding, ofReference: seq, at: now, db)
            }
            return try Self.record(seq, db)
        }
    }

    /// See `ReferenceStore`.
    public func encodedReference(
        _ id: SHA256Digest, of product: String, encodedWith key: EncodingKey
    ) async throws(StorageError) -> ReferenceRecord? {
        guard Validation.canBeStored(product) else { return nil }
        return try await read { db in
            guard let seq = try Self.referenceSeq(id, of: product, db),
                try Self.encodingSeq(ofReference: seq, with: key, db) != nil
            else { return nil }
            return try Self.record(seq, db)
        }
    }

    /// See `ReferenceStore`.
    public func discardReferences(_ ids: [SHA256Digest], of product: String) async throws(StorageError) {
        guard Validation.canBeStored(product) else { return }
        try await writeAlways { db in
            for id in ids {
                try db.execute(
                    sql: """
                        DELETE FROM reference_images WHERE product_id = ? AND sha256 = ?
                            AND NOT EXISTS (SELECT 1 FROM reference_set_members WHERE reference_seq = seq)
                        """, arguments: [product, id.data])
            }
        }
    }

    /// See `ReferenceStore`.
    public func discardStagedReferences(of product: String, before moment: Timestamp) async throws(StorageError) {
        guard Validation.canBeStored(product) else { return }
        try await writeAlways { db in
            try db.execute(
                sql: """
                    DELETE FROM reference_images WHERE product_id = ? AND created_at < ?
                        AND NOT EXISTS (SELECT 1 FROM reference_set_members WHERE reference_seq = seq)
                    """, arguments: [product, moment.microseconds])
        }
    }

    /// See `ReferenceStore`.
    public func addReferences(
        _ ids: [SHA256Digest], to product: String, encodedWith key: EncodingKey, limits: ReferenceLimits,
        at now: Timestamp
    ) async throws(StorageError) -> ReferenceChange {
        guard Validation.canBeStored(product) else { throw Self.noProduct }
        return try await write { db in
            guard try Self.revision(ofProduct: product, db) != nil else { throw Self.noProduct }
            let set = try Self.summary(of: product, db)
            var members = try Self.memberSeqs(of: product, version: set.version, db)
            var added: [SHA256Digest] = []
            for id in ids {
                guard let seq = try Self.referenceSeq(id, of: product, db) else {
                    throw StorageError(.notFound, "a picture that is to be added is not stored")
                }
                if !members.contains(seq) {
                    members.append(seq)
                    added.append(id)
                }
            }
            guard !added.isEmpty else { return ReferenceChange(references: set, added: []) }
            let new = try Self.insertSet(of: product, members: members, at: now, db)
            try Self.check(limits, new, of: product, key: key, db)
            return ReferenceChange(references: new, added: added)
        }
    }

    /// See `ReferenceStore`.
    public func rollBackReferences(
        of product: String, to version: Int, encodedWith key: EncodingKey, limits: ReferenceLimits, at now: Timestamp
    ) async throws(StorageError) -> ReferenceSetSummary? {
        guard Validation.canBeStored(product) else { return nil }
        return try await write { db in
            guard try Self.setCreatedAt(of: product, version: version, db) != nil else { return nil }
            let set = try Self.summary(of: product, db)
            let members = try Self.memberSeqs(of: product, version: version, db)
            guard try Self.memberSeqs(of: product, version: set.version, db) != members else { return set }
            let new = try Self.insertSet(of: product, members: members, at: now, db)
            try Self.check(limits, new, of: product, key: key, db)
            return new
        }
    }

    /// See `ReferenceStore`.
    public func referenceVersions(
        of product: String, after token: PageToken?, limit: Int
    ) async throws(StorageError) -> Page<ReferenceVersion> {
        try Validation.pageSize(limit)
        guard Validation.canBeStored(product) else { return Page(items: [], next: nil) }
        let list = FNV1a.hash("references of \(product)".utf8)
        let last = try token.map { token throws(StorageError) in
            guard let version = Int(try token.text(in: list)) else {
                throw StorageError(.invalidPageToken, "a page token names no version")
            }
            return version
        }
        let rows = try await read { db in
            let sql = """
                SELECT version, (SELECT count(*) FROM reference_set_members AS member
                    WHERE member.product_id = entry.product_id AND member.version = entry.version), created_at
                FROM reference_sets AS entry WHERE product_id = ? AND version < ? ORDER BY version DESC LIMIT ?
                """
            return try db.readAll(sql, [product, last ?? Int.max, limit + 1]) { columns in
                ReferenceVersion(
                    references: ReferenceSetSummary(version: try columns.next(), count: try columns.next()),
                    createdAt: try columns.nextTimestamp())
            }
        }
        return Page(rows, limit: limit, of: list) { String($0.references.version) }
    }

    /// See `ReferenceStore`.
    public func removeReference(
        _ id: SHA256Digest, from product: String, at now: Timestamp
    ) async throws(StorageError) -> ReferenceSetSummary? {
        guard Validation.canBeStored(product) else { return nil }
        return try await writeAlways { db in
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
            let sql = """
                SELECT \(ReferenceRecord.columns) FROM reference_set_members AS member
                JOIN reference_images AS picture ON picture.seq = member.reference_seq
                WHERE member.product_id = ? AND member.version = ? ORDER BY member.position
                """
            let members = try db.readAll(sql, [product, version]) { try ReferenceRecord(&$0) }
            return ReferenceSet(version: version, createdAt: createdAt, members: members)
        }
    }

    /// See `ReferenceStore`.
    public func referencePicture(
        _ id: SHA256Digest, of product: String
    ) async throws(StorageError) -> ReferencePicture? {
        guard Validation.canBeStored(product) else { return nil }
        return try await read { db in
            let sql = """
                SELECT \(ReferenceRecord.columns), picture.image FROM reference_images AS picture
                WHERE product_id = ? AND sha256 = ?
                    AND EXISTS (SELECT 1 FROM reference_set_members AS member WHERE member.reference_seq = picture.seq)
                """
            return try db.readFirst(sql, [product, id.data]) { columns in
                ReferencePicture(record: try ReferenceRecord(&columns), bytes: try columns.nextBytes())
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

    private static func record(_ seq: Int64, _ db: Database) throws -> ReferenceRecord {
        let sql = "SELECT \(ReferenceRecord.columns) FROM reference_images AS picture WHERE seq = ?"
        guard let record = try db.readFirst(sql, [seq], { try ReferenceRecord(&$0) }) else {
            throw StorageError(.corrupt, "a reference that was just found is missing")
        }
        return record
    }

    static var noProduct: StorageError { StorageError(.notFound, "there is no such product") }
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
    /// The columns that `init(_:)` reads, of a table named `picture` in the statement.
    fileprivate static let columns = """
        picture.sha256, picture.format, picture.width, picture.height, length(picture.image), picture.created_at
        """

    fileprivate init(_ columns: inout ColumnReader) throws {
        id = try columns.nextDigest()
        format = try columns.next()
        width = try columns.next()
        height = try columns.next()
        byteCount = try columns.next()
        createdAt = try columns.nextTimestamp()
    }
}
