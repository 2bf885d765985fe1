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
        let partial = try makePartial()
        do {
            try copy(source, to: partial, progress)
            try sync(partial)
            // Unlike rename(2), link(2) never replaces a file.
            guard link(partial, path) == 0 else { throw StorageError(system: errno, "the backup cannot get its name") }
            unlink(partial)
            try sync(folder)
        } catch {
            Self.remove(partial)
            throw error
        }
    }

    /// From this age on, in seconds since it was last written, a partial copy is nobody's any more.
    static let leftoverAge = 3600

    private var folder: String { (path as NSString).deletingLastPathComponent }
    private var prefix: String { (path as NSString).lastPathComponent + ".partial-" }

    /// A new empty file that its owner alone may read, beside the backup's name; another backup has another one.
    private func makePartial() throws -> String {
        while true {
            let random = String(UInt64.random(in: .min ... .max), radix: 16)
            let name = (folder as NSString).appendingPathComponent(prefix + random)
            let descriptor = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            if descriptor >= 0 {
                Glibc.close(descriptor)
                return name
            }
            guard errno == EEXIST else { throw StorageError(system: errno, "the backup cannot be opened") }
        }
    }

    /// Removes what interrupted backups of this name left behind.
    ///
    /// By age and not by a lock, which network file systems lack or mix up with SQLite's own. A copy that is removed though it was
    /// only slow fails when it is to get its name.
    private func removeLeftovers() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder)) ?? []
        for name in names where name.hasPrefix(prefix) && name.dropFirst(prefix.count).allSatisfy(\.isHexDigit) {
            let path = (folder as NSString).appendingPathComponent(name)
            var status = stat()
            if lstat(path, &status) == 0, time(nil) - status.st_mtim.tv_sec > Self.leftoverAge { Self.remove(path) }
        }
    }

    /// Removes a copy with the journal that SQLite keeps beside it.
    private static func remove(_ partial: String) {
        unlink(partial)
        unlink(partial + "-journal")
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

    private func sync(_ path: String) throws {
        let descriptor = open(path.isEmpty ? "." : path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw StorageError(system: errno, "the backup cannot be opened") }
        defer { Glibc.close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw StorageError(.ioError, "the backup cannot be synced", systemCode: errno)
        }
    }
}
