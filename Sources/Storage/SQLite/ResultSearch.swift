import GRDB

/// How the results of one filter are looked for.
///
/// Of the indexes that answer a term, the one with the fewest rows is walked through, in the order of time. What else
/// is asked for is decided row by row; so that a page of something rare does not walk through everything, one page
/// passes at most a fixed number of rows, and goes on there next time.
struct ResultSearch {
    /// Bounds of the work of one page.
    struct Limits: Sendable {
        /// Rows up to which an index is read to its end without a second thought, and sorted where needed.
        var few = 5000
        /// Most rows that one page passes: about 10 ms.
        var examined = 10_000
        /// A page ends with the result whose document reaches this size, in bytes: memory for one page must not grow with
        /// what a model finds.
        var documentBytes = 8 << 20
    }

    let filter: ResultFilter
    let source: ResultSource
    /// Whether the source is known to have few rows.
    let isNarrow: Bool
    private let limits: Limits

    /// Chooses the source.
    init(_ filter: ResultFilter, limits: Limits, _ db: Database) throws {
        self.filter = filter
        self.limits = limits
        var candidates = ResultSource.narrow(filter)
        if let score = ResultSource.score(filter) { candidates.append(score) }
        // A product's or a verdict's results may be fewer still than those with a widespread member of the metadata.
        if !candidates.isEmpty, filter.product != nil || filter.verdict != nil { candidates.append(.general(filter)) }
        guard candidates.count > 1 || candidates.first?.isOrdered == false else {
            source = candidates.first ?? .general(filter)
            isNarrow = false
            return
        }
        var best: (source: ResultSource, count: Int)?
        for candidate in candidates {
            let count = try Self.count(candidate, filter, upTo: limits.few + 1, db)
            guard candidate.isOrdered || count <= limits.few else { continue }
            if count < best?.count ?? .max { best = (candidate, count) }
        }
        source = best?.source ?? .general(filter)
        isNarrow = (best?.count ?? .max) <= limits.few
    }

    /// Takes a source as given.
    init(_ filter: ResultFilter, source: ResultSource, isNarrow: Bool = false, limits: Limits = Limits()) {
        self.filter = filter
        self.source = source
        self.isNarrow = isNarrow
        self.limits = limits
    }

    /// Walks on from a place in the list: after `position`, over results stored up to `bound`, handing at most `limit`
    /// of them to `body`, which reads `columns` of a table named `result` and says whether it wants more.
    ///
    /// Returns the last row that was passed, nil when there are no more.
    func walk(
        _ columns: String, after position: ResultPosition?, storedUpTo bound: Int64? = nil, limit: Int, _ db: Database,
        _ body: (inout ColumnReader) throws -> Bool
    ) throws -> ResultPosition? {
        let end = try lastToExamine(after: position, storedUpTo: bound, db)
        // One row more than asked for tells whether there is a next one.
        let (sql, arguments) = statement(
            "\(source.time), \(source.seq), \(columns)", after: position, upTo: end, storedUpTo: bound,
            limit: limit + 1)
        var last: ResultPosition?
        var (count, isStopped) = (0, false)
        try db.readWhile(sql, arguments) { columns in
            guard count < limit, !isStopped else {
                isStopped = true
                return false
            }
            last = ResultPosition(createdAt: try columns.nextTimestamp(), seq: try columns.next())
            count += 1
            isStopped = try !body(&columns)
            return true
        }
        return isStopped ? last : end
    }

    /// The statement that reads a list's rows, newest first.
    func statement(
        _ columns: String, after position: ResultPosition?, upTo end: ResultPosition? = nil,
        storedUpTo bound: Int64? = nil, limit: Int
    ) -> (sql: String, arguments: StatementArguments) {
        var conditions = walkConditions(after: position, storedUpTo: bound)
        if let end {
            conditions.append(SQLCondition("\(source.time) >= ?", end.createdAt.microseconds))
            conditions.append(
                SQLCondition("(\(source.time) > ? OR \(source.seq) >= ?)", end.createdAt.microseconds, end.seq))
        }
        conditions += rest.map(\.uncounted)
        let sql = """
            SELECT \(columns) FROM \(source.table)\(source.join)
            WHERE \(conditions.sql)
            ORDER BY \(source.time) DESC, \(source.seq) DESC LIMIT ?
            """
        return (sql, StatementArguments(conditions.values + [limit]))
    }

    /// A statement over all rows of the search, in no order; `join` is another table that each row leads to, `end` what
    /// follows the conditions.
    func statement(
        overAll columns: String, join: String = "", _ end: String
    ) -> (sql: String, arguments: StatementArguments) {
        let conditions = source.conditions + filter.timeConditions(source) + rest
        return (
            "SELECT \(columns) FROM \(source.table)\(source.join)\(join) WHERE \(conditions.sql) \(end)",
            StatementArguments(conditions.values)
        )
    }

    /// Counts a source's rows for a filter, but no more than a number.
    static func countStatement(_ source: ResultSource, _ filter: ResultFilter) -> (sql: String, values: [SQLCondition])
    {
        // In the index over scores a span of time is no bound: it would be looked for without end.
        let conditions = source.conditions + (source.isOrdered ? filter.timeConditions(source) : [])
        return ("SELECT count(*) FROM (SELECT 1 FROM \(source.table) WHERE \(conditions.sql) LIMIT ?)", conditions)
    }

    private static func count(
        _ source: ResultSource, _ filter: ResultFilter, upTo limit: Int, _ db: Database
    ) throws -> Int {
        let (sql, conditions) = countStatement(source, filter)
        return try Int.fetchOne(db, sql: sql, arguments: StatementArguments(conditions.values + [limit])) ?? 0
    }

    /// Terms that are decided row by row.
    private var rest: [SQLCondition] {
        filter.terms.filter { !source.answers.contains($0) }.compactMap { filter.condition($0) }
    }

    private func walkConditions(after position: ResultPosition?, storedUpTo bound: Int64?) -> [SQLCondition] {
        var conditions = source.conditions + filter.timeConditions(source)
        if let position {
            // Two conditions and no row value: the first is a bound in the index, the second settles equal times.
            conditions.append(SQLCondition("\(source.time) <= ?", position.createdAt.microseconds))
            conditions.append(
                SQLCondition("(\(source.time) < ? OR \(source.seq) < ?)", position.createdAt.microseconds, position.seq)
            )
        }
        if let bound { conditions.append(SQLCondition("\(source.seq) <= ?", bound)) }
        return conditions
    }

    /// The row at which a page ends though it is not full; nil when it may go on to the end.
    private func lastToExamine(
        after position: ResultPosition?, storedUpTo bound: Int64?, _ db: Database
    ) throws -> ResultPosition? {
        guard source.isOrdered, !isNarrow, !rest.isEmpty else { return nil }
        let conditions = walkConditions(after: position, storedUpTo: bound)
        // That row and the next: without a next one there is no need to stop.
        let rows = try db.readAll(
            """
            SELECT \(source.time), \(source.seq) FROM \(source.table) WHERE \(conditions.sql)
            ORDER BY \(source.time) DESC, \(source.seq) DESC LIMIT 2 OFFSET ?
            """, StatementArguments(conditions.values + [limits.examined - 1])
        ) { ResultPosition(createdAt: try $0.nextTimestamp(), seq: try $0.next()) }
        return rows.count == 2 ? rows[0] : nil
    }
}

/// A result's place in every list: by time, then by order of storing.
struct ResultPosition: Sendable, Equatable {
    let createdAt: Timestamp
    let seq: Int64

    init(createdAt: Timestamp, seq: Int64) {
        self.createdAt = createdAt
        self.seq = seq
    }

    /// Reads the position of a page token.
    init(bytes: [UInt8]) throws(StorageError) {
        guard bytes.count == 16 else { throw StorageError(.invalidPageToken, "the page token holds no position") }
        createdAt = Timestamp(microseconds: Int64(bitPattern: UInt64(bigEndian: bytes.prefix(8))))
        seq = Int64(bitPattern: UInt64(bigEndian: bytes.suffix(8)))
    }

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendBigEndian(UInt64(bitPattern: createdAt.microseconds))
        bytes.appendBigEndian(UInt64(bitPattern: seq))
        return bytes
    }
}

extension [SQLCondition] {
    fileprivate var sql: String { isEmpty ? "1" : map(\.sql).joined(separator: " AND ") }
    fileprivate var values: [any DatabaseValueConvertible] { flatMap(\.values) }
}
