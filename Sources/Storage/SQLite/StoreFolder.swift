import Foundation
import GRDB
import Migrations

/// Care of a data folder by a program that does not serve from it.
///
/// Reading works while the service runs: SQLite's readers see one state and disturb no writer. What changes the database
/// takes the folder's lock and is refused while the service runs.
public struct StoreFolder: Sendable {
    private let directory: String
    private var path: String { directory + "/" + SQLiteStore.fileName }

    /// Names a folder; nothing is opened.
    public init(directory: String) {
        self.directory = directory
    }

    /// Size of the database with its write-ahead log, in bytes; 0 when there is none.
    public var databaseBytes: Int { SQLiteStore.size(ofFile: path) + SQLiteStore.size(ofFile: path + "-wal") }

    /// Room left on the device for this process, in bytes.
    public var freeBytes: Int { SQLiteStore.freeBytes(at: directory) }

    /// Where the schema stands; at the beginning when there is no database.
    ///
    /// - Throws: `.notADatabase`, or an engine failure.
    public func schema() async throws(StorageError) -> SchemaState {
        let migrator = SchemaMigrator()
        guard databaseBytes > 0 else { return SchemaState(version: 0, missing: migrator.migrations.map(\.name)) }
        return try await SQLiteStore.offPool { try reader().read { try migrator.state($0) } }
    }

    /// Brings the schema up to date, making folder and database when they do not exist.
    ///
    /// - Throws: As `SQLiteStore.open`.
    public func migrate() async throws(StorageError) {
        try await SQLiteStore.open(directory: directory).close()
    }

    /// Looks for damage.
    ///
    /// - Returns: What was found, at most 100 lines; empty when all is well.
    /// - Throws: `.notFound` without a database, `.notADatabase`, or an engine failure.
    public func check(_ depth: CheckDepth) async throws(StorageError) -> [String] {
        try await SQLiteStore.offPool {
            try reader().read { db in
                _ = try SchemaMigrator().state(db)
                return try SQLiteStore.findings(depth, db)
            }
        }
    }

    /// Copies the database as it is now into a new file.
    ///
    /// - Parameters:
    ///   - path: Must not exist. The file appears under its name only when it is complete and on the device.
    ///   - progress: Told now and then how many pages are done of how many.
    /// - Returns: The copy's size in bytes.
    /// - Throws: `.notFound` without a database, `.alreadyExists`, `.cannotOpen`, `.diskFull`, or another failure.
    public func backup(
        to path: String, _ progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void
    ) async throws(StorageError) -> Int {
        try await SQLiteStore.offPool {
            let source = try reader()
            _ = try source.read { try SchemaMigrator().state($0) }
            try BackupFile(path: path).fill(from: source, progress)
            return SQLiteStore.size(ofFile: path)
        }
    }

    /// Writes the database anew without the room that nothing uses, and without any trace of what was deleted.
    ///
    /// Needs free room of twice the database's size.
    ///
    /// - Throws: `.inUse` while the service runs, `.notFound` without a database, `.diskFull`, or another failure. The
    ///   database is then as it was.
    public func vacuum() async throws(StorageError) {
        try await SQLiteStore.offPool {
            guard SQLiteStore.size(ofFile: path) > 0 else { throw Self.noDatabase }
            let lock = try DirectoryLock(path: directory + "/" + SQLiteStore.lockName)
            defer { lock.release() }
            let queue = try DatabaseQueue(path: path)
            _ = try queue.read { try SchemaMigrator().state($0) }
            try queue.vacuum()
            try queue.writeWithoutTransaction { _ = try Row.fetchAll($0, sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
            try queue.close()
        }
    }

    private func reader() throws -> DatabaseQueue {
        guard SQLiteStore.size(ofFile: path) > 0 else { throw Self.noDatabase }
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    private static var noDatabase: StorageError { StorageError(.notFound, "there is no database in the data folder") }
}
