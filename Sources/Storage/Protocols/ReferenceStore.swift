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

    /// Stores how a picture looks that was encoded before looks were kept.
    ///
    /// Does nothing where the picture has no banks for the key.
    func saveLook(
        _ look: ReferenceLook, of id: SHA256Digest, product: String, encodedWith key: EncodingKey
    ) async throws(StorageError)

    /// Reads how pictures look, part of a set or not.
    ///
    /// - Returns: Nothing for those that are not stored, have no banks for the key, or were not measured.
    func looks(
        of ids: [SHA256Digest], product: String, encodedWith key: EncodingKey
    ) async throws(StorageError) -> [SHA256Digest: ReferenceLook]

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
