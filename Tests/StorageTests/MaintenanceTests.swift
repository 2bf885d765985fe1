import Foundation
import GRDB
import Migrations
import Testing

@testable import Storage

@Suite("Maintenance")
struct MaintenanceTests {
    @Test("connections keep what was acknowledged and check what refers to what")
    func pragmas() async throws {
        try await withStore { store in
            let writer = try await store.pool.writeWithoutTransaction { db in
                try ["journal_mode", "synchronous", "foreign_keys", "page_size", "auto_vacuum", "secure_delete"]
                    .map { try String.fetchOne(db, sql: "PRAGMA \($0)") }
            }
            #expect(writer == ["wal", "2", "1", "8192", "2", "2"])
            let violating = "INSERT INTO reference_sets (product_id, version, created_at) VALUES ('x', 1, 0)"
            try await expectError(.notFound) { try await store.write { try $0.execute(sql: violating) } }
        }
    }

    @Test("health says that writing works, and the sizes")
    func health() async throws {
        try await withStore { store in
            try await store.insertResult(newResult(1))
            let health = await store.health()
            #expect(health.isWritable)
            #expect(health.schemaVersion == SQLiteSchema.migrations.count)
            #expect(health.databaseBytes > 0)
            #expect(health.logBytes > 0)
            #expect(health.freeBytes > 0)
        }
    }

    @Test("what is deleted on demand is in no file any more", .timeLimit(.minutes(1)))
    func deletedBytes() async throws {
        try await withTemporaryDirectory { directory in
            // Longer than the test may take: who waited for a lock would not end in time.
            let store = try await SQLiteStore.open(directory: directory, options: .init(busyTimeout: .seconds(600)))
            var result = newResult(1)
            let marker = Array("PERSON-JOE".utf8)
            result.record.document += marker
            try await store.insertResult(result)
            func isFound() throws -> Bool {
                try [store.path, store.path + "-wal"].contains {
                    try Data(contentsOf: URL(filePath: $0)).range(of: Data(marker)) != nil
                }
            }
            #expect(try isFound())
            // Somebody reads the log: nobody waits for that, and the next write after it empties the log.
            var configuration = Configuration()
            configuration.allowsUnsafeTransactions = true
            let reader = try DatabaseQueue(path: store.path, configuration: configuration)
            try reader.inDatabase { db in
                try db.execute(sql: "BEGIN")
                _ = try Int.fetchOne(db, sql: "SELECT count(*) FROM results")
            }
            #expect(try await store.deleteResult("result-1"))
            #expect(try isFound())
            try reader.inDatabase { try $0.execute(sql: "COMMIT") }
            try reader.close()
            try await store.insertResult(newResult(2))
            #expect(try !isFound())
            try await store.close()
        }
    }

    @Test("room that deleting needs is left free: what adds much is refused, health says so, deleting goes on")
    func reserve() async throws {
        try await withTemporaryDirectory { directory in
            let store = try await SQLiteStore.open(directory: directory)
            _ = try await store.putProduct("a", settings: .init(noun: "a"), if: .none, at: moment(0))
            try await store.insertResult(newResult(1))
            try await store.close()
            let full = try await SQLiteStore.open(directory: directory, options: .init(reservedBytes: .max))
            let error = try await expectError(.diskFull) { try await full.insertResult(newResult(2)) }
            #expect(error.expected == .max && (error.found ?? 0) > 0)
            try await expectError(.diskFull) { try await full.stageReference(reference(1), of: "a", at: moment(1)) }
            #expect(await full.health().failure?.code == .diskFull)
            try await expectError(.diskFull) {
                try await full.putProduct("a", settings: .init(noun: "b"), if: .none, at: moment(2))
            }
            let label = ResultLabel(verdict: .ok, labeledAt: moment(2))
            try await expectError(.diskFull) { try await full.setLabel(label, of: "result-1") }
            let removed = try await full.removeOldestResults(verdict: .notOk, before: nil, limit: 9, maxBytes: .max)
            #expect(removed.results == 1)
            #expect(try await full.deleteProduct("a", if: .none))
            try await full.close()
        }
    }

    @Test("a checkpoint empties the log")
    func checkpoint() async throws {
        try await withStore { store in
            try await store.insertResult(newResult(1))
            try await store.checkpoint()
            let log = try FileManager.default.attributesOfItem(atPath: store.path + "-wal")[.size] as? Int
            #expect(log == 0)
            #expect(try await store.result("result-1") != nil)
        }
    }

    @Test("a backup made while results are written is a whole store", .timeLimit(.minutes(1)))
    func backup() async throws {
        try await withTemporaryDirectory { directory in
            try await withStore { store in
                for number in 0..<20 { try await store.insertResult(newResult(number)) }
                async let writing: Void = {
                    for number in 20..<60 { try await store.insertResult(newResult(number)) }
                }()
                try FileManager.default.createDirectory(
                    atPath: directory + "/copy", withIntermediateDirectories: true)
                try await store.backup(to: directory + "/copy/" + SQLiteStore.fileName)
                try await writing
            }
            let names = try FileManager.default.contentsOfDirectory(atPath: directory + "/copy")
            #expect(names == [SQLiteStore.fileName])

            let copy = try await SQLiteStore.open(directory: directory + "/copy")
            #expect(try await copy.check(.full).isEmpty)
            let page = try await copy.results(matching: ResultFilter(), after: nil, limit: 1000)
            #expect(page.items.count >= 20)
            for record in page.items { #expect(try await copy.resultFile(.heatMap, of: record.id) != nil) }
            try await copy.insertResult(newResult(1000))
            try await copy.close()
        }
    }

    @Test("a backup replaces no file and leaves nothing when it fails")
    func backupTarget() async throws {
        try await withTemporaryDirectory { directory in
            try await withStore { store in
                let path = directory + "/backup"
                try "mine".write(toFile: path, atomically: true, encoding: .utf8)
                let error = try await expectError(.alreadyExists) { try await store.backup(to: path) }
                #expect(error.systemCode == EEXIST)
                #expect(try String(contentsOfFile: path, encoding: .utf8) == "mine")
                try await expectError(.cannotOpen) { try await store.backup(to: directory + "/none/backup") }
                #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["backup"])
            }
        }
    }

    @Test("backups to one name at the same time: one gets it, nobody's file is lost, and its owner alone may read it")
    func backupsAtOnce() async throws {
        try await withTemporaryDirectory { directory in
            try await withStore { store in
                for number in 0..<50 { try await store.insertResult(newResult(number)) }
                let folder = directory + "/copy"
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                let path = folder + "/" + SQLiteStore.fileName
                // Somebody's own file, and what a killed backup left.
                try "mine".write(toFile: path + ".partial", atomically: true, encoding: .utf8)
                try "half".write(toFile: path + ".partial-1a2b", atomically: true, encoding: .utf8)
                try FileManager.default.setAttributes(
                    [.modificationDate: Date(timeIntervalSinceNow: -Double(BackupFile.leftoverAge) - 60)],
                    ofItemAtPath: path + ".partial-1a2b")
                // A copy that another machine is writing, for all that is known.
                try "half".write(toFile: path + ".partial-9f", atomically: true, encoding: .utf8)
                let outcomes = await withTaskGroup(of: Bool.self) { group in
                    for _ in 0..<6 { group.addTask { (try? await store.backup(to: path)) != nil } }
                    return await group.reduce(into: [Bool]()) { $0.append($1) }
                }
                #expect(outcomes.count { $0 } == 1)
                let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
                #expect(names == ["", ".partial", ".partial-9f"].map { SQLiteStore.fileName + $0 })
                let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
                #expect(mode == 0o600)
                let copy = try await SQLiteStore.open(directory: folder)
                #expect(try await copy.results(matching: ResultFilter(), after: nil, limit: 100).items.count == 50)
                try await copy.close()
            }
        }
    }

    @Test("a check finds nothing in a whole store", arguments: CheckDepth.allCases)
    func checkWhole(depth: CheckDepth) async throws {
        try await withStore { store in
            try await store.insertResult(newResult(1))
            #expect(try await store.check(depth).isEmpty)
        }
    }

    @Test("a check finds rows that refer to nothing")
    func checkOrphans() async throws {
        try await withStore { store in
            try await store.pool.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA foreign_keys = OFF")
                try db.execute(
                    sql: "INSERT INTO reference_sets (product_id, version, created_at) VALUES ('x', 1, 0)")
                try db.execute(sql: "PRAGMA foreign_keys = ON")
            }
            #expect(try await store.check(.full) == ["a row of reference_sets refers to nothing in products"])
        }
    }

    @Test("a check finds a damaged page, or it is reported as such", arguments: CheckDepth.allCases)
    func checkDamaged(depth: CheckDepth) async throws {
        try await withTemporaryDirectory { directory in
            let store = try await SQLiteStore.open(directory: directory)
            try await store.insertResult(newResult(1))
            let page = try await store.read { db in
                try Int.fetchOne(db, sql: "SELECT rootpage FROM sqlite_schema WHERE name = 'results_by_time'")
            }
            try await store.close()

            let file = try FileHandle(forUpdating: URL(filePath: directory + "/" + SQLiteStore.fileName))
            try file.seek(toOffset: UInt64(try #require(page) - 1) * 8192)
            try file.write(contentsOf: [UInt8](repeating: 0xff, count: 64))
            try file.close()

            let damaged = try await SQLiteStore.open(directory: directory)
            do throws(StorageError) {
                #expect(try await !damaged.check(depth).isEmpty)
            } catch {
                #expect(error.code == .corrupt)
            }
            try await expectError(.corrupt) {
                try await damaged.results(matching: ResultFilter(), after: nil, limit: 1)
            }
            try await damaged.close()
        }
    }
}
