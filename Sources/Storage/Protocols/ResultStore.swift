/// Inspection results and their pictures.
public protocol ResultStore: Sendable {
    /// Stores one result with everything that belongs to it.
    ///
    /// - Throws: `.alreadyExists` when the id or the idempotency key was used before, `.invalidValue`, or an engine failure (`.diskFull`,
    ///   `.ioError` …). Nothing of the result is stored then.
    func insertResult(_ result: NewResult) async throws(StorageError)

    /// Reads one result.
    ///
    /// - Returns: `nil` when there is none with this id.
    func result(_ id: String) async throws(StorageError) -> ResultRecord?

    /// Reads the result that was stored under a client's key.
    ///
    /// - Returns: `nil` when there is none.
    func result(forKey key: String) async throws(StorageError) -> KeyedResult?

    /// Reads what belongs to a result besides its record and the picture as received.
    ///
    /// - Returns: `nil` when there is none with this id.
    func resultContents(of id: String) async throws(StorageError) -> ResultContents?

    /// Reads one picture of a result.
    ///
    /// - Returns: `nil` when the result or the picture does not exist.
    func resultFile(_ kind: ResultFile.Kind, of id: String) async throws(StorageError) -> ResultFile?

    /// Reads results, newest first; of equal `createdAt`, the one stored last comes first.
    ///
    /// Results that are stored while pages are read neither repeat nor displace the others.
    ///
    /// - Parameters:
    ///   - filter: All its conditions must hold.
    ///   - token: Where the previous page ended; `nil` for the first page. It belongs to the filter it came from.
    ///   - limit: 1…1000 results.
    /// - Returns: At most `limit` results, and the token of the page after them. A page of something rare may hold
    ///   fewer than `limit`, even none, and still have a next one: the work of one page is bounded, and so are its bytes.
    /// - Throws: `.invalidPageToken`, `.invalidValue` for the filter or the limit, or an engine failure.
    func results(
        matching filter: ResultFilter, after token: PageToken?, limit: Int
    ) async throws(StorageError) -> Page<ResultRecord>

    /// Hands over the documents of an export's next results, newest first.
    ///
    /// - Parameters:
    ///   - export: Where the export stands.
    ///   - maxBytes: The piece ends with the document that reaches this size.
    ///   - initial: What `append` fills.
    ///   - append: Called once per result. The span holds its document, byte for byte, and ends with the call.
    /// - Returns: What `append` made of `initial`, and where the export stands now.
    /// - Throws: `.invalidValue` for the filter, or an engine failure.
    func exportDocuments<Output: Sendable>(
        _ export: ResultExport, maxBytes: Int, into initial: Output,
        _ append: @Sendable (inout Output, RawSpan) -> Void
    ) async throws(StorageError) -> (output: Output, rest: ResultExport)

    /// Reads an export's next results as records, newest first.
    ///
    /// - Parameters:
    ///   - export: Where the export stands.
    ///   - limit: Most results of the piece; it ends earlier when their documents take a megabyte.
    /// - Returns: The results, and where the export stands now.
    /// - Throws: `.invalidValue` for the filter, or an engine failure.
    func exportRecords(
        _ export: ResultExport, limit: Int
    ) async throws(StorageError) -> (results: [ExportedResult], rest: ResultExport)

    /// Counts results in groups.
    ///
    /// - Parameters:
    ///   - filter: Which results are counted.
    ///   - key: What the results of a group have in common.
    ///   - limit: Most groups; those with the most results are kept, or the latest hours.
    /// - Returns: The groups in order: the largest first, hours by time; and whether there were more.
    /// - Throws: `.invalidValue` for the filter, or an engine failure.
    func summary(
        of filter: ResultFilter, by key: ResultGroup.Key, limit: Int
    ) async throws(StorageError) -> ResultSummary

    /// Removes a result with its pictures, and overwrites what they took in the database.
    ///
    /// - Returns: Whether there was one.
    func deleteResult(_ id: String) async throws(StorageError) -> Bool
}
