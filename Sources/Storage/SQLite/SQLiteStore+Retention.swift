import Foundation
import GRDB

extension SQLiteStore {
    /// See `ResultRetention`.
    public func resultTotals() async throws(StorageError) -> ResultTotals {
        try await read { db in
            var amounts: [Verdict: ResultTotals.Amount] = [:]
            try db.readEach("SELECT verdict, results, bytes FROM result_totals", []) { columns in
                amounts[try columns.nextName()] = ResultTotals.Amount(
                    results: try columns.next(), bytes: try columns.next())
            }
            return ResultTotals(byVerdict: amounts)
        }
    }

    /// See `ResultRetention`.
    public func removeOldestResults(
        verdict: Verdict, before moment: Timestamp?, limit: Int, maxBytes: Int
    ) async throws(StorageError) -> ResultTotals.Amount {
        try await writeAlways { db in
            var removed = ResultTotals.Amount()
            var seqs: [Int64] = []
            try db.readWhile(Self.oldest, [verdict.rawValue, moment?.microseconds ?? .max, limit]) { columns in
                seqs.append(try columns.next())
                removed = removed + ResultTotals.Amount(results: 1, bytes: try columns.next())
                return removed.bytes < maxBytes
            }
            for seq in seqs { try db.execute(sql: "DELETE FROM results WHERE seq = ?", arguments: [seq]) }
            return removed
        }
    }

    /// The oldest results of a verdict with their sizes, in the measure of `result_totals`.
    static let oldest = """
        SELECT seq, 1024 + length(document) + coalesce(
            (SELECT sum(length(bytes)) FROM result_files WHERE result_seq = results.seq), 0)
        FROM results INDEXED BY results_by_verdict WHERE verdict = ? AND created_at < ?
        ORDER BY created_at, seq LIMIT ?
        """

    /// See `ResultRetention`.
    public func releaseSpace(keepingBytes kept: Int, maxBytes: Int) async throws(StorageError) -> ReleasedSpace {
        try await writeAlways { db in
            func pages(_ pragma: String) throws -> Int { try Int.fetchOne(db, sql: "PRAGMA \(pragma)") ?? 0 }
            let pageBytes = try pages("page_size")
            let free = try pages("freelist_count")
            let surplus = min(free - kept / pageBytes, maxBytes / pageBytes)
            // In steps of one page each, of which the statement takes as many as it is stepped.
            if surplus > 0 { _ = try Row.fetchAll(db, sql: "PRAGMA incremental_vacuum(\(surplus))") }
            let left = try pages("freelist_count")
            return ReleasedSpace(bytes: (free - left) * pageBytes, unusedBytes: left * pageBytes)
        }
    }
}
