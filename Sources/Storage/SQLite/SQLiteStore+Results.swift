import Foundation
import GRDB

extension SQLiteStore {
    /// See `ResultStore`.
    public func insertResult(_ result: NewResult) async throws(StorageError) {
        try await insertResults([result])
    }

    /// Stores results in one transaction, all or none; for filling a store quickly.
    package func insertResults(_ results: [NewResult]) async throws(StorageError) {
        for result in results { try result.validate() }
        try await write { db in
            for result in results { try Self.insert(result, db) }
        }
    }

    /// See `ResultStore`.
    public func result(_ id: String) async throws(StorageError) -> ResultRecord? {
        guard Validation.canBeStored(id) else { return nil }
        return try await read { db in
            try db.readFirst("SELECT \(ResultRecord.columns) FROM results AS result WHERE id = ?", [id]) { columns in
                try ResultRecord(&columns)
            }
        }
    }

    /// See `ResultStore`.
    public func resultFile(_ kind: ResultFile.Kind, of id: String) async throws(StorageError) -> ResultFile? {
        guard Validation.canBeStored(id), kind.name.isEmpty || Validation.canBeStored(kind.name) else { return nil }
        return try await read { db in
            let sql = """
                SELECT file.media_type, file.bytes FROM results AS result
                JOIN result_files AS file ON file.result_seq = result.seq
                WHERE result.id = ? AND file.kind = ? AND file.name = ?
                """
            return try db.readFirst(sql, [id, kind.column, kind.name]) { columns in
                ResultFile(kind: kind, mediaType: try columns.next(), bytes: try columns.nextBytes())
            }
        }
    }

    /// See `ResultStore`.
    public func deleteResult(_ id: String) async throws(StorageError) -> Bool {
        guard Validation.canBeStored(id) else { return false }
        let isDeleted = try await writeAlways { db in
            // Who asks for a result to be forgotten wants its bytes gone, not only its name.
            try db.execute(sql: "PRAGMA secure_delete = ON")
            defer { try? db.execute(sql: "PRAGMA secure_delete = FAST") }
            try db.execute(sql: "DELETE FROM results WHERE id = ?", arguments: [id])
            return db.changesCount > 0
        }
        if isDeleted { await emptyLog() }
        return isDeleted
    }

    private static func insert(_ result: NewResult, _ db: Database) throws {
        let seq = try Self.insert(result.record, db)
        for defect in result.defects {
            try db.execute(
                sql: """
                    INSERT INTO result_defects (result_seq, type, score, area_pixels, product_id, created_at)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    seq, defect.type, defect.score, defect.areaPixels, result.record.product,
                    result.record.createdAt.microseconds,
                ])
        }
        for file in result.files {
            try db.execute(
                sql: "INSERT INTO result_files (result_seq, kind, name, media_type, bytes) VALUES (?, ?, ?, ?, ?)",
                arguments: [seq, file.kind.column, file.kind.name, file.mediaType, Data(file.bytes)])
        }
        if let idempotency = result.idempotency {
            try insert(idempotency, of: seq, at: result.record.createdAt, db)
        }
        if let calibration = result.calibration, result.record.outcome != .notJudged {
            try insertScore(of: result.record, under: calibration, db)
        }
    }

    private static func insert(_ record: ResultRecord, _ db: Database) throws -> Int64 {
        try db.execute(
            sql: """
                INSERT INTO results (id, product_id, created_at, verdict, score, threshold, review_threshold,
                    map_threshold, mode, shots,
                    references_version, part_id, camera, image_width, image_height, image_sha256, metadata, document)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                record.id, record.product, record.createdAt.microseconds, record.verdict.rawValue, record.score,
                record.threshold, record.reviewThreshold, record.mapThreshold, record.mode, record.shots,
                record.referencesVersion,
                record.partID, record.camera,
                record.imageWidth, record.imageHeight, record.imageDigest.data, record.metadata,
                Data(record.document),
            ])
        return db.lastInsertedRowID
    }
}

extension NewResult {
    fileprivate func validate() throws(StorageError) {
        try Validation.name(record.id, "the result's id")
        try Validation.name(record.product, "the product's id")
        try Validation.finite(record.score, "the score")
        try Validation.finite(record.threshold, "the threshold")
        try Validation.finite(record.reviewThreshold, "the threshold of reviews")
        try Validation.finite(record.mapThreshold, "the map's threshold")
        try Validation.name(record.mode, "the mode")
        try Validation.atLeast(0, record.shots, "the number of references")
        try Validation.optionalName(record.partID, "the part's id")
        try Validation.optionalName(record.camera, "the camera's name")
        try Validation.atLeast(1, record.imageWidth, "the picture's width")
        try Validation.atLeast(1, record.imageHeight, "the picture's height")
        if let metadata = record.metadata { try Validation.text(metadata, "the metadata") }
        try Validation.bytes(record.document, "the result's document")
        if let idempotency { try Validation.name(idempotency.key, "the idempotency key") }
        for defect in defects {
            try Validation.name(defect.type, "a defect type's name")
            try Validation.finite(defect.score, "a defect's score")
            try Validation.atLeast(0, defect.areaPixels, "a defect's area")
        }
        for file in files {
            if case .mask(let type) = file.kind { try Validation.name(type, "a defect type's name") }
            try Validation.name(file.mediaType, "a picture's media type")
            try Validation.bytes(file.bytes, "a picture of the result")
        }
    }
}

extension ResultFile.Kind {
    /// Reads what `column` and `name` have written.
    init(column: String, name: String) throws(StorageError) {
        switch column {
        case "mask": self = .mask(defectType: name)
        case "heatmap": self = .heatMap
        case "overlay": self = .overlay
        case "image": self = .image
        default: throw StorageError(.corrupt, "a stored picture is of an unknown kind")
        }
    }

    /// The kind's name in the database.
    fileprivate var column: String {
        switch self {
        case .mask: "mask"
        case .heatMap: "heatmap"
        case .overlay: "overlay"
        case .image: "image"
        }
    }

    /// Tells the masks of a result apart; empty for the other kinds.
    fileprivate var name: String {
        if case .mask(let defectType) = self { defectType } else { "" }
    }
}

extension ResultRecord {
    /// The columns that `init(_:)` reads, of a table named `result` in the statement.
    static let columns = """
        result.id, result.product_id, result.created_at, result.verdict, result.score, result.threshold,
        result.review_threshold, result.map_threshold, result.mode, result.shots, result.references_version, result.part_id, result.camera, result.image_width,
        result.image_height, result.image_sha256, result.metadata, result.document
        """

    /// Reads the columns of `columns`.
    init(_ columns: inout ColumnReader) throws {
        self.init(
            id: try columns.next(), product: try columns.next(), createdAt: try columns.nextTimestamp(),
            verdict: try columns.nextName(), score: try columns.next(), threshold: try columns.next(),
            reviewThreshold: try columns.next(), mapThreshold: try columns.next(), mode: try columns.next(),
            shots: try columns.next(),
            referencesVersion: try columns.next(),
            partID: try columns.next(), camera: try columns.next(), imageWidth: try columns.next(),
            imageHeight: try columns.next(), imageDigest: try columns.nextDigest(), metadata: try columns.next(),
            document: try columns.nextBytes())
    }
}
