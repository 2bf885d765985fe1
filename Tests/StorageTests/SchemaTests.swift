import Foundation
import GRDB
import Migrations
import Testing

@testable import Storage

/// The repository's root, found from this file.
private let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

private let fixtures = root.appending(path: "Tests/Fixtures/Storage")

/// An empty database in memory, as the migrator wants it: foreign keys not enforced.
private func makeQueue() throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.foreignKeysEnabled = false
    return try DatabaseQueue(configuration: configuration)
}

/// The statements that make the schema, in the order of their names.
private func schema(_ queue: DatabaseQueue) throws -> String {
    try queue.read { db in
        try String.fetchAll(db, sql: "SELECT sql || ';' FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
    }.joined(separator: "\n\n") + "\n"
}

@Suite("Schema")
struct SchemaTests {
    @Test("holds every file of the folder, in order, with the file's text")
    func files() throws {
        let folder = root.appending(path: "Migrations/sqlite")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(names == SQLiteSchema.migrations.map { $0.name + ".sql" })
        for (index, migration) in SQLiteSchema.migrations.enumerated() {
            #expect(migration.number == index + 1)
            let prefix = "m" + String(repeating: "0", count: 4 - String(migration.number).count)
            #expect(migration.name.hasPrefix("\(prefix)\(migration.number)_"))
            let text = try String(contentsOf: folder.appending(path: migration.name + ".sql"), encoding: .utf8)
            #expect(migration.sql == text)
        }
    }

    @Test("has steps that never change once they are shipped")
    func shippedFilesNeverChange() throws {
        let folder = fixtures.appending(path: "shipped-migrations")
        let shipped = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(shipped == SQLiteSchema.migrations.map { $0.name + ".sql" })
        for migration in SQLiteSchema.migrations {
            let text = try String(contentsOf: folder.appending(path: migration.name + ".sql"), encoding: .utf8)
            #expect(migration.sql == text, "\(migration.name) was changed: add a new step")
        }
    }

    @Test("is the one in the snapshot, from every older version", arguments: 0...SQLiteSchema.migrations.count)
    func snapshot(older: Int) throws {
        let queue = try makeQueue()
        try SchemaMigrator(migrations: Array(SQLiteSchema.migrations.prefix(older))).migrate(queue)
        try SchemaMigrator().migrate(queue)
        let found = try schema(queue)
        let file = fixtures.appending(path: "schema.sql")
        if ProcessInfo.processInfo.environment["RECORD_SCHEMA"] != nil {
            try found.write(to: file, atomically: true, encoding: .utf8)
            Issue.record("the snapshot was recorded; run again without RECORD_SCHEMA")
        }
        #expect(found == (try String(contentsOf: file, encoding: .utf8)))
    }

    @Test("has strict tables only")
    func strict() throws {
        let queue = try makeQueue()
        try SchemaMigrator().migrate(queue)
        let loose = try queue.read { db in
            try String.fetchAll(
                db,
                sql: """
                    SELECT name FROM pragma_table_list
                    WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%' AND NOT strict
                    """)
        }
        #expect(loose.isEmpty)
    }

    @Test("gives every foreign key an index on its own side")
    func foreignKeyIndexes() throws {
        let queue = try makeQueue()
        try SchemaMigrator().migrate(queue)
        try queue.read { db in
            let keys = try Row.fetchAll(
                db,
                sql: """
                    SELECT t.name AS "table", group_concat(k."from", ',') AS columns
                    FROM pragma_table_list AS t, pragma_foreign_key_list(t.name) AS k GROUP BY t.name, k.id
                    """)
            #expect(keys.count >= 5)
            for key in keys {
                let table: String = key["table"]
                let columns: String = key["columns"]
                let indexes = try String.fetchAll(
                    db,
                    sql: """
                        SELECT (SELECT group_concat(c.name, ',') FROM pragma_index_info(i.name) AS c)
                        FROM pragma_index_list(?) AS i
                        """, arguments: [table])
                #expect(indexes.contains { ($0 + ",").hasPrefix(columns + ",") }, "\(table)(\(columns))")
            }
        }
    }
}

@Suite("Migration")
struct MigrationTests {
    private let good = Migration(number: 1, name: "m0001_a", sql: "CREATE TABLE a (id INTEGER PRIMARY KEY) STRICT;")

    private func expectError(_ code: StorageError.Code, _ body: () throws -> Void) throws -> StorageError {
        let error = try #require(throws: StorageError.self) { try body() }
        #expect(error.code == code)
        return error
    }

    @Test("writes one row per step, once")
    func bookkeeping() throws {
        let queue = try makeQueue()
        for _ in 1...2 { try SchemaMigrator().migrate(queue) }
        try queue.read { db in
            let rows = try Row.fetchAll(db, sql: "SELECT number, name, sql FROM schema_migrations ORDER BY number")
            #expect(rows.map { $0[0] as Int } == SQLiteSchema.migrations.map(\.number))
            #expect(rows.map { $0[1] as String } == SQLiteSchema.migrations.map(\.name))
            #expect(rows.map { $0[2] as String } == SQLiteSchema.migrations.map(\.sql))
            #expect(try Int.fetchOne(db, sql: "PRAGMA user_version") == SQLiteSchema.migrations.count)
            #expect(try Int32.fetchOne(db, sql: "PRAGMA application_id") == SchemaMigrator.applicationID)
        }
    }

    @Test("refuses a database that a newer program made")
    func newer() throws {
        let queue = try makeQueue()
        let next = Migration(number: 2, name: "m0002_b", sql: "CREATE TABLE b (id INTEGER PRIMARY KEY) STRICT;")
        try SchemaMigrator(migrations: [good, next]).migrate(queue)
        let before = try schema(queue)
        let error = try expectError(.newerDatabase) { try SchemaMigrator(migrations: [good]).migrate(queue) }
        #expect(error.expected == 1)
        #expect(error.found == 2)
        #expect(try schema(queue) == before)
    }

    @Test("refuses steps with negative numbers")
    func negative() throws {
        let queue = try makeQueue()
        try SchemaMigrator(migrations: [good]).migrate(queue)
        try queue.write { try $0.execute(sql: "UPDATE schema_migrations SET number = -1") }
        let error = try expectError(.changedMigration) { try SchemaMigrator(migrations: [good]).migrate(queue) }
        #expect(error.found == -1)
    }

    @Test("refuses a step whose text or name changed", arguments: ["m0001_a", "m0001_other"])
    func changed(name: String) throws {
        let queue = try makeQueue()
        try SchemaMigrator(migrations: [good]).migrate(queue)
        let sql = name == good.name ? good.sql + " " : good.sql
        let changed = Migration(number: 1, name: name, sql: sql)
        let error = try expectError(.changedMigration) { try SchemaMigrator(migrations: [changed]).migrate(queue) }
        #expect(error.found == 1)
    }

    @Test("refuses another program's database", arguments: ["CREATE TABLE x (y)", "PRAGMA application_id = 7"])
    func foreign(sql: String) throws {
        let queue = try makeQueue()
        try queue.write { try $0.execute(sql: sql) }
        _ = try expectError(.notADatabase) { try SchemaMigrator().migrate(queue) }
    }

    @Test("leaves nothing of a step that fails, and keeps those before it")
    func failingStep() throws {
        let queue = try makeQueue()
        let failing = Migration(
            number: 2, name: "m0002_b", sql: "CREATE TABLE b (id INTEGER) STRICT; INSERT INTO missing VALUES (1);")
        let error = try expectError(.engine) { try SchemaMigrator(migrations: [good, failing]).migrate(queue) }
        #expect(error.engineCode == 1)
        try queue.read { db in
            let tables = try String.fetchAll(db, sql: "SELECT name FROM sqlite_schema WHERE type = 'table'")
            #expect(tables.sorted() == ["a", "schema_migrations"])
            #expect(try Int.fetchAll(db, sql: "SELECT number FROM schema_migrations") == [1])
            #expect(try Int.fetchOne(db, sql: "PRAGMA user_version") == 1)
        }
    }

    @Test("refuses a step that leaves rows which refer to nothing")
    func orphans() throws {
        let queue = try makeQueue()
        let orphan = Migration(
            number: 2, name: "m0002_b",
            sql: """
                CREATE TABLE b (a INTEGER REFERENCES a (id)) STRICT;
                INSERT INTO b VALUES (1), (2);
                """)
        let error = try expectError(.foreignKeyViolation) {
            try SchemaMigrator(migrations: [good, orphan]).migrate(queue)
        }
        #expect(error.found == 2)
        #expect(try queue.read { try !$0.tableExists("b") })
    }

    @Test("may rebuild a table that others refer to")
    func rebuild() throws {
        let queue = try makeQueue()
        let filled = Migration(
            number: 2, name: "m0002_b",
            sql: """
                CREATE TABLE b (a INTEGER NOT NULL REFERENCES a (id) ON DELETE CASCADE) STRICT;
                INSERT INTO a VALUES (1); INSERT INTO b VALUES (1);
                """)
        let rebuilding = Migration(
            number: 3, name: "m0003_c",
            sql: """
                CREATE TABLE a2 (id INTEGER PRIMARY KEY, x TEXT) STRICT;
                INSERT INTO a2 (id) SELECT id FROM a; DROP TABLE a; ALTER TABLE a2 RENAME TO a;
                """)
        try SchemaMigrator(migrations: [good, filled, rebuilding]).migrate(queue)
        #expect(try queue.read { try Int.fetchAll($0, sql: "SELECT b.a FROM b JOIN a ON a.id = b.a") } == [1])
    }
}
