import Foundation
import GRDB

extension SQLiteStore {
    /// See `CalibrationStore`.
    public func saveCalibration(
        _ calibration: CalibrationRecord, of product: ProductRecord, settings: ProductSettings
    ) async throws(StorageError) -> ProductRecord {
        try Validation.name(calibration.tag.id, "the calibration's id")
        try Validation.bytes(calibration.document, "the calibration's document")
        try settings.validate()
        return try await write { db in
            guard let stored = try Self.product(product.id, db) else {
                throw StorageError(.notFound, "the product was deleted")
            }
            try ProductPrecondition.revision(product.revision).check(stored.revision)
            guard stored.references == product.references else {
                throw StorageError(
                    .referencesChanged, "the product's references were changed", expected: product.references.version,
                    found: stored.references.version)
            }
            try Self.upsertProduct(product.id, settings, at: calibration.createdAt, db)
            try db.execute(
                sql: """
                    INSERT INTO calibrations (id, product_id, created_at, basis, document) VALUES (?, ?, ?, ?, ?)
                    """,
                arguments: [
                    calibration.tag.id, product.id, calibration.createdAt.microseconds, calibration.tag.basis.data,
                    Data(calibration.document),
                ])
            try db.execute(
                sql: "UPDATE products SET calibration_id = ? WHERE id = ?",
                arguments: [calibration.tag.id, product.id])
            try db.execute(
                sql: """
                    DELETE FROM calibrations WHERE product_id = ? AND id <> ? AND id NOT IN
                        (SELECT id FROM calibrations WHERE product_id = ? ORDER BY id DESC LIMIT ?)
                    """,
                arguments: [product.id, calibration.tag.id, product.id, Self.keptCalibrations])
            // No other calibration of the product can be the one in use again.
            try db.execute(
                sql: """
                    DELETE FROM calibrated_scores WHERE calibration_id IN
                        (SELECT id FROM calibrations WHERE product_id = ? AND id <> ?)
                    """,
                arguments: [product.id, calibration.tag.id])
            guard let product = try Self.product(product.id, db) else {
                throw StorageError(.corrupt, "a product that was just written is missing")
            }
            return product
        }
    }

    /// See `CalibrationStore`.
    public func calibration(_ id: String, of product: String) async throws(StorageError) -> CalibrationRecord? {
        guard Validation.canBeStored(id), Validation.canBeStored(product) else { return nil }
        return try await read { db in
            try db.readFirst(Self.selectCalibration + " WHERE id = ? AND product_id = ?", [id, product]) {
                try CalibrationRecord(&$0)
            }
        }
    }

    /// See `CalibrationStore`.
    public func calibrations(
        of product: String, after token: PageToken?, limit: Int
    ) async throws(StorageError) -> Page<CalibrationRecord> {
        try Validation.pageSize(limit)
        let list = FNV1a.hash("calibrations \(product)".utf8)
        let last = try token.map { token throws(StorageError) in
            try token.text(in: list)
        }
        guard Validation.canBeStored(product) else { return Page(items: [], next: nil) }
        let rows = try await read { db in
            let bound = last == nil ? "" : " AND id < ?"
            return try db.readAll(
                Self.selectCalibration + " WHERE product_id = ?\(bound) ORDER BY id DESC LIMIT ?",
                last.map { [product, $0, limit + 1] } ?? [product, limit + 1]
            ) { try CalibrationRecord(&$0) }
        }
        return Page(rows, limit: limit, of: list, position: \.tag.id)
    }

    /// See `CalibrationStore`.
    public func recentScores(under calibration: String, limit: Int) async throws(StorageError) -> [TimedScore] {
        try Validation.pageSize(limit)
        guard Validation.canBeStored(calibration) else { return [] }
        return try await read { db in
            try db.readAll(
                """
                SELECT score, created_at FROM calibrated_scores WHERE calibration_id = ? ORDER BY number DESC LIMIT ?
                """, [calibration, limit]
            ) { TimedScore(score: try $0.next(), createdAt: try $0.nextTimestamp()) }
        }
    }

    /// Keeps a judged result's score, and the newest of its calibration only; nothing where the calibration is gone.
    static func insertScore(of result: ResultRecord, under calibration: String, _ db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO calibrated_scores (calibration_id, created_at, score)
                SELECT id, ?, ? FROM calibrations WHERE id = ?
                """,
            arguments: [result.createdAt.microseconds, result.score, calibration])
        try db.execute(
            sql: """
                DELETE FROM calibrated_scores WHERE calibration_id = ? AND number <=
                    (SELECT number FROM calibrated_scores WHERE calibration_id = ? ORDER BY number DESC LIMIT 1 OFFSET ?)
                """,
            arguments: [calibration, calibration, Self.keptScores])
    }

    /// Scores of a calibration that stay: as many as can be asked for.
    static let keptScores = 1000

    /// Calibrations of a product that stay; the oldest give way.
    static let keptCalibrations = 200

    private static let selectCalibration = "SELECT id, basis, created_at, document FROM calibrations"
}

extension CalibrationRecord {
    fileprivate init(_ columns: inout ColumnReader) throws {
        self.init(
            tag: CalibrationTag(id: try columns.next(), basis: try columns.nextDigest()),
            createdAt: try columns.nextTimestamp(), document: try columns.nextBytes())
    }
}
