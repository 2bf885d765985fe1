import GRDB

extension SQLiteStore {
    /// See `ResultStore`.
    public func summary(
        of filter: ResultFilter, by key: ResultGroup.Key, limit: Int
    ) async throws(StorageError) -> ResultSummary {
        try filter.validate()
        return try await read { db in
            let (sql, arguments) = try ResultSummaryQuery(filter, by: key, db).statement
            var groups: [ResultGroup.Value: ResultGroup] = [:]
            try db.readEach(sql, arguments) { columns in
                let value = try key.value(&columns)
                let verdict: Verdict = try columns.nextName()
                let count: Int = try columns.next()
                let (low, sum, high): (Double, Double, Double) = try (columns.next(), columns.next(), columns.next())
                var group =
                    groups[value]
                    ?? ResultGroup(value: value, counts: [:], minScore: low, maxScore: high, scoreSum: 0)
                group.counts[verdict] = count
                group.minScore = min(group.minScore, low)
                group.maxScore = max(group.maxScore, high)
                group.scoreSum += sum
                groups[value] = group
            }
            return ResultSummary(Array(groups.values), by: key, limit: limit)
        }
    }
}

/// The statement that counts results in groups.
struct ResultSummaryQuery {
    /// An hour in microseconds.
    static let hour: Int64 = 3_600_000_000

    let statement: (sql: String, arguments: StatementArguments)

    init(_ filter: ResultFilter, by key: ResultGroup.Key, _ db: Database) throws {
        var search = try ResultSearch(filter, limits: ResultSearch.Limits(), db)
        let isGeneral = filter.terms.allSatisfy { [.product, .verdict, .mode, .score].contains($0) }
        var (group, score, join) = ("", "result.score", "")
        switch key {
        case .product:
            // An index that begins with the product needs no sorting.
            if filter == ResultFilter() { search = ResultSearch(filter, source: .byProduct) }
            group = "result.product_id"
        case .hour:
            group = "\(search.source.time) / \(Self.hour)"
        case .defect:
            (group, score, join) = (
                "found.type", "found.score", " CROSS JOIN result_defects AS found ON found.result_seq = result.seq"
            )
            // Most results have no defects: it is quicker to begin with those that there are.
            if isGeneral {
                search = ResultSearch(filter, source: .defects(filter))
                (group, score, join) = ("defect.type", "defect.score", "")
            }
        }
        statement = search.statement(
            overAll: "\(group), result.verdict, count(*), min(\(score)), sum(\(score)), max(\(score))", join: join,
            "GROUP BY 1, 2")
    }
}

extension ResultGroup.Key {
    /// Reads what a group is known by.
    fileprivate func value(_ columns: inout ColumnReader) throws -> ResultGroup.Value {
        switch self {
        case .product, .defect: .name(try columns.next())
        case .hour: .hour(Timestamp(microseconds: try columns.next(Int64.self) * ResultSummaryQuery.hour))
        }
    }
}

extension ResultSummary {
    /// Keeps the largest groups, or the latest hours, and puts them in order.
    fileprivate init(_ groups: [ResultGroup], by key: ResultGroup.Key, limit: Int) {
        let sorted = groups.sorted { a, b in
            switch (a.value, b.value) {
            case (.hour(let a), .hour(let b)): a > b
            case (.name(let nameOfA), .name(let nameOfB)): (b.total, nameOfA) < (a.total, nameOfB)
            default: false
            }
        }
        let kept = sorted.prefix(max(0, limit))
        self.groups = key == .hour ? kept.reversed() : Array(kept)
        isTruncated = groups.count > limit
    }
}
