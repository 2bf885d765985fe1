/// How the store is.
public struct StoreHealth: Sendable, Equatable {
    /// Why the store does not accept writes; `nil` when it does.
    public let failure: StorageError?
    /// Number of the schema's last step.
    public let schemaVersion: Int
    /// Size of the database file in bytes.
    public let databaseBytes: Int
    /// Size of the write-ahead log in bytes.
    public let logBytes: Int
    /// Room left on the device for this process, in bytes.
    public let freeBytes: Int

    /// Whether a write was committed just now.
    public var isWritable: Bool { failure == nil }
}

/// How thoroughly the store is checked.
public enum CheckDepth: Sendable, CaseIterable {
    /// Structure of all pages and constraints; reads every page.
    case quick
    /// Also that indexes match their tables, and that foreign keys point somewhere; much slower.
    case full
}

/// Where a database's schema stands.
public struct SchemaState: Sendable, Equatable {
    /// Number of its last step; 0 for an empty database.
    ///
    /// Higher than this program's last one when a newer program was there.
    public let version: Int
    /// Names of the steps that this program would add.
    public let missing: [String]
}
