import GRDB

extension SQLiteStore {
    /// See `ResultStore`.
    public func results(
        matching filter: ResultFilter, after token: PageToken?, limit: Int
    ) async throws(StorageError) -> Page<ResultRecord> {
        try await results(matching: filter, after: token, limit: limit, ResultSearch.Limits())
    }

    /// The same, with the bounds of its work as an argument.
    func results(
        matching filter: ResultFilter, after token: PageToken?, limit: Int, _ limits: ResultSearch.Limits
    ) async throws(StorageError) -> Page<ResultRecord> {
        try Validation.pageSize(limit)
        try filter.validate()
        let list = filter.fingerprint
        let last = try token.map { token throws(StorageError) in
            try ResultPosition(bytes: token.position(in: list))
        }
        return try await read { db in
            var items: [ResultRecord] = []
            var bytes = 0
            let end = try ResultSearch(filter, limits: limits, db).walk(
                ResultRecord.columns, after: last, limit: limit, db
            ) { columns in
                let record = try ResultRecord(&columns)
                items.append(record)
                bytes += record.document.count
                return bytes < limits.documentBytes
            }
            return Page(items: items, next: end.map { PageToken(list: list, position: $0.bytes) })
        }
    }

    /// See `ResultStore`.
    public func exportDocuments<Output: Sendable>(
        _ export: ResultExport, maxBytes: Int, into initial: Output,
        _ append: @Sendable (inout Output, RawSpan) -> Void
    ) async throws(StorageError) -> (output: Output, rest: ResultExport) {
        try await piece(of: export, "result.document", limit: 10_000, into: initial) { output, bytes, columns in
            try columns.withNextBytes { document in
                append(&output, document.bytes)
                bytes += document.count
            }
            return bytes < maxBytes
        }
    }

    /// See `ResultStore`.
    public func exportRecords(
        _ export: ResultExport, limit: Int
    ) async throws(StorageError) -> (results: [ExportedResult], rest: ResultExport) {
        let types = """
            (SELECT group_concat(type, char(10)) FROM (
                SELECT type FROM result_defects WHERE result_seq = result.seq ORDER BY score DESC, type))
            """
        let label = "(SELECT verdict FROM result_labels WHERE result_seq = result.seq)"
        let piece = try await piece(
            of: export, "\(types), \(label), \(ResultRecord.columns)", limit: limit, into: [ExportedResult]()
        ) { results, bytes, columns in
            let types = try columns.next(String?.self) ?? ""
            let label: ResultLabel.Verdict? = try columns.nextOptionalName()
            let record = try ResultRecord(&columns)
            results.append(
                ExportedResult(
                    record: record, defectTypes: types.split(separator: "\n").map(String.init), label: label))
            bytes += record.document.count
            return bytes < 1 << 20
        }
        return (piece.output, piece.rest)
    }

    private func piece<Output: Sendable>(
        of export: ResultExport, _ columns: String, limit: Int, into initial: Output,
        _ body: @Sendable (inout Output, inout Int, inout ColumnReader) throws -> Bool
    ) async throws(StorageError) -> (output: Output, rest: ResultExport) {
        try export.filter.validate()
        guard !export.isComplete else { return (initial, export) }
        return try await read { db in
            var (output, rest, bytes) = (initial, export, 0)
            let bound = try rest.bound ?? Int64.fetchOne(db, sql: "SELECT max(seq) FROM results") ?? 0
            rest.bound = bound
            rest.position = try ResultSearch(export.filter, limits: ResultSearch.Limits(), db).walk(
                columns, after: export.position, storedUpTo: bound, limit: limit, db
            ) { try body(&output, &bytes, &$0) }
            rest.isComplete = rest.position == nil
            return (output, rest)
        }
    }
}
