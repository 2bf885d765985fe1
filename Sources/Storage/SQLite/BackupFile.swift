import Foundation
import GRDB
import Glibc

/// A backup that gets its name only when it is complete, readable by its owner alone.
struct BackupFile {
    /// 16 MB at a time: often enough to watch.
    private static let pagesPerStep: CInt = 2048

    let path: String

    init(path: String) {
        self.path = path
    }

    /// Copies everything from one snapshot, and tells how many pages are done of how many.
    func fill(from source: any DatabaseReader, _ progress: @escaping (Int, Int) -> Void) throws {
        removeLeftovers()
        let (partial, descriptor) = try makePartial()
        // The lock is held until the copy has its name, so that nobody takes it for a leftover.
        defer { Glibc.close(descriptor) }
        do {
            try copy(source, to: partial, progress)
            guard fsync(descriptor) == 0 else {
                throw StorageError(.ioError, "the backup cannot be synced", systemCode: errno)
            }
            // Unlike rename(2), link(2) never replaces a file.
            guard link(partial, path) == 0 else { throw StorageError(system: errno, "the backup cannot get its name") }
            unlink(partial)
            try syncFolder()
        } catch {
            Self.remove(partial)
            throw error
        }
    }

    private var folder: String { (path as NSString).deletingLastPathComponent }
    private var prefix: String { (path as NSString).lastPathComponent + ".partial-" }

    /// A new empty file that its owner alone may read, beside the backup's name, and locked.
    private func makePartial() throws -> (path: String, descriptor: CInt) {
        while true {
            let random = String(UInt32.random(in: .min ... .max), radix: 16)
            let name = (folder as NSString).appendingPathComponent(prefix + random)
            let descriptor = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            if descriptor < 0 && errno == EEXIST { continue }
            guard descriptor >= 0 else { throw StorageError(system: errno, "the backup cannot be opened") }
            // Nobody else has it, unless it was taken for a leftover in this very moment and is gone.
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, Self.isThere(name, descriptor) else {
                Glibc.close(descriptor)
                continue
            }
            return (name, descriptor)
        }
    }

    /// Removes what interrupted backups of this name left behind: files that nobody holds.
    private func removeLeftovers() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder)) ?? []
        for name in names where name.hasPrefix(prefix) && name.dropFirst(prefix.count).allSatisfy(\.isHexDigit) {
            let path = (folder as NSString).appendingPathComponent(name)
            let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
            guard descriptor >= 0 else { continue }
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { Self.remove(path) }
            Glibc.close(descriptor)
        }
    }

    /// Removes a copy with the journal that SQLite keeps beside it.
    private static func remove(_ partial: String) {
        unlink(partial)
        unlink(partial + "-journal")
    }

    /// Whether an open file still has its name.
    private static func isThere(_ path: String, _ descriptor: CInt) -> Bool {
        var (named, opened) = (stat(), stat())
        return stat(path, &named) == 0 && fstat(descriptor, &opened) == 0
            && named.st_ino == opened.st_ino && named.st_dev == opened.st_dev
    }

    private func copy(_ source: any DatabaseReader, to partial: String, _ progress: @escaping (Int, Int) -> Void) throws
    {
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

    private func syncFolder() throws {
        let descriptor = open(folder.isEmpty ? "." : folder, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw StorageError(system: errno, "the backup's folder cannot be opened") }
        defer { Glibc.close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw StorageError(.ioError, "the backup's folder cannot be synced", systemCode: errno)
        }
    }
}
