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

    /// Reads what the results that were judged under a calibration scored, the last stored first.
    ///
    /// Scores are kept apart from results: which of those are removed, by hand or to keep within limits, depends on their verdicts.
    ///
    /// - Parameters:
    ///   - calibration: The calibration's id; another calibration of its product ends its scores.
    ///   - limit: 1…1000 results.
    /// - Returns: At most `limit` scores with their times; undecidable results have none.
    /// - Throws: `.invalidValue` for the limit, or an engine failure.
    func recentScores(under calibration: String, limit: Int) async throws(StorageError) -> [TimedScore]
}
