import Foundation
import GRDB
import Testing

@testable import Storage

/// A result of about 40 pages of 8 kB, spread over several rows.
private func largeResult(_ number: Int) -> NewResult {
    var result = newResult(number)
    result.files =
        ["bent", "cut", "hole"].map {
            ResultFile(
                kind: .mask(defectType: $0), mediaType: "image/png", bytes: [UInt8](repeating: 0xab, count: 60_000))
        } + [ResultFile(kind: .heatMap, mediaType: "image/png", bytes: [UInt8](repeating: 0xcd, count: 120_000))]
    return result
}

extension SQLiteStore {
    /// Rows of every table, so that a test sees whatever a failed write left behind.
    fileprivate func rowCounts() async throws -> [String: Int] {
        try await read { db in
            let tables = try String.fetchAll(
                db, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
            return try tables.reduce(into: [:]) { counts, table in
                counts[table] = try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table)")
            }
        }
    }

    /// Lets the database grow by this many pages at most; `nil` takes the limit away.
    fileprivate func limitGrowth(toPages pages: Int?) async throws {
        try await pool.writeWithoutTransaction { db in
            let count = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            try db.execute(sql: "PRAGMA max_page_count = \(pages.map { count + $0 } ?? 1_000_000)")
        }
    }
}

@Suite("Full disk")
struct FullDiskTests {
    @Test("leaves nothing of a result, wherever in its transaction the room ends")
    func result() async throws {
        try await withStore { store in
            try await store.insertResult(newResult(1))
            let before = try await store.rowCounts()
            var failures = 0
            for pages in 0... {
                try await store.limitGrowth(toPages: pages)
                do throws(StorageError) {
                    try await store.insertResult(largeResult(2))
                    break
                } catch {
                    #expect(error.code == .diskFull)
                    #expect(error.engineCode == 13)
                    #expect(try await store.rowCounts() == before)
                    #expect(try await store.result("result-2") == nil)
                    failures += 1
                }
            }
            #expect(failures > 20)
            #expect(try await store.result("result-2") == largeResult(2).record)
            #expect(try await store.check(.full).isEmpty)
        }
    }

    @Test("leaves nothing of a reference and no new version")
    func reference() async throws {
        try await withStore { store in
            _ = try await store.putProduct("cable", settings: ProductSettings(noun: "cable"), if: .none, at: moment(0))
            let before = try await store.rowCounts()
            let large = Storage.NewReference(
                id: digest(1), format: "png", width: 1, height: 1, bytes: [UInt8](repeating: 1, count: 30_000),
                encoding: encoding(1, rows: 4000))
            for pages in [0, 3, 5, 9] {
                try await store.limitGrowth(toPages: pages)
                try await expectError(.diskFull) {
                    try await store.addReference(large, to: "cable", limits: ReferenceLimits(), at: moment(1))
                }
                #expect(try await store.rowCounts() == before)
            }
            try await store.limitGrowth(toPages: nil)
            let added = try await store.addReference(large, to: "cable", limits: ReferenceLimits(), at: moment(1))
            #expect(added.references.version == 1)
        }
    }

    @Test("still lets everything be read")
    func reading() async throws {
        try await withStore { store in
            try await store.insertResult(newResult(1))
            try await store.limitGrowth(toPages: 0)
            try await expectError(.diskFull) { try await store.insertResult(largeResult(2)) }
            #expect(try await store.result("result-1") == newResult(1).record)
        }
    }
}

@Suite("A store that cannot be written")
struct ReadOnlyTests {
    @Test("refuses writes, says so, and still reads")
    func queryOnly() async throws {
        try await withStore { store in
            try await store.insertResult(newResult(1))
            try await store.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA query_only = ON") }
            let error = try await expectError(.readOnly) { try await store.insertResult(newResult(2)) }
            #expect(error.engineCode == 8)
            let health = await store.health()
            #expect(!health.isWritable)
            #expect(health.failure?.code == .readOnly)
            #expect(try await store.result("result-1") != nil)
        }
    }

    @Test("is not opened in a folder without permission", .enabled(if: geteuid() != 0, "root may write anywhere"))
    func noPermission() async throws {
        try await withTemporaryDirectory { directory in
            chmod(directory, 0o500)
            defer { chmod(directory, 0o700) }
            try await expectError(.readOnly) { try await SQLiteStore.open(directory: directory) }
            try await expectError(.readOnly) { try await SQLiteStore.open(directory: directory + "/deeper") }
        }
    }

    @Test("is not opened where there can be no folder", arguments: ["/dev/null/data", "/proc/data"])
    func noFolder(path: String) async throws {
        let error = try await expectError(.cannotOpen) { try await SQLiteStore.open(directory: path) }
        #expect(!error.description.contains(path))
    }

    @Test("is not opened on a file that is no database")
    func noDatabase() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/" + SQLiteStore.fileName
            try String(repeating: "no database ", count: 1000).write(toFile: path, atomically: true, encoding: .utf8)
            let error = try await expectError(.notADatabase) { try await SQLiteStore.open(directory: directory) }
            #expect(error.engineCode == 26)
        }
    }
}

@Suite("A data folder")
struct DataFolderTests {
    @Test("is made with its parents, for its owner only")
    func made() async throws {
        try await withTemporaryDirectory { directory in
            let store = try await SQLiteStore.open(directory: directory + "/a/b")
            try await store.close()
            var status = stat()
            #expect(stat(directory + "/a/b", &status) == 0)
            #expect(status.st_mode & 0o777 == 0o700)
        }
    }

    @Test("belongs to one store at a time")
    func lock() async throws {
        try await withTemporaryDirectory { directory in
            let first = try await SQLiteStore.open(directory: directory)
            try await expectError(.inUse) { try await SQLiteStore.open(directory: directory) }
            try await first.insertResult(newResult(1))
            #expect(try await first.result("result-1") != nil)
            try await first.close()
            // No log is left: the database is one file again.
            let names = try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
            #expect(names == ["multiads.lock", SQLiteStore.fileName])
            let second = try await SQLiteStore.open(directory: directory)
            #expect(try await second.result("result-1") == newResult(1).record)
            try await second.close()
        }
    }

    @Test("is given up when opening fails")
    func lockAfterFailure() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/" + SQLiteStore.fileName
            try String(repeating: "no database ", count: 1000).write(toFile: path, atomically: true, encoding: .utf8)
            try await expectError(.notADatabase) { try await SQLiteStore.open(directory: directory) }
            try FileManager.default.removeItem(atPath: path)
            try await SQLiteStore.open(directory: directory).close()
        }
    }
}

@Suite("Errors")
struct ErrorTests {
    @Test(
        "tell the engine's failures apart and keep its code",
        arguments: [
            (ResultCode.SQLITE_FULL, StorageError.Code.diskFull), (.SQLITE_IOERR_WRITE, .ioError),
            (.SQLITE_IOERR_FSYNC, .ioError), (.SQLITE_IOERR_NOMEM, .outOfMemory), (.SQLITE_NOMEM, .outOfMemory),
            (.SQLITE_READONLY_DBMOVED, .readOnly), (.SQLITE_CANTOPEN_ISDIR, .cannotOpen), (.SQLITE_BUSY, .busy),
            (.SQLITE_BUSY_SNAPSHOT, .busy), (.SQLITE_LOCKED, .busy), (.SQLITE_CORRUPT_VTAB, .corrupt),
            (.SQLITE_NOTADB, .notADatabase), (.SQLITE_CONSTRAINT_UNIQUE, .alreadyExists),
            (.SQLITE_CONSTRAINT_PRIMARYKEY, .alreadyExists), (.SQLITE_CONSTRAINT_FOREIGNKEY, .notFound),
            (.SQLITE_CONSTRAINT_CHECK, .invalidValue), (.SQLITE_CONSTRAINT_NOTNULL, .invalidValue),
            (.SQLITE_INTERRUPT, .cancelled), (.SQLITE_TOOBIG, .tooLarge), (.SQLITE_MISUSE, .closed),
            (.SQLITE_ERROR, .engine),
        ])
    func mapping(engine: ResultCode, expected: StorageError.Code) {
        let error = StorageError(DatabaseError(resultCode: engine, message: "secret", sql: "SELECT 'secret'"))
        #expect(error.code == expected)
        #expect(error.engineCode == engine.rawValue)
        #expect(error.engineMessage == "secret")
        #expect(!error.description.contains("secret"))
    }

    @Test("name neither identifiers nor paths in their descriptions")
    func privacy() async throws {
        try await withStore { store in
            try await store.insertResult(newResult(1, id: "secret"))
            let same = try await expectError(.alreadyExists) {
                try await store.insertResult(newResult(1, id: "secret"))
            }
            #expect(same.description == "alreadyExists: a row with this identity exists already, SQLite code 2067")
            let backup = try await expectError(.cannotOpen) { try await store.backup(to: "/nowhere/secret/x") }
            #expect(!backup.description.contains("secret"))
        }
    }

    @Test("after closing say that the store is closed")
    func closed() async throws {
        try await withTemporaryDirectory { directory in
            let store = try await SQLiteStore.open(directory: directory)
            try await store.close()
            try await expectError(.closed) { try await store.insertResult(newResult(1)) }
            try await expectError(.closed) { try await store.result("result-1") }
            try await expectError(.closed) { try await store.checkpoint() }
            #expect(await store.health().failure?.code == .closed)
            try await store.close()
        }
    }

    @Test("of a cancelled task say so, and nothing is stored")
    func cancelled() async throws {
        try await withStore { store in
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                try await store.insertResult(newResult(1))
            }
            try await expectError(.cancelled) { try await task.value }
            #expect(try await store.result("result-1") == nil)
        }
    }
}
