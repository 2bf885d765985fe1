import Foundation
import GRDB
import Glibc

/// A backup that gets its name only when it is complete.
struct BackupFile {
    /// 16 MB at a time: often enough to watch.
    private static let pagesPerStep: CInt = 2048

    let path: String
    private var partial: String { path + ".partial" }

    init(path: String) {
        self.path = path
    }

    /// Copies everything from one snapshot, and tells how many pages are done of how many.
    func fill(from source: any DatabaseReader, _ progress: @escaping (Int, Int) -> Void) throws {
        // What an interrupted backup left behind.
        unlink(partial)
        do {
            try copy(source, progress)
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

    private func copy(_ source: any DatabaseReader, _ progress: @escaping (Int, Int) -> Void) throws {
        var configuration = Configuration()
        configuration.prepareDatabase { db in
            // The copy is synced once, at the end.
            try db.execute(sql: "PRAGMA synchronous = OFF")
        }
        let target = try DatabaseQueue(path: partial, configuration: configuration)
        try source.read { db in
            // The first read opens the snapshot that all steps see. Without it, each write by others would begin the
            // backup anew.
            _ = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema")
            try target.writeWithoutTransaction { copy in
                try db.backup(to: copy, pagesPerStep: Self.pagesPerStep) {
                    progress($0.completedPageCount, $0.totalPageCount)
                }
            }
        }
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
