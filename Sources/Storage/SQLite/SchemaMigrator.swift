import GRDB
import Migrations

/// Brings a database to the schema of this program, forward only.
///
/// Each step runs in one immediate transaction together with its bookkeeping row. The row holds the step's whole text,
/// so that a step that was changed after it shipped is noticed exactly, whatever the change.
struct SchemaMigrator {
    /// "MADS" in ASCII, in the file's header: tells our databases from those of other programs.
    static let applicationID: Int32 = 0x4d41_4453

    let migrations: [Migration]

    init(migrations: [Migration] = SQLiteSchema.migrations) {
        self.migrations = migrations
    }

    /// Applies what is missing.
    ///
    /// - Parameter queue: Foreign keys must not be enforced on it: a step may rebuild a table that others refer to.
    ///   They are checked before each commit instead.
    /// - Throws: `.notADatabase`, `.newerDatabase`, `.changedMigration`, `.foreignKeyViolation`, or what the engine
    ///   reports. The step that failed leaves nothing behind; those before it stay.
    func migrate(_ queue: DatabaseQueue) throws(StorageError) {
        do {
            try queue.writeWithoutTransaction { db in
                let applied = try verifiedCount(db)
                if applied == 0 { try prepareNewFile(db) }
                for migration in migrations.dropFirst(applied) { try apply(migration, db) }
            }
        } catch {
            throw StorageError(error)
        }
    }

    /// Where a database stands, without comparing its steps.
    ///
    /// - Throws: `.notADatabase` when it belongs to another program.
    func state(_ db: Database) throws -> SchemaState {
        let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
        let applicationID = try Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0
        let isEmpty = tables == 0 && applicationID == 0
        guard try isEmpty || (applicationID == Self.applicationID && db.tableExists("schema_migrations")) else {
            throw StorageError(.notADatabase, "the database belongs to another program")
        }
        let version = isEmpty ? 0 : try Int.fetchOne(db, sql: "SELECT max(number) FROM schema_migrations") ?? 0
        guard version >= 0 else {
            throw StorageError(.changedMigration, "a schema step has a negative number", expected: 1, found: version)
        }
        return SchemaState(version: version, missing: migrations.dropFirst(version).map(\.name))
    }

    /// Number of steps already applied, after comparing each with the program's own.
    private func verifiedCount(_ db: Database) throws -> Int {
        guard try state(db).version > 0 else { return 0 }
        let applied = try Row.fetchAll(db, sql: "SELECT number, name, sql FROM schema_migrations ORDER BY number")
        guard applied.count <= migrations.count else {
            throw StorageError(
                .newerDatabase, "the database's schema is newer than this program",
                expected: migrations.count, found: applied.count)
        }
        for (row, migration) in zip(applied, migrations) {
            guard row[0] == migration.number, row[1] == migration.name, row[2] == migration.sql else {
                throw StorageError(
                    .changedMigration, "a schema step differs from the one in this program", found: migration.number)
            }
        }
        return applied.count
    }

    /// Settles what cannot be changed later without rewriting the file.
    private func prepareNewFile(_ db: Database) throws {
        // Larger pages make shorter overflow chains for banks and pictures.
        try db.execute(sql: "PRAGMA page_size = 8192")
        // Lets retention give room back to the device, a little at a time.
        try db.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
    }

    private func apply(_ migration: Migration, _ db: Database) throws {
        try db.inTransaction(.immediate) {
            if migration.number == 1 {
                try db.execute(sql: Self.bookkeeping)
                try db.execute(sql: "PRAGMA application_id = \(Self.applicationID)")
            }
            try db.execute(sql: migration.sql)
            try db.execute(
                sql: "INSERT INTO schema_migrations (number, name, sql) VALUES (?, ?, ?)",
                arguments: [migration.number, migration.name, migration.sql])
            try db.execute(sql: "PRAGMA user_version = \(migration.number)")
            let violations = try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").count
            guard violations == 0 else {
                throw StorageError(
                    .foreignKeyViolation, "a schema step leaves rows that refer to nothing", found: violations)
            }
            return .commit
        }
    }

    private static let bookkeeping = """
        CREATE TABLE schema_migrations (
            number     INTEGER PRIMARY KEY,
            name       TEXT    NOT NULL,
            sql        TEXT    NOT NULL,
            applied_at INTEGER NOT NULL DEFAULT (unixepoch() * 1000000)
        ) STRICT
        """
}
