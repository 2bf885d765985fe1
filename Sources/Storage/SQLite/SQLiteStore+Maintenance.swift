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
        try await read { db in
            switch depth {
            case .quick:
                return try Self.findings("PRAGMA quick_check(100)", db)
            case .full:
                let orphans = try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").map { row in
                    "a row of \(row[0] as String? ?? "") refers to nothing in \(row[2] as String? ?? "")"
                }
                return Array((try Self.findings("PRAGMA integrity_check(100)", db) + orphans).prefix(100))
            }
        }
    }

    /// See `StoreMaintenance`.
    public func checkpoint() async throws(StorageError) {
        do {
            try await pool.writeWithoutTransaction { db in
                // As a statement: GRDB's own call hands SQLite a null pointer once the connection is closed.
                let isBlocked = try Int.fetchOne(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
                guard isBlocked == 0 else { throw StorageError(.busy, "readers hold the write-ahead log") }
            }
        } catch {
            throw StorageError(error)
        }
    }

    /// See `StoreMaintenance`.
    public func backup(to path: String) async throws(StorageError) {
        try await Self.offPool { [pool] in try BackupFile(path: path).fill(from: pool) }
    }

    /// What a check pragma found; the single row `ok` means nothing.
    private static func findings(_ pragma: String, _ db: Database) throws -> [String] {
        try String.fetchAll(db, sql: pragma).filter { $0 != "ok" }
    }

    private static func size(ofFile path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }

    private static func freeBytes(at path: String) -> Int {
        var status = statvfs()
        return statvfs(path, &status) == 0 ? Int(clamping: status.f_bavail) * Int(clamping: status.f_frsize) : 0
    }
}

/// A backup that gets its name only when it is complete.
private struct BackupFile {
    let path: String
    private var partial: String { path + ".partial" }

    init(path: String) {
        self.path = path
    }

    func fill(from pool: DatabasePool) throws {
        // What an interrupted backup left behind.
        unlink(partial)
        do {
            try copy(pool)
            try sync(partial)
            // Unlike rename(2), link(2) never replaces a file.
            guard link(partial, path) == 0 else { throw StorageError(system: errno, "the backup cannot get its name") }
            unlink(partial)
            try sync((path as NSString).deletingLastPathComponent)
        } catch {
            unlink(partial)
            throw error
        }
    }

    private func copy(_ pool: DatabasePool) throws {
        var configuration = Configuration()
        configuration.prepareDatabase { db in
            // The copy is synced once, at the end.
            try db.execute(sql: "PRAGMA synchronous = OFF")
        }
        let target = try DatabaseQueue(path: partial, configuration: configuration)
        try pool.backup(to: target)
        try target.writeWithoutTransaction { db in
            // The copied header asks for a write-ahead log; one file alone is easier to keep.
            try db.execute(sql: "PRAGMA journal_mode = DELETE")
        }
        try target.close()
    }

    private func sync(_ path: String) throws {
        let descriptor = open(path.isEmpty ? "." : path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw StorageError(system: errno, "the backup cannot be opened") }
        defer { Glibc.close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw StorageError(.ioError, "the backup cannot be synced", systemCode: errno)
        }
    }
}
