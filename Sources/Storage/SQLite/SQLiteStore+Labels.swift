import GRDB

extension SQLiteStore {
    /// See `LabelStore`.
    public func setLabel(_ label: ResultLabel, of result: String) async throws(StorageError) -> Bool {
        for type in label.types { try Validation.name(type, "a defect type's name") }
        if let note = label.note { try Validation.text(note, "the note") }
        guard Validation.canBeStored(result) else { return false }
        return try await write { db in
            try db.execute(
                sql: """
                    INSERT OR REPLACE INTO result_labels (result_seq, verdict, types, note, created_at, labeled_at)
                    SELECT seq, ?, ?, ?, created_at, ? FROM results WHERE id = ?
                    """,
                arguments: [
                    label.verdict.rawValue, try ColumnJSON.encode(label.types), label.note,
                    label.labeledAt.microseconds, result,
                ])
            return db.changesCount > 0
        }
    }

    /// See `LabelStore`.
    public func label(of result: String) async throws(StorageError) -> ResultLabel? {
        guard Validation.canBeStored(result) else { return nil }
        return try await read { db in
            let sql = """
                SELECT label.verdict, label.types, label.note, label.labeled_at FROM results AS result
                JOIN result_labels AS label ON label.result_seq = result.seq WHERE result.id = ?
                """
            return try db.readFirst(sql, [result]) { columns in
                ResultLabel(
                    verdict: try columns.nextName(), types: try columns.nextJSON(), note: try columns.next(),
                    labeledAt: try columns.nextTimestamp())
            }
        }
    }

    /// See `LabelStore`.
    public func removeLabel(of result: String) async throws(StorageError) -> Bool {
        guard Validation.canBeStored(result) else { return false }
        return try await writeAlways { db in
            try db.execute(
                sql: "DELETE FROM result_labels WHERE result_seq = (SELECT seq FROM results WHERE id = ?)",
                arguments: [result])
            return db.changesCount > 0
        }
    }

    /// The column is read only where the verdict does not say it.
    private static let isReview =
        "CASE result.verdict WHEN '\(Verdict.undecidable.rawValue)' THEN result.review_threshold IS NOT NULL ELSE 0 END"

    /// See `LabelStore`.
    public func outcomeCounts(of filters: [ResultFilter]) async throws(StorageError) -> [[ResultOutcome: Int]] {
        for filter in filters { try filter.validate() }
        return try await read { db in
            try filters.map { filter in
                let (sql, arguments) = try ResultSearch(filter, limits: ResultSearch.Limits(), db)
                    .statement(overAll: "result.verdict, \(Self.isReview), count(*)", "GROUP BY 1, 2")
                var counts: [ResultOutcome: Int] = [:]
                try db.readEach(sql, arguments) { columns in
                    let outcome = ResultOutcome(try columns.nextName(), hasReviewThreshold: try columns.next())
                    counts[outcome] = try columns.next()
                }
                return counts
            }
        }
    }
}
