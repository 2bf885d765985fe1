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
