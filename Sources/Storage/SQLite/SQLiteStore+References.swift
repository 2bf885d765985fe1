import Foundation
import GRDB

extension SQLiteStore {
    /// See `ReferenceStore`.
    public func addReference(
        _ reference: NewReference, to product: String, limits: ReferenceLimits, at now: Timestamp
    ) async throws(StorageError) -> AddedReference {
        try reference.validate()
        guard Validation.canBeStored(product) else { throw Self.noProduct }
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
            let sql = "SELECT \(ReferenceRecord.columns) FROM reference_images AS picture WHERE seq = ?"
            guard let record = try db.readFirst(sql, [seq], { try ReferenceRecord(&$0) }) else {
                throw StorageError(.corrupt, "a reference that was just written is missing")
            }
            return AddedReference(reference: record, references: set, isNew: isNew)
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
