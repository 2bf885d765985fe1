/// Calibrations of products.
public protocol CalibrationStore: Sendable {
    /// Stores a calibration, and gives its thresholds to the product, in one transaction.
    ///
    /// A product keeps its 200 newest; the oldest give way.
    ///
    /// - Parameters:
    ///   - calibration: What was found.
    ///   - product: The product as it was read before anything was scored.
    ///   - settings: Its settings with the thresholds found.
    /// - Returns: The product as stored.
    /// - Throws: `.notFound` without such a product; `.revisionMismatch` when its settings were changed since it was
    ///   read, `.referencesChanged` when its references were; `.alreadyExists`, `.invalidValue`, or an engine failure.
    func saveCalibration(
        _ calibration: CalibrationRecord, of product: ProductRecord, settings: ProductSettings
    ) async throws(StorageError) -> ProductRecord

    /// Reads one calibration.
    ///
    /// - Returns: `nil` when the product has none with this id.
    func calibration(_ id: String, of product: String) async throws(StorageError) -> CalibrationRecord?

    /// Reads a product's calibrations, newest first.
    ///
    /// - Parameters:
    ///   - product: The product's id.
    ///   - token: Where the previous page ended; `nil` for the first page.
    ///   - limit: 1…1000 calibrations.
    /// - Returns: At most `limit` calibrations, and the token of the page after them.
    /// - Throws: `.invalidPageToken`, `.invalidValue` for the limit, or an engine failure.
    func calibrations(
        of product: String, after token: PageToken?, limit: Int
    ) async throws(StorageError) -> Page<CalibrationRecord>

    /// Reads what the newest decided results of a product scored, newest first.
    ///
    /// - Parameters:
    ///   - product: The product's id.
    ///   - start: Results made at this moment or later.
    ///   - threshold: Results that were judged with this threshold: scores of other settings are other scores.
    ///   - limit: 1…1000 results.
    /// - Returns: At most `limit` scores with their times; undecidable results have none.
    /// - Throws: `.invalidValue` for the limit, or an engine failure.
    func recentScores(
        of product: String, since start: Timestamp, threshold: Double, limit: Int
    ) async throws(StorageError) -> [TimedScore]
}
