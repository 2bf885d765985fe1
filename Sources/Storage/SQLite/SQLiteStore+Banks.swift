import Foundation
import GRDB

extension SQLiteStore {
    /// See `ReferenceStore`.
    public func bankLayout(
        of product: String, version: Int, encodedWith key: EncodingKey
    ) async throws(StorageError) -> BankLayout {
        try key.validate()
        return try await read { try Self.layout(of: product, version: version, key, $0).layout }
    }

    /// See `ReferenceStore`.
    public func reduceBank<Output: Sendable>(
        of product: String, version: Int, encodedWith key: EncodingKey, into initial: Output,
        _ update: @Sendable (inout Output, BankEntry, RawSpan) -> Void
    ) async throws(StorageError) -> Output {
        try key.validate()
        return try await read { db in
            let (layout, seqs) = try Self.layout(of: product, version: version, key, db)
            guard layout.stale.isEmpty else {
                throw StorageError(
                    .staleEncoding, "references were encoded with another model, side or stages",
                    expected: 0, found: layout.stale.count)
            }
            // Found by row number, one at a time: a sorted query over the blobs would copy them all into the sorter.
            var output = initial
            for (entry, seq) in zip(layout.entries, seqs) {
                let found: Void? = try db.readFirst("SELECT bytes FROM reference_banks WHERE seq = ?", [seq]) {
                    columns in
                    try columns.withNextBytes { bytes in
                        guard bytes.count == entry.byteCount else { throw Self.damagedBank }
                        update(&output, entry, bytes.bytes)
                    }
                }
                guard found != nil else { throw Self.damagedBank }
            }
            return output
        }
    }

    /// See `ReferenceStore`.
    public func referenceBanks(
        of id: SHA256Digest, product: String, encodedWith key: EncodingKey
    ) async throws(StorageError) -> [StageBank]? {
        guard Validation.canBeStored(product) else { return nil }
        return try await read { db in
            guard let seq = try Self.referenceSeq(id, of: product, db),
                let encoding = try Self.encodingSeq(ofReference: seq, with: key, db)
            else { return nil }
            let sql = """
                SELECT stage, element_type, row_count, width, bytes FROM reference_banks WHERE encoding_seq = ?
                ORDER BY stage
                """
            let banks = try db.readAll(sql, [encoding]) { columns in
                StageBank(
                    stage: try columns.next(), element: try columns.nextName(), rows: try columns.next(),
                    width: try columns.next(), bytes: try columns.nextBytes())
            }
            for bank in banks where bank.bytes.count != bank.element.byteCount(rows: bank.rows, width: bank.width) {
                throw Self.damagedBank
            }
            return banks
        }
    }

    /// Describes a set's banks; `seqs` are their row numbers, in the order of the entries.
    static func layout(
        of product: String, version: Int, _ key: EncodingKey, _ db: Database
    ) throws -> (layout: BankLayout, seqs: [Int64]) {
        guard Validation.canBeStored(product), try setCreatedAt(of: product, version: version, db) != nil else {
            throw StorageError(.notFound, "there is no such version of the product's references")
        }
        let sql = """
            SELECT picture.sha256, bank.seq, bank.stage, bank.element_type, bank.row_count, bank.width
            FROM reference_set_members AS member
            JOIN reference_images AS picture ON picture.seq = member.reference_seq
            LEFT JOIN reference_encodings AS encoding ON encoding.reference_seq = picture.seq
                AND encoding.model = ? AND encoding.image_side = ? AND encoding.stages = ?
            LEFT JOIN reference_banks AS bank ON bank.encoding_seq = encoding.seq
            WHERE member.product_id = ? AND member.version = ?
            ORDER BY bank.stage, member.position
            """
        var entries: [BankEntry] = []
        var stale: [SHA256Digest] = []
        var seqs: [Int64] = []
        var rowOffset = 0
        let stages = try ColumnJSON.encode(key.stages)
        try db.readEach(sql, [key.model, key.imageSide, stages, product, version]) { columns in
            let reference = try columns.nextDigest()
            guard let seq = try columns.next(Int64?.self) else {
                stale.append(reference)
                return
            }
            let stage = try columns.next(Int.self)
            if entries.last?.stage != stage { rowOffset = 0 }
            let entry = BankEntry(
                reference: reference, stage: stage, element: try columns.nextName(), rows: try columns.next(),
                width: try columns.next(), rowOffset: rowOffset)
            rowOffset += entry.rows
            entries.append(entry)
            seqs.append(seq)
        }
        return (BankLayout(version: version, entries: entries, stale: stale), seqs)
    }

    /// The row of a reference's encoding for this key.
    static func encodingSeq(ofReference seq: Int64, with key: EncodingKey, _ db: Database) throws -> Int64? {
        try Int64.fetchOne(
            db,
            sql: """
                SELECT seq FROM reference_encodings
                WHERE reference_seq = ? AND model = ? AND image_side = ? AND stages = ?
                """,
            arguments: [seq, key.model, key.imageSide, try ColumnJSON.encode(key.stages)])
    }

    /// Stores a reference's banks and drops those made with another key: a reference keeps one set of banks.
    static func replaceEncoding(
        _ encoding: ReferenceEncoding, ofReference seq: Int64, at now: Timestamp, _ db: Database
    ) throws {
        try db.execute(sql: "DELETE FROM reference_encodings WHERE reference_seq = ?", arguments: [seq])
        try db.execute(
            sql: """
                INSERT INTO reference_encodings
                    (reference_seq, model, image_side, stages, created_at, brightness, contrast, sharpness)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                seq, encoding.key.model, encoding.key.imageSide, try ColumnJSON.encode(encoding.key.stages),
                now.microseconds, encoding.look.brightness, encoding.look.contrast, encoding.look.sharpness,
            ])
        let encodingSeq = db.lastInsertedRowID
        for bank in encoding.banks {
            try db.execute(
                sql: """
                    INSERT INTO reference_banks (encoding_seq, stage, element_type, row_count, width, bytes)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    encodingSeq, bank.stage, bank.element.rawValue, bank.rows, bank.width, Data(bank.bytes),
                ])
        }
    }

    private static var damagedBank: StorageError { StorageError(.corrupt, "a memory bank has another size") }
}

extension EncodingKey {
    fileprivate func validate() throws(StorageError) {
        try Validation.name(model, "the model's name")
        try Validation.atLeast(1, imageSide, "the image side")
    }
}

extension ReferenceLook {
    func validate() throws(StorageError) {
        for figure in [brightness, contrast, sharpness] {
            try Validation.finite(figure, "a figure of a picture's look")
        }
    }
}

extension ReferenceEncoding {
    func validate() throws(StorageError) {
        try key.validate()
        try look.validate()
        guard !banks.isEmpty, banks.map(\.stage) == key.stages, Set(key.stages).count == key.stages.count else {
            throw StorageError(.invalidValue, "the banks do not match the stages")
        }
        for bank in banks {
            try Validation.atLeast(1, bank.rows, "a bank's row count")
            try Validation.atLeast(1, bank.width, "a bank's width")
            let bytes = bank.element.byteCount(rows: bank.rows, width: bank.width)
            guard bytes == bank.bytes.count else {
                throw StorageError(
                    .invalidValue, "a bank's size differs from that of its rows", expected: bytes,
                    found: bank.bytes.count)
            }
        }
    }
}
