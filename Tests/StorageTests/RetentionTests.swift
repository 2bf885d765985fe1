import Foundation
import GRDB
import Testing

@testable import Storage

@Suite("Retention")
struct RetentionTests {
    /// What the totals have to be, counted row by row.
    private func counted(_ store: SQLiteStore) async throws -> [Verdict: ResultTotals.Amount] {
        try await store.read { db in
            var amounts: [Verdict: ResultTotals.Amount] = [:]
            let rows = try Row.fetchAll(db, sql: "SELECT seq, verdict, length(document) FROM results")
            for row in rows {
                let files = try Int.fetchOne(
                    db, sql: "SELECT coalesce(sum(length(bytes)), 0) FROM result_files WHERE result_seq = ?",
                    arguments: [row[0] as Int64])
                let verdict = try #require(Verdict(rawValue: row[1]))
                let bytes = 1024 + (row[2] as Int) + (files ?? 0)
                amounts[verdict] = (amounts[verdict] ?? .init()) + .init(results: 1, bytes: bytes)
            }
            return amounts
        }
    }

    private func fill(_ store: SQLiteStore, _ count: Int, fileBytes: Int = 100) async throws {
        for number in 0..<count {
            var result = newResult(number)
            result.record.verdict = Verdict.allCases[number % 3]
            result.files.append(
                ResultFile(kind: .image, mediaType: "image/png", bytes: [UInt8](repeating: 7, count: fileBytes)))
            try await store.insertResult(result)
        }
    }

    private func ids(_ store: SQLiteStore) async throws -> [String] {
        try await store.results(matching: ResultFilter(), after: nil, limit: 1000).items.map(\.id)
    }

    @Test("removes the oldest results of a verdict up to a moment, in bounded pieces, with all that belongs to them")
    func removal() async throws {
        try await withStore { store in
            try await fill(store, 30)
            let before = try await store.resultTotals()
            #expect(before.byVerdict == (try await counted(store)))
            let first = try await store.removeOldestResults(
                verdict: .ok, before: moment(15), limit: 2, maxBytes: .max)
            #expect(first.results == 2)
            #expect(Set(try await ids(store)).isDisjoint(with: ["result-0", "result-3"]))
            let totals = try await store.resultTotals()
            #expect(totals.byVerdict == (try await counted(store)))
            let second = try await store.removeOldestResults(
                verdict: .ok, before: moment(15), limit: 100, maxBytes: .max)
            #expect(second.results == 3)
            let none = try await store.removeOldestResults(verdict: .ok, before: moment(15), limit: 100, maxBytes: .max)
            #expect(none == ResultTotals.Amount())
            let left = try await ids(store)
            #expect(left.count == 25)
            #expect(left.contains("result-15") && left.contains("result-1"))
            let orphans = try await store.read { db in
                try ["result_files", "result_defects", "result_metadata"].map {
                    try Int.fetchOne(db, sql: "SELECT count(DISTINCT result_seq) FROM \($0)") ?? 0
                }
            }
            #expect(orphans == [25, 25, 25])
            #expect(try await store.check(.full).isEmpty)
        }
    }

    @Test("ends a piece when it took as many bytes as allowed")
    func bytes() async throws {
        try await withStore { store in
            try await fill(store, 9, fileBytes: 10_000)
            let removed = try await store.removeOldestResults(
                verdict: .notOk, before: nil, limit: 100, maxBytes: 12_000)
            #expect(removed.results == 2)
            #expect(removed.bytes > 20_000)
        }
    }

    @Test("keeps totals right through insertions that fail and deletions")
    func totals() async throws {
        try await withStore { store in
            try await fill(store, 6)
            var twice = newResult(100)
            twice.files.append(ResultFile(kind: .heatMap, mediaType: "image/png", bytes: [3]))
            try await expectError(.alreadyExists) { try await store.insertResult(twice) }
            #expect(try await store.deleteResult("result-2"))
            #expect(try await store.deleteResult("result-2") == false)
            #expect(try await store.deleteResult("no\0thing") == false)
            let totals = try await store.resultTotals()
            #expect(totals.byVerdict == (try await counted(store)))
            #expect(totals.all.results == 5)
        }
    }

    @Test("gives unused room back to the device in pieces, and keeps what it was told to keep")
    func space() async throws {
        try await withStore { store in
            try await fill(store, 12, fileBytes: 500_000)
            while try await store.removeOldestResults(verdict: .ok, before: nil, limit: 1, maxBytes: .max).results > 0 {
            }
            try await store.checkpoint()
            let before = await store.health().databaseBytes
            let first = try await store.releaseSpace(keepingBytes: 0, maxBytes: 819_200)
            #expect(first.bytes == 819_200)
            #expect(first.unusedBytes > 1_000_000)
            let second = try await store.releaseSpace(keepingBytes: 409_600, maxBytes: .max)
            #expect(second.unusedBytes <= 409_600 && second.unusedBytes > 390_000)
            let third = try await store.releaseSpace(keepingBytes: 409_600, maxBytes: .max)
            #expect(third.bytes == 0)
            try await store.checkpoint()
            let after = await store.health().databaseBytes
            #expect(before - after == first.bytes + second.bytes)
            #expect(try await store.check(.full).isEmpty)
        }
    }

    @Test("of a deleted result leaves no byte of it in the file")
    func erased() async throws {
        try await withStore { store in
            let mark = Array("a mark that nothing else has".utf8)
            var result = newResult(1)
            result.record.document = mark
            result.files = [
                ResultFile(
                    kind: .image, mediaType: "image/png", bytes: Array(repeating: mark, count: 2000).flatMap(\.self))
            ]
            try await store.insertResult(result)
            try await store.checkpoint()
            func contains() throws -> Bool {
                try Data(contentsOf: URL(filePath: store.path)).firstRange(of: Data(mark)) != nil
            }
            #expect(try contains())
            #expect(try await store.deleteResult("result-1"))
            try await store.checkpoint()
            #expect(try !contains())
            let setting = try await store.pool.writeWithoutTransaction {
                try String.fetchOne($0, sql: "PRAGMA secure_delete")
            }
            #expect(setting == "2")
        }
    }
}
