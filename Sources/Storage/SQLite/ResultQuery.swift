import GRDB

/// The statement that reads one page of results.
///
/// The index is chosen here and named in the statement, by the most selective condition of the filter, and not by the
/// engine's guess: a page then costs the same on every database. All indexes end in (created_at, seq), so that nothing
/// is sorted. The exception is a least score that few results reach: walking in the order of time could pass all others
/// before a page is full, so those few are taken from the index over scores and sorted.
struct ResultQuery {
    /// Results that reach a score are few up to this number: reading and sorting so many takes about 5 ms.
    static let fewResults = 5000

    /// Counts results with at least the score `?`, but no more than `?`.
    static let countByScore = """
        SELECT count(*) FROM (SELECT 1 FROM results INDEXED BY results_by_score WHERE score >= ? LIMIT ?)
        """

    let sql: String
    let arguments: StatementArguments

    /// Builds the statement.
    ///
    /// - Parameters:
    ///   - filter: All its conditions must hold.
    ///   - position: Rows after this one, in descending order; `nil` for the first page.
    ///   - limit: Most rows to read.
    ///   - scoreIsRare: Whether few results reach the filter's score.
    init(filter: ResultFilter, after position: ResultPosition?, limit: Int, scoreIsRare: Bool) {
        var conditions: [String] = []
        var arguments: [(any DatabaseValueConvertible)?] = []
        func require(_ condition: String, _ values: any DatabaseValueConvertible...) {
            conditions.append(condition)
            arguments += values
        }

        let source = Source(filter, scoreIsRare: scoreIsRare)
        let time = source.timeColumn
        let seq = source.seqColumn
        if let defect = filter.defect { require("defect.type = ?", defect) }
        if let product = filter.product {
            require(filter.defect == nil ? "result.product_id = ?" : "defect.product_id = ?", product)
        }
        if let verdict = filter.verdict { require("result.verdict = ?", verdict.rawValue) }
        if let partID = filter.partID { require("result.part_id = ?", partID) }
        if let camera = filter.camera { require("result.camera = ?", camera) }
        if let minScore = filter.minScore { require("result.score >= ?", minScore) }
        if let since = filter.since { require("\(time) >= ?", since.microseconds) }
        if let until = filter.until { require("\(time) < ?", until.microseconds) }
        if let position {
            // Two conditions and no row value: the first is a bound in the index, the second settles equal times.
            require("\(time) <= ?", position.createdAt.microseconds)
            require("(\(time) < ? OR \(seq) < ?)", position.createdAt.microseconds, position.seq)
        }
        arguments.append(limit)

        sql = """
            SELECT \(ResultRecord.columns), result.seq FROM \(source.from)
            WHERE \(conditions.isEmpty ? "1" : conditions.joined(separator: " AND "))
            ORDER BY \(time) DESC, \(seq) DESC LIMIT ?
            """
        self.arguments = StatementArguments(arguments)
    }
}

/// What a page is read from, and in which index's order.
private struct Source {
    let from: String
    let timeColumn: String
    let seqColumn: String

    init(_ filter: ResultFilter, scoreIsRare: Bool) {
        if filter.minScore != nil, scoreIsRare {
            let defects = " CROSS JOIN result_defects AS defect ON defect.result_seq = result.seq"
            from = "results AS result INDEXED BY results_by_score" + (filter.defect == nil ? "" : defects)
            timeColumn = "result.created_at"
            seqColumn = "result.seq"
            return
        }
        if filter.defect != nil {
            let index = filter.product == nil ? "result_defects_by_type" : "result_defects_by_product_type"
            // CROSS JOIN fixes the order of the loops: defects outside, so that their index gives the order.
            from = """
                result_defects AS defect INDEXED BY \(index)
                CROSS JOIN results AS result ON result.seq = defect.result_seq
                """
            timeColumn = "defect.created_at"
            seqColumn = "defect.result_seq"
            return
        }
        let index =
            if filter.partID != nil {
                "results_by_part"
            } else if filter.camera != nil {
                "results_by_camera"
            } else if filter.product != nil {
                filter.verdict == nil ? "results_by_product" : "results_by_product_verdict"
            } else if filter.verdict != nil {
                "results_by_verdict"
            } else {
                "results_by_time"
            }
        from = "results AS result INDEXED BY \(index)"
        timeColumn = "result.created_at"
        seqColumn = "result.seq"
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

extension ResultFilter {
    /// Binds a page token to the filter that it came from.
    var fingerprint: UInt64 {
        var bytes = Array("results".utf8)
        func add(_ field: [UInt8]?) {
            // The length, and a value that no length has for "not set", keep neighbouring fields apart.
            bytes.appendBigEndian(field.map { UInt64($0.count) } ?? .max)
            bytes += field ?? []
        }
        func add(_ number: UInt64?) {
            add(
                number.map { number in
                    var field: [UInt8] = []
                    field.appendBigEndian(number)
                    return field
                })
        }
        for text in [product, verdict?.rawValue, defect, partID, camera] { add(text.map { Array($0.utf8) }) }
        for moment in [since, until] { add(moment.map { UInt64(bitPattern: $0.microseconds) }) }
        add(minScore.map { ($0 == 0 ? 0 : $0).bitPattern })
        return FNV1a.hash(bytes)
    }

    func validate() throws(StorageError) {
        try Validation.optionalName(product, "the filter's product")
        try Validation.optionalName(defect, "the filter's defect")
        try Validation.optionalName(partID, "the filter's part")
        try Validation.optionalName(camera, "the filter's camera")
        try Validation.finite(minScore, "the filter's score")
    }
}
