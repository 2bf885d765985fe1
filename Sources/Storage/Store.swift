/// Everything the service keeps: products, references, results, prompt embeddings.
///
/// The parts are separate protocols so that a caller asks for what it uses. All methods are safe to call from any
/// task at once; none blocks a thread of the concurrency pool. A write is one transaction: when it returns, the data
/// is on the device; when it throws, nothing of it is there. A cancelled task gets `.cancelled`, and a write that was
/// still running is rolled back.
public protocol Store: ProductStore, ReferenceStore, ResultStore, TextEmbeddingStore, StoreMaintenance {}

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
    /// Adds a picture with its banks to the current set, in one transaction.
    ///
    /// A picture that is in the set already makes no new version; its banks are replaced when they were made with
    /// another model, side or stages.
    ///
    /// - Parameters:
    ///   - reference: The picture and its banks.
    ///   - product: The product's id.
    ///   - limits: Checked against the set as it would become.
    ///   - now: Becomes `createdAt` of the picture and of the new version.
    /// - Returns: The reference, the current set, and whether it changed.
    /// - Throws: `.notFound` without such a product, `.limitExceeded`, `.invalidValue`, or an engine failure.
    func addReference(
        _ reference: NewReference, to product: String, limits: ReferenceLimits, at now: Timestamp
    ) async throws(StorageError) -> AddedReference

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
    /// - Returns: `nil` when the product never had this picture.
    func referencePicture(
        _ id: SHA256Digest, of product: String
    ) async throws(StorageError) -> ReferencePicture?

    /// Replaces the banks of a picture that is stored already.
    ///
    /// - Throws: `.notFound` when the product never had this picture, `.invalidValue`, or an engine failure.
    func saveEncoding(
        _ encoding: ReferenceEncoding, of id: SHA256Digest, product: String, at now: Timestamp
    ) async throws(StorageError)

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
    /// - Throws: `.alreadyExists` when the id was used before, `.invalidValue`, or an engine failure (`.diskFull`,
    ///   `.ioError` …). Nothing of the result is stored then.
    func insertResult(_ result: NewResult) async throws(StorageError)

    /// Reads one result.
    ///
    /// - Returns: `nil` when there is none with this id.
    func result(_ id: String) async throws(StorageError) -> ResultRecord?

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
    /// - Returns: At most `limit` results, and the token of the page after them.
    /// - Throws: `.invalidPageToken`, `.invalidValue` for the filter or the limit, or an engine failure.
    func results(
        matching filter: ResultFilter, after token: PageToken?, limit: Int
    ) async throws(StorageError) -> Page<ResultRecord>
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
