import GRDB
import Migrations
import Testing

@testable import Storage

@Suite("Metadata")
struct MetadataTests {
    private func found(_ store: SQLiteStore, _ metadata: [String: String]) async throws -> [String] {
        try await store.results(matching: ResultFilter(metadata: metadata), after: nil, limit: 10).items.map(\.id)
    }

    private func stored(_ json: [String], in store: SQLiteStore) async throws {
        for (number, metadata) in json.enumerated() {
            var result = newResult(number)
            result.record.metadata = metadata
            try await store.insertResult(result)
        }
    }

    @Test("is found by its members, whatever way a number is written")
    func values() async throws {
        try await withStore { store in
            try await stored(
                [
                    #"{"line":3,"shift":"early"}"#, #"{"line":3.0,"shift":"late"}"#, #"{"line":"3"}"#,
                    #"{"line":3e0,"hot":true}"#, #"{"line":3.5}"#, #"{"line":-3,"hot":false}"#,
                ], in: store)
            #expect(try await found(store, ["line": "3"]) == ["result-3", "result-2", "result-1", "result-0"])
            #expect(try await found(store, ["line": "3.5"]) == ["result-4"])
            #expect(try await found(store, ["line": "-3"]) == ["result-5"])
            #expect(try await found(store, ["line": "3.0"]).isEmpty)
            #expect(try await found(store, ["hot": "true"]) == ["result-3"])
            #expect(try await found(store, ["line": "3", "shift": "late"]) == ["result-1"])
            #expect(try await found(store, ["line": "3", "shift": "none"]).isEmpty)
        }
    }

    @Test(
        "that is nested, null, empty or long is kept but not searched",
        arguments: [
            #"{"a":{"b":1}}"#, #"{"a":[1]}"#, #"{"a":null}"#, #"{"a":""}"#,
            #"{"a":"\#(String(repeating: "x", count: 129))"}"#, "[1]", "1", #""a""#,
        ])
    func unsearched(json: String) async throws {
        try await withStore { store in
            try await stored([json], in: store)
            let rows = try await store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM result_metadata") }
            #expect(rows == 0)
            #expect(try await store.result("result-0")?.metadata == json)
        }
    }

    @Test("of a thousand members is searched by sixty-four of them")
    func many() async throws {
        try await withStore { store in
            try await stored(["{" + (0..<1000).map { #""k\#($0)":1"# }.joined(separator: ",") + "}"], in: store)
            let rows = try await store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM result_metadata") }
            #expect(rows == 64)
            #expect(try await found(store, ["k63": "1"]) == ["result-0"])
        }
    }

    @Test("of results that an older version stored is found after the migration, and their size is known")
    func older() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/" + SQLiteStore.fileName
            let queue = try DatabaseQueue(path: path)
            try SchemaMigrator(migrations: Array(SQLiteSchema.migrations.prefix(4))).migrate(queue)
            try await queue.write { db in
                for number in 0..<3 {
                    try db.execute(
                        sql: """
                            INSERT INTO results (id, product_id, created_at, verdict, score, mode, shots, image_width,
                                image_height, image_sha256, metadata, document)
                            VALUES (?, 'cable', ?, 'ok', 0.5, 'multitype', 0, 1, 1, zeroblob(32), ?, zeroblob(100))
                            """, arguments: ["result-\(number)", number, #"{"line":\#(number).0}"#])
                }
                try db.execute(
                    sql: """
                        INSERT INTO result_files (result_seq, kind, name, media_type, bytes)
                        VALUES (1, 'heatmap', '', 'image/png', zeroblob(50))
                        """)
            }
            try queue.close()
            let store = try await SQLiteStore.open(directory: directory)
            #expect(try await found(store, ["line": "2"]) == ["result-2"])
            #expect(try await store.resultTotals().all == ResultTotals.Amount(results: 3, bytes: 3 * 1124 + 50))
            try await store.close()
        }
    }
}
