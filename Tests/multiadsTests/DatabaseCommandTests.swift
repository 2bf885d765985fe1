import Foundation
import GRDB
import Migrations
import Storage
import TestSupport
import Testing

@testable import multiads

@Suite("multiads db", .timeLimit(.minutes(3)))
struct DatabaseCommandTests {
    let tiny = Fixtures.path("CLIP/tiny")

    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "multiads-db-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }

    /// A store with a few results, closed.
    private func fill(_ folder: String, _ count: Int, mapBytes: Int = 100) async throws {
        let store = try await SQLiteStore.open(directory: folder)
        try await store.insertResults((0..<count).map { SyntheticResult(number: $0, mapBytes: mapBytes).result })
        try await store.close()
    }

    private func results(_ folder: String) async throws -> Int {
        let store = try await SQLiteStore.open(directory: folder)
        let count = try await store.resultTotals().all.results
        try await store.close()
        return count
    }

    /// Changes a database behind the program's back.
    private func alter(_ folder: String, _ sql: String) throws {
        let queue = try DatabaseQueue(path: folder + "/multiads.sqlite")
        try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
        try queue.close()
    }

    @Test("migrate makes a database, says what it does, and does it once")
    func migrate() async throws {
        try await withFolder { folder in
            let names = SQLiteSchema.migrations.map(\.name).joined(separator: ", ")
            let last = SQLiteSchema.migrations.count
            let dry = try Program.run(["db", "migrate", "--data", folder, "--dry-run"])
            #expect(dry.code == 0)
            #expect(dry.output == "\(folder): schema step 0, would become \(last): \(names)\n")
            #expect(!FileManager.default.fileExists(atPath: folder))
            let first = try Program.run(["db", "migrate", "--data", folder])
            #expect(first.code == 0 && first.errors.isEmpty)
            #expect(first.output == "\(folder): schema step 0 → \(last): \(names)\n")
            let second = try Program.run(["db", "migrate", "--data", folder])
            #expect(second.output == "\(folder): schema step \(last), nothing to do\n")
        }
    }

    @Test("check finds nothing in a whole database and says where a damaged one is damaged")
    func check() async throws {
        try await withFolder { folder in
            try await fill(folder, 300)
            for options in [[], ["--full"]] {
                let whole = try Program.run(["db", "check", "--data", folder] + options)
                #expect(whole.code == 0, "\(whole.errors)")
                #expect(whole.output.hasPrefix("\(folder): no damage (\(options.isEmpty ? "quick" : "full") check of "))
            }
            let path = folder + "/multiads.sqlite"
            let file = try FileHandle(forUpdating: URL(filePath: path))
            let size = try file.seekToEnd()
            for page in stride(from: size / 8192 / 2, to: size / 8192 - 1, by: 3) {
                try file.seek(toOffset: page * 8192)
                try file.write(contentsOf: Data(repeating: 0xFF, count: 4096))
            }
            try file.close()
            let damaged = try Program.run(["db", "check", "--data", folder])
            #expect(damaged.code == 1)
            #expect(!damaged.output.isEmpty)
            #expect(damaged.errors.contains("expected a whole database, found "), "\(damaged.errors)")
        }
    }

    @Test("backup and check work while the service runs and stores; migrate and vacuum are refused")
    func whileServing() async throws {
        try await withFolder { folder in
            try await fill(folder, 2000)
            let service = try RunningService(data: folder, model: tiny)
            defer { service.stop() }
            let picture = try [UInt8](Data(contentsOf: URL(filePath: tiny + "/query.png")))
            let before = try #require(service.send("POST", "/inspect", body: picture))
            #expect(before.status == 200)
            let writer = DispatchGroup()
            DispatchQueue(label: "writer").async(group: writer) {
                for _ in 0..<20 { _ = service.send("POST", "/inspect", body: picture) }
            }
            try FileManager.default.createDirectory(atPath: folder + "/copy", withIntermediateDirectories: true)
            let copy = folder + "/copy/multiads.sqlite"
            let backup = try Program.run(["db", "backup", copy, "--data", folder])
            #expect(backup.code == 0, "\(backup.errors)")
            #expect(backup.output.hasPrefix("\(copy): ") && backup.output.hasSuffix(", a copy of \(folder)\n"))
            let check = try Program.run(["db", "check", "--data", folder])
            #expect(check.code == 0, "\(check.errors)")
            let vacuum = try Program.run(["db", "vacuum", "--data", folder])
            #expect(vacuum.code == 2)
            #expect(
                vacuum.errors
                    == "multiads: data folder \(folder): expected a folder that nobody uses, found it in use; stop the service first\n"
            )
            #expect(try Program.run(["db", "migrate", "--data", folder]).code == 2)
            writer.wait()
            #expect(service.send("POST", "/inspect", body: picture)?.status == 200)
            #expect(try Program.run(["db", "check", "--full", "--data", folder + "/copy"]).code == 0)
            #expect(try await results(folder + "/copy") >= 2001)

            let again = try Program.run(["db", "backup", copy, "--data", folder])
            #expect(again.code == 2)
            #expect(again.errors == "multiads: \(copy): expected no file of that name, found one\n")
        }
    }

    @Test("vacuum gives the room of removed results back and keeps the others")
    func vacuum() async throws {
        try await withFolder { folder in
            try await fill(folder, 400, mapBytes: 20_000)
            try alter(folder, "DELETE FROM results WHERE seq % 4 <> 0")
            let path = folder + "/multiads.sqlite"
            func size() throws -> Int {
                try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
            }
            let before = try size()
            let result = try Program.run(["db", "vacuum", "--data", folder])
            #expect(result.code == 0, "\(result.errors)")
            #expect(result.output.contains(" → "))
            #expect(try size() < before / 2)
            #expect(try Program.run(["db", "check", "--full", "--data", folder]).code == 0)
            let settings = try await DatabaseQueue(path: path).read { db in
                try ["auto_vacuum", "page_size", "application_id"].map { try Int.fetchOne(db, sql: "PRAGMA \($0)") }
            }
            #expect(settings == [2, 8192, 0x4d41_4453])
        }
    }

    @Test("a database of a newer program is refused by what would change it, with both numbers, and can be saved")
    func newer() async throws {
        try await withFolder { folder in
            try await fill(folder, 5)
            let next = SQLiteSchema.migrations.count + 1
            try alter(folder, "INSERT INTO schema_migrations (number, name, sql) VALUES (\(next), 'm_next', '')")
            let migrate = try Program.run(["db", "migrate", "--data", folder])
            #expect(migrate.code == 2)
            #expect(migrate.errors.contains("at most step \(next - 1), found step \(next): a newer multiads"))
            let serve = try Program.run(["serve", "--port", "0", "--data", folder, "--model", tiny])
            #expect(serve.code == 1)
            #expect(serve.errors.contains("newer"), "\(serve.errors)")
            #expect(serve.errors.split(separator: "\n").count == 1)
            #expect(try Program.run(["db", "backup", folder + "/saved", "--data", folder]).code == 0)
            #expect(try Program.run(["db", "check", "--data", folder]).code == 0)
        }
    }

    @Test("a step that differs from the program's own is refused")
    func changed() async throws {
        try await withFolder { folder in
            try await fill(folder, 5)
            try alter(folder, "UPDATE schema_migrations SET sql = sql || ' ' WHERE number = 2")
            let migrate = try Program.run(["db", "migrate", "--data", folder])
            #expect(migrate.code == 2)
            #expect(migrate.errors.contains("schema step 2 differs from the one in this program"))
        }
    }

    @Test(
        "commands without a database say what they expected and make nothing",
        arguments: [["check"], ["vacuum"], ["backup", "FILE"]])
    func noDatabase(arguments: [String]) async throws {
        try await withFolder { folder in
            let command = arguments.map { $0 == "FILE" ? folder + "-copy" : $0 }
            let result = try Program.run(["db"] + command + ["--data", folder])
            #expect(result.code == 2)
            #expect(
                result.errors == "multiads: data folder \(folder): expected a file multiads.sqlite, found none\n")
            #expect(!FileManager.default.fileExists(atPath: folder))
            #expect(!FileManager.default.fileExists(atPath: folder + "-copy"))
        }
    }

    @Test(
        "commands on a file of another program refuse it",
        arguments: [["check"], ["vacuum"], ["migrate"], ["backup", "/tmp/none"]])
    func foreign(command: [String]) async throws {
        try await withFolder { folder in
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try alter(folder, "CREATE TABLE other (x)")
            let result = try Program.run(["db"] + command + ["--data", folder])
            #expect(result.code == 2)
            #expect(result.errors.contains("expected a database of multiads, found something else"))
        }
    }
}
