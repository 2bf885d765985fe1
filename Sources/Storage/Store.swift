/// Everything the service keeps: products, references, results, prompt embeddings.
///
/// The parts are separate protocols so that a caller asks for what it uses. All methods are safe to call from any
/// task at once; none blocks a thread of the concurrency pool. A write is one transaction: when it returns, the data
/// is on the device; when it throws, nothing of it is there. A cancelled task gets `.cancelled`, and a write that was
/// still running is rolled back.
public protocol Store:
    ProductStore, ReferenceStore, ResultStore, ResultRetention, TextEmbeddingStore, StoreMaintenance
{}

/// Products and their settings.
public protocol ProductStore: Sendable {
    /// Creates a product or replaces its settings.
    ///
    /// - Parameters:
    ///   - id: Not empty.
    ///   - settings: The complete new settings.
    ///   - precondition: What must hold of the stored product, checked in the same transaction.
    ///   - now: Becomes `updatedAt`, and `createdAt` of a new product.
    /// - Returns: The product as stored, and whether it is new.
    /// - Throws: `.revisionMismatch` when `precondition` does not hold, `.invalidValue`, or an engine failure.
    func putProduct(
        _ id: String, settings: ProductSettings, if precondition: ProductPrecondition, at now: Timestamp
    ) async throws(StorageError) -> ProductWrite

    /// Reads one product.
    ///
    /// - Returns: `nil` when there is none with this id.
    func product(_ id: String) async throws(StorageError) -> ProductRecord?

    /// Reads products in the order of their ids.
    ///
    /// - Parameters:
    ///   - token: Where the previous page ended; `nil` for the first page.
    ///   - limit: 1…1000 products.
    /// - Returns: At most `limit` products, and the token of the page after them.
    /// - Throws: `.invalidPageToken`, `.invalidValue` for the limit, or an engine failure.
    func products(after token: PageToken?, limit: Int) async throws(StorageError) -> Page<ProductRecord>

    /// Removes a product with its references and banks; its results stay.
    ///
    /// - Returns: Whether there was one.
    /// - Throws: `.revisionMismatch` when `precondition` does not hold, or an engine failure.
    func deleteProduct(_ id: String, if precondition: ProductPrecondition) async throws(StorageError) -> Bool
}

/// Pictures of good parts and the memory banks made from them.
///
/// A reference is known by the SHA-256 of its picture. Every change makes a new version of the product's set; old
/// versions stay as they are.
public protocol ReferenceStore: Sendable {
    /// Stores a picture with its banks, not yet as part of a set.
    ///
    /// A picture that is stored already keeps its identity; its banks are replaced when they were made with another
    /// model, side or stages. What no set takes up is gone when the store is opened the next time.
    ///
    /// - Parameters:
    ///   - reference: The picture and its banks.
    ///   - product: The product's id.
    ///   - now: Becomes `createdAt` of the picture.
    /// - Returns: The picture as it is stored now.
    /// - Throws: `.notFound` without such a product, `.invalidValue`, or an engine failure.
    func stageReference(
        _ reference: NewReference, of product: String, at now: Timestamp
    ) async throws(StorageError) -> ReferenceRecord

    /// Reads a picture, part of a set or not, that has banks for a key.
    ///
    /// - Returns: `nil` when it is not stored, or must be encoded for this key.
    func encodedReference(
        _ id: SHA256Digest, of product: String, encodedWith key: EncodingKey
    ) async throws(StorageError) -> ReferenceRecord?

    /// Removes pictures that are part of no set, past or present.
    func discardReferences(_ ids: [SHA256Digest], of product: String) async throws(StorageError)

    /// Removes pictures that were stored before a moment and are part of no set, past or present.
    func discardStagedReferences(of product: String, before moment: Timestamp) async throws(StorageError)

    /// Adds stored pictures to the current set: one new version, or none when all of them are in it already.
    ///
    /// - Parameters:
    ///   - ids: The pictures, in the order in which they are added.
    ///   - product: The product's id.
    ///   - key: Whose banks count for the limits.
    ///   - limits: Checked against the set as it would become.
    ///   - now: Becomes `createdAt` of the new version.
    /// - Returns: The current set, and which pictures are new in it.
    /// - Throws: `.notFound` without such a product or picture, `.limitExceeded`, or an engine failure.
    func addReferences(
        _ ids: [SHA256Digest], to product: String, encodedWith key: EncodingKey, limits: ReferenceLimits,
        at now: Timestamp
    ) async throws(StorageError) -> ReferenceChange

    /// Makes an older version the current set again: a new version with the same pictures in the same order.
    ///
    /// - Returns: The current set, unchanged when it has these pictures already; `nil` when there is no such version.
    /// - Throws: `.limitExceeded` when the set would pass limits that are lower now, or an engine failure.
    func rollBackReferences(
        of product: String, to version: Int, encodedWith key: EncodingKey, limits: ReferenceLimits, at now: Timestamp
    ) async throws(StorageError) -> ReferenceSetSummary?

    /// Reads the versions of a product's set, newest first.
    ///
    /// - Parameters:
    ///   - product: The product's id.
    ///   - token: Where the previous page ended; `nil` for the first page.
    ///   - limit: 1…1000 versions.
    /// - Returns: At most `limit` versions, and the token of the page after them.
    /// - Throws: `.invalidPageToken`, `.invalidValue` for the limit, or an engine failure.
    func referenceVersions(
        of product: String, after token: PageToken?, limit: Int
    ) async throws(StorageError) -> Page<ReferenceVersion>

    /// Takes a picture out of the current set, which makes a new version without it.
    ///
    /// - Returns: The new version, or `nil` when the picture is not in the current set.
    func removeReference(
        _ id: SHA256Digest, from product: String, at now: Timestamp
    ) async throws(StorageError) -> ReferenceSetSummary?

    /// Reads a version of a product's set, without pictures and banks.
    ///
    /// - Parameters:
    ///   - product: The product's id.
    ///   - version: `nil` for the current one.
    /// - Returns: `nil` when there is no such version.
    /// - Throws: What the engine reports.
    func referenceSet(of product: String, version: Int?) async throws(StorageError) -> ReferenceSet?

    /// Reads one picture as it was received.
    ///
    /// - Returns: `nil` when no version of the product's set ever had this picture.
    func referencePicture(
        _ id: SHA256Digest, of product: String
    ) async throws(StorageError) -> ReferencePicture?

    /// Replaces the banks of a picture that is stored already.
    ///
    /// - Throws: `.notFound` when the product never had this picture, `.invalidValue`, or an engine failure.
    func saveEncoding(
        _ encoding: ReferenceEncoding, of id: SHA256Digest, product: String, at now: Timestamp
    ) async throws(StorageError)

    /// Reads the banks of one picture, part of a set or not.
    ///
    /// - Returns: By stage; `nil` when the picture is not stored or has no banks for this key.
    func referenceBanks(
        of id: SHA256Digest, product: String, encodedWith key: EncodingKey
    ) async throws(StorageError) -> [StageBank]?

    /// Stores how far a picture lies from others; it goes with the banks it was measured on.
    ///
    /// Pairs of which one has no banks for the key are passed over.
    func saveDistances(
        _ distances: [ReferenceDistance], product: String, encodedWith key: EncodingKey
    ) async throws(StorageError)

    /// Reads the distances that are known between members of a set.
    func distances(
        of product: String, version: Int, encodedWith key: EncodingKey
    ) async throws(StorageError) -> [ReferenceDistance]

    /// Stores which rows stand for a set's bank, in place of what was chosen for the product before.
    ///
    /// - Throws: `.notFound` when there is no such version, `.invalidValue`, or an engine failure.
    func saveCoreset(
        _ coreset: ReferenceCoreset, of product: String, version: Int, encodedWith key: EncodingKey
    ) async throws(StorageError)

    /// Reads which rows stand for a set's bank.
    ///
    /// - Returns: `nil` when none were chosen for this version, key and cap.
    func coreset(
        of product: String, version: Int, encodedWith key: EncodingKey, maxRows: Int
    ) async throws(StorageError) -> ReferenceCoreset?

    /// Describes a set's banks without reading them.
    ///
    /// - Throws: `.notFound` when there is no such version.
    func bankLayout(
        of product: String, version: Int, encodedWith key: EncodingKey
    ) async throws(StorageError) -> BankLayout

    /// Hands a set's banks to `update`, one after the other, straight from the engine's memory.
    ///
    /// The entries come in the layout's order: by stage, then by position in the set. All are read from one snapshot.
    ///
    /// - Parameters:
    ///   - product: The product's id.
    ///   - version: Which version of its references.
    ///   - key: With what the banks must have been made.
    ///   - initial: What `update` fills.
    ///   - update: Called once per entry. The span holds `entry.byteCount` bytes and ends with the call.
    /// - Returns: What `update` made of `initial`.
    /// - Throws: `.notFound`, `.staleEncoding` when a member has no banks for `key`, or an engine failure.
    func reduceBank<Output: Sendable>(
        of product: String, version: Int, encodedWith key: EncodingKey, into initial: Output,
        _ update: @Sendable (inout Output, BankEntry, RawSpan) -> Void
    ) async throws(StorageError) -> Output
}

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
    ///   fewer than `limit`, even none, and still have a next one: the work of one page is bounded.
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

/// What keeps results from filling the device.
///
/// Each call is one short transaction: inspections that are being stored wait for one of them at most.
public protocol ResultRetention: Sendable {
    /// Says how many results there are and what they take, without reading them.
    func resultTotals() async throws(StorageError) -> ResultTotals

    /// Removes the oldest results of a verdict with their pictures.
    ///
    /// - Parameters:
    ///   - verdict: Results of others stay.
    ///   - moment: Results made at this moment or later stay; nil for no such bound.
    ///   - limit: Most results to remove.
    ///   - maxBytes: No more are removed once those removed took this much.
    /// - Returns: What was removed; 0 results when there is nothing left to remove.
    /// - Throws: What the engine reports; nothing is removed then.
    func removeOldestResults(
        verdict: Verdict, before moment: Timestamp?, limit: Int, maxBytes: Int
    ) async throws(StorageError) -> ResultTotals.Amount

    /// Gives room in the database that nothing uses any more back to the device.
    ///
    /// - Parameters:
    ///   - kept: So much unused room stays, for results to come.
    ///   - maxBytes: Most bytes to give back in this call.
    /// - Returns: What was given back, and what unused room is left.
    /// - Throws: What the engine reports.
    func releaseSpace(keepingBytes kept: Int, maxBytes: Int) async throws(StorageError) -> ReleasedSpace
}

/// Encoded prompts, kept so that they are computed once.
public protocol TextEmbeddingStore: Sendable {
    /// Reads the embedding stored for a key.
    func textEmbedding(for key: TextEmbeddingKey) async throws(StorageError) -> TextEmbedding?

    /// Stores an embedding, replacing the one that was there.
    ///
    /// - Throws: `.invalidValue` when shape and count of values differ, or an engine failure.
    func saveTextEmbedding(
        _ embedding: TextEmbedding, for key: TextEmbeddingKey, at now: Timestamp
    ) async throws(StorageError)
}

/// Care of the store as a whole.
public protocol StoreMaintenance: Sendable {
    /// Says how the store is, from a write that is really committed to the device.
    func health() async -> StoreHealth

    /// Looks for damage.
    ///
    /// - Returns: What was found, at most 100 lines; empty when all is well.
    func check(_ depth: CheckDepth) async throws(StorageError) -> [String]

    /// Moves everything from the write-ahead log into the database and empties the log.
    ///
    /// - Throws: `.busy` when readers hold the log for longer than the busy timeout.
    func checkpoint() async throws(StorageError)

    /// Copies the store as it is now into a new file, while it goes on being used.
    ///
    /// The file appears under its name only when it is complete and on the device.
    ///
    /// - Parameter path: Must not exist.
    /// - Throws: `.alreadyExists`, `.cannotOpen`, `.diskFull`, or another engine failure.
    func backup(to path: String) async throws(StorageError)

    /// Closes the store and gives up its data folder; later calls throw `.closed`.
    func close() async throws(StorageError)
}
