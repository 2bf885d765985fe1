import GRDB

extension SQLiteStore {
    /// See `ProductStore`.
    public func putProduct(
        _ id: String, settings: ProductSettings, if precondition: ProductPrecondition, at now: Timestamp
    ) async throws(StorageError) -> ProductWrite {
        try Validation.name(id, "the product's id")
        try settings.validate()
        return try await write { db in
            let revision = try Self.revision(ofProduct: id, db)
            try precondition.check(revision)
            try Self.upsertProduct(id, settings, at: now, db)
            guard let product = try Self.product(id, db) else {
                throw StorageError(.corrupt, "a product that was just written is missing")
            }
            return ProductWrite(product: product, isNew: revision == nil)
        }
    }

    /// See `ProductStore`.
    public func product(_ id: String) async throws(StorageError) -> ProductRecord? {
        guard Validation.canBeStored(id) else { return nil }
        return try await read { try Self.product(id, $0) }
    }

    /// See `ProductStore`.
    public func products(after token: PageToken?, limit: Int) async throws(StorageError) -> Page<ProductRecord> {
        try Validation.pageSize(limit)
        let last = try token.map { token throws(StorageError) in
            try token.text(in: Self.productList)
        }
        let rows = try await read { db in
            // No id is empty, so all are after ''.
            try db.readAll(Self.selectProduct + " WHERE id > ? ORDER BY id LIMIT ?", [last ?? "", limit + 1]) {
                columns in
                try ProductRecord(&columns)
            }
        }
        return Page(rows, limit: limit, of: Self.productList, position: \.id)
    }

    /// See `ProductStore`.
    public func deleteProduct(_ id: String, if precondition: ProductPrecondition) async throws(StorageError) -> Bool {
        guard Validation.canBeStored(id) else { return false }
        return try await writeAlways { db in
            // Where there is nothing to delete, a precondition is not looked at (RFC 9110, section 13.2.1).
            guard let revision = try Self.revision(ofProduct: id, db) else { return false }
            try precondition.check(revision)
            try db.execute(sql: "DELETE FROM products WHERE id = ?", arguments: [id])
            return true
        }
    }

    static func revision(ofProduct id: String, _ db: Database) throws -> Int? {
        try Int.fetchOne(db, sql: "SELECT revision FROM products WHERE id = ?", arguments: [id])
    }

    /// What stands for "left to the service" where a column cannot be NULL.
    fileprivate static let serviceDecides = "default"

    private static let productList = FNV1a.hash("products".utf8)

    /// The columns in the order in which `ProductRecord.init(_:)` reads them.
    private static let selectProduct = """
        SELECT id, noun, defect_types, threshold, image_side, ignore_polygons, include_polygons, mm_per_pixel,
            keep_images, max_bank_rows, map_threshold, decision, picture_check, review_threshold, created_at, updated_at, revision,
            (SELECT coalesce(max(version), 0) FROM reference_sets WHERE product_id = id) AS reference_version,
            (SELECT count(*) FROM reference_set_members WHERE product_id = id
                AND version = (SELECT max(version) FROM reference_sets WHERE product_id = id)) AS reference_count,
            calibration_id, (SELECT basis FROM calibrations WHERE calibrations.id = calibration_id)
        FROM products
        """

    static func product(_ id: String, _ db: Database) throws -> ProductRecord? {
        try db.readFirst(selectProduct + " WHERE id = ?", [id]) { try ProductRecord(&$0) }
    }

    /// Writes settings; thresholds that differ from those stored are no calibration's any more.
    static func upsertProduct(
        _ id: String, _ settings: ProductSettings, at now: Timestamp, _ db: Database
    ) throws {
        let revision = try Int.fetchOne(
            db,
            sql: """
                INSERT INTO product_numbers (product_id, revision, reference_version) VALUES (?, 1, 0)
                ON CONFLICT (product_id) DO UPDATE SET revision = revision + 1
                RETURNING revision
                """,
            arguments: [id])
        try db.execute(
            sql: """
                INSERT INTO products (id, noun, defect_types, threshold, image_side, ignore_polygons,
                    include_polygons, mm_per_pixel, keep_images, max_bank_rows, map_threshold, decision,
                    picture_check, review_threshold, created_at, updated_at, revision)
                VALUES (:id, :noun, :defectTypes, :threshold, :imageSide, :ignore,
                    :include, :mmPerPixel, :keepImages, :maxBankRows, :mapThreshold, :decision,
                    :pictureCheck, :reviewThreshold, :now, :now, :revision)
                ON CONFLICT (id) DO UPDATE SET noun = excluded.noun, defect_types = excluded.defect_types,
                    calibration_id = CASE WHEN threshold IS excluded.threshold
                        AND map_threshold IS excluded.map_threshold THEN calibration_id END,
                    threshold = excluded.threshold, image_side = excluded.image_side,
                    ignore_polygons = excluded.ignore_polygons, include_polygons = excluded.include_polygons,
                    mm_per_pixel = excluded.mm_per_pixel, keep_images = excluded.keep_images,
                    max_bank_rows = excluded.max_bank_rows, map_threshold = excluded.map_threshold,
                    decision = excluded.decision, picture_check = excluded.picture_check,
                    review_threshold = excluded.review_threshold, updated_at = excluded.updated_at,
                    revision = excluded.revision
                """,
            arguments: [
                "id": id, "noun": settings.noun, "defectTypes": try ColumnJSON.encode(settings.defectTypes),
                "threshold": settings.threshold, "imageSide": settings.imageSide,
                "ignore": try ColumnJSON.encode(settings.ignore), "include": try ColumnJSON.encode(settings.include),
                "mmPerPixel": settings.mmPerPixel, "keepImages": settings.keepImages?.rawValue ?? Self.serviceDecides,
                "maxBankRows": settings.maxBankRows, "mapThreshold": settings.mapThreshold,
                "decision": settings.decision?.rawValue, "pictureCheck": settings.pictureCheck?.rawValue,
                "reviewThreshold": settings.reviewThreshold,
                "now": now.microseconds, "revision": revision,
            ])
    }
}

extension ProductSettings {
    func validate() throws(StorageError) {
        try Validation.name(noun, "the noun")
        for type in defectTypes {
            try Validation.name(type.name, "a defect type's name")
            for phrase in type.phrases ?? [] { try Validation.name(phrase, "a defect type's phrase") }
        }
        try Validation.finite(threshold, "the threshold")
        try Validation.finite(reviewThreshold, "the threshold of reviews")
        try Validation.finite(mapThreshold, "the map's threshold")
        try Validation.atLeast(1, imageSide, "the image side")
        try Validation.atLeast(1, maxBankRows, "the cap of bank rows")
        try Validation.finite(mmPerPixel, "the size of a pixel")
        if let mmPerPixel, mmPerPixel <= 0 {
            throw StorageError(.invalidValue, "the size of a pixel is not positive")
        }
        for point in (ignore + include).joined() {
            try Validation.finite(point.x, "a coordinate")
            try Validation.finite(point.y, "a coordinate")
        }
    }
}

extension ProductRecord {
    /// Reads the column that cannot be NULL, because once it had to be set.
    private static func keepImages(_ text: String) throws -> KeepImages? {
        guard text != SQLiteStore.serviceDecides else { return nil }
        guard let keepImages = KeepImages(rawValue: text) else {
            throw StorageError(.corrupt, "a stored value cannot be read")
        }
        return keepImages
    }

    fileprivate init(_ columns: inout ColumnReader) throws {
        id = try columns.next()
        var settings = ProductSettings(
            noun: try columns.next(), defectTypes: try columns.nextJSON(), threshold: try columns.next(),
            imageSide: try columns.next(), ignore: try columns.nextJSON(), include: try columns.nextJSON(),
            mmPerPixel: try columns.next(), keepImages: try Self.keepImages(columns.next()),
            maxBankRows: try columns.next())
        settings.mapThreshold = try columns.next()
        settings.decision = try columns.nextOptionalName()
        settings.pictureCheck = try columns.nextOptionalName()
        settings.reviewThreshold = try columns.next()
        self.settings = settings
        createdAt = try columns.nextTimestamp()
        updatedAt = try columns.nextTimestamp()
        revision = try columns.next()
        references = ReferenceSetSummary(version: try columns.next(), count: try columns.next())
        if let id = try columns.next(String?.self) {
            calibration = CalibrationTag(id: id, basis: try columns.nextDigest())
        } else {
            calibration = nil
        }
    }
}
