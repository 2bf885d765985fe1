import Foundation
import GRDB
import Glibc

extension SQLiteStore {
    /// See `StoreMaintenance`.
    public func health() async -> StoreHealth {
        var schemaVersion = 0
        var failure: StorageError?
        do throws(StorageError) {
            schemaVersion = try await read { try Int.fetchOne($0, sql: "PRAGMA user_version") ?? 0 }
            let version = schemaVersion
            // Writing the number that is there already changes nothing, yet it is a commit with all that belongs to
            // it: a page into the log, and the log synced to the device.
            try await write { try $0.execute(sql: "PRAGMA user_version = \(version)") }
        } catch {
            failure = error
        }
        return StoreHealth(
            failure: failure, schemaVersion: schemaVersion, databaseBytes: Self.size(ofFile: path),
            logBytes: Self.size(ofFile: path + "-wal"), freeBytes: Self.freeBytes(at: path))
    }

    /// See `StoreMaintenance`.
    public func check(_ depth: CheckDepth) async throws(StorageError) -> [String] {
        try await read { try Self.findings(depth, $0) }
    }

    /// What a check finds, at most 100 lines.
    static func findings(_ depth: CheckDepth, _ db: Database) throws -> [String] {
        switch depth {
        case .quick:
            return Array(try findings("PRAGMA quick_check(100)", db).prefix(100))
        case .full:
            let orphans = try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").map { row in
                "a row of \(row[0] as String? ?? "") refers to nothing in \(row[2] as String? ?? "")"
            }
            return Array((try findings("PRAGMA integrity_check(100)", db) + orphans).prefix(100))
        }
    }

    /// See `StoreMaintenance`.
    public func checkpoint() async throws(StorageError) {
        do {
            try await pool.writeWithoutTransaction { db in
                // As a statement: GRDB's own call hands SQLite a null pointer once the connection is closed.
                guard try Self.truncateLog(db) else { throw StorageError(.busy, "readers hold the write-ahead log") }
            }
        } catch {
            throw StorageError(error)
        }
    }

    /// Takes the log into the database and empties it, unless a reader holds it.
    static func truncateLog(_ db: Database) throws -> Bool {
        try Int.fetchOne(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)") == 0
    }

    /// See `StoreMaintenance`.
    public func backup(to path: String) async throws(StorageError) {
        try await Self.offPool { [pool] in try BackupFile(path: path).fill(from: pool) { _, _ in } }
    }

    /// What a check pragma found; the single row `ok` means nothing.
    private static func findings(_ pragma: String, _ db: Database) throws -> [String] {
        // One row may hold many of them, a line each.
        try String.fetchAll(db, sql: pragma).flatMap { $0.split(separator: "\n").map(String.init) }.filter {
            $0 != "ok"
        }
    }

    static func size(ofFile path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }

    /// Room left on the device for this process, in bytes; the largest number where a file system tells more.
    static func freeBytes(at path: String) -> Int {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return 0 }
        let (bytes, overflow) = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
        return overflow ? .max : Int(clamping: bytes)
    }
}
