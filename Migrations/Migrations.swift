/// One numbered step of a database schema.
///
/// A shipped step never changes: a database stores the text it was made with and is refused when the text differs.
public struct Migration: Sendable, Equatable {
    /// Position in the order of application, from 1 and without gaps.
    public let number: Int
    /// The file's name without its extension, for example `m0001_products`.
    public let name: String
    /// The statements, without `BEGIN` and `COMMIT`: the migrator supplies the transaction.
    public let sql: String

    /// Makes a step from its parts.
    public init(number: Int, name: String, sql: String) {
        self.number = number
        self.name = name
        self.sql = sql
    }
}

/// The schema of the SQLite store, as embedded in the binary.
///
/// A new file `sqlite/mNNNN_topic.sql` is added at three places: here, in the target's resources in the package
/// manifest, and as a copy among the fixtures of the storage tests, which keep shipped files from changing.
public enum SQLiteSchema {
    /// All steps in the order in which they are applied.
    public static let migrations: [Migration] = [
        ("m0001_products", PackageResources.m0001_products_sql),
        ("m0002_references", PackageResources.m0002_references_sql),
        ("m0003_results", PackageResources.m0003_results_sql),
        ("m0004_text_embeddings", PackageResources.m0004_text_embeddings_sql),
        ("m0005_reference_sets", PackageResources.m0005_reference_sets_sql),
        ("m0006_result_search", PackageResources.m0006_result_search_sql),
        ("m0007_idempotency", PackageResources.m0007_idempotency_sql),
        ("m0008_calibration", PackageResources.m0008_calibration_sql),
        ("m0009_labels", PackageResources.m0009_labels_sql),
        ("m0010_picture_check", PackageResources.m0010_picture_check_sql),
        ("m0011_calibrated_scores", PackageResources.m0011_calibrated_scores_sql),
        ("m0012_review_band", PackageResources.m0012_review_band_sql),
    ].enumerated().map { index, file in
        Migration(number: index + 1, name: file.0, sql: String(decoding: file.1, as: UTF8.self))
    }
}
