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
