import GRDB

@testable import Storage

extension Service {
    /// Lets the database grow by this many pages at most; nil takes the limit away.
    func limitGrowth(toPages pages: Int?) async throws {
        try await store.pool.writeWithoutTransaction { db in
            let count = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            try db.execute(sql: "PRAGMA max_page_count = \(pages.map { count + $0 } ?? 1_000_000)")
        }
    }

    /// Makes the store refuse all writes, or accept them again.
    func setQueryOnly(_ isOn: Bool) async throws {
        try await store.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA query_only = \(isOn ? 1 : 0)") }
    }

    /// Rows of every table, so that a test sees whatever a failed write left behind.
    func rowCounts() async throws -> [String: Int] {
        try await store.read { db in
            let tables = try String.fetchAll(
                db, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
            return try tables.reduce(into: [:]) { counts, table in
                counts[table] = try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table)")
            }
        }
    }
}
