import GRDB

/// A condition of a statement, with what is bound to its question marks.
struct SQLCondition {
    let sql: String
    let values: [any DatabaseValueConvertible]

    init(_ sql: String, _ values: any DatabaseValueConvertible...) {
        self.init(sql, values: values)
    }

    private init(_ sql: String, values: [any DatabaseValueConvertible]) {
        self.sql = sql
        self.values = values
    }

    /// The same condition, with which the engine does not expect fewer rows: with many conditions it expects so few
    /// that it sorts them, and reads all there are before the first.
    var uncounted: SQLCondition { SQLCondition("likelihood(\(sql), 1.0)", values: values) }
}

/// One of a filter's conditions, besides those on time.
enum ResultTerm: Hashable {
    case product, verdict, review, defect, part, camera, mode, label, score
    case metadata(key: String)
}

/// What a search walks through: an index that answers some of a filter's terms.
///
/// The index is chosen here and named in the statement, and not by the engine's guess: a page then costs the same on
/// every database.
struct ResultSource {
    /// The table to walk through, with its index.
    let table: String
    /// How a row of `table` leads to its result; empty where it is one.
    let join: String
    let time: String
    let seq: String
    /// The terms that the index answers, and as which conditions.
    let answers: Set<ResultTerm>
    let conditions: [SQLCondition]
    /// Whether the index gives its rows in the order of time; else all of them are read and sorted.
    let isOrdered: Bool

    private init(
        results index: String, _ answers: [ResultTerm], of filter: ResultFilter, isOrdered: Bool = true
    ) {
        table = "results AS result INDEXED BY \(index)"
        join = ""
        time = "result.created_at"
        seq = "result.seq"
        self.answers = Set(answers)
        conditions = answers.compactMap { filter.condition($0) }
        self.isOrdered = isOrdered
    }

    /// CROSS JOIN fixes the order of the loops: this table outside, so that its index gives the order.
    private init(_ table: String, as name: String, _ answers: [ResultTerm], _ conditions: [SQLCondition]) {
        self.table = table
        join = " CROSS JOIN results AS result ON result.seq = \(name).result_seq"
        time = "\(name).created_at"
        seq = "\(name).result_seq"
        self.answers = Set(answers)
        self.conditions = conditions
        isOrdered = true
    }

    /// The index for what no term narrows down: all results, those of a verdict, of a product.
    static func general(_ filter: ResultFilter) -> ResultSource {
        switch (filter.product, filter.verdict) {
        case (nil, nil): ResultSource(results: "results_by_time", [], of: filter)
        case (nil, _?): ResultSource(results: "results_by_verdict", [.verdict], of: filter)
        case (_?, nil): ResultSource(results: "results_by_product", [.product], of: filter)
        case (_?, _?): ResultSource(results: "results_by_product_verdict", [.product, .verdict], of: filter)
        }
    }

    /// All results, product by product.
    static var byProduct: ResultSource { ResultSource(results: "results_by_product_verdict", [], of: ResultFilter()) }

    /// All defects found, of a product where the filter names one.
    static func defects(_ filter: ResultFilter) -> ResultSource {
        let index = filter.product == nil ? "result_defects_by_type" : "result_defects_by_product_type"
        return ResultSource(
            "result_defects AS defect INDEXED BY \(index)", as: "defect", filter.product == nil ? [] : [.product],
            [filter.product.map { SQLCondition("defect.product_id = ?", $0) }].compactMap(\.self))
    }

    /// The indexes that answer one of the filter's narrow terms, the usually narrowest first.
    static func narrow(_ filter: ResultFilter) -> [ResultSource] {
        var sources: [ResultSource] = []
        if filter.partID != nil { sources.append(ResultSource(results: "results_by_part", [.part], of: filter)) }
        for (key, value) in filter.metadata.sorted(by: { $0.key < $1.key }) {
            sources.append(
                ResultSource(
                    "result_metadata AS entry INDEXED BY result_metadata_by_value", as: "entry", [.metadata(key: key)],
                    [SQLCondition("entry.key = ? AND entry.value = ?", key, value)]))
        }
        if let defect = filter.defect {
            let type = SQLCondition("defect.type = ?", defect)
            if let product = filter.product {
                sources.append(
                    ResultSource(
                        "result_defects AS defect INDEXED BY result_defects_by_product_type", as: "defect",
                        [.defect, .product], [SQLCondition("defect.product_id = ?", product), type]))
            } else {
                sources.append(
                    ResultSource(
                        "result_defects AS defect INDEXED BY result_defects_by_type", as: "defect", [.defect], [type]))
            }
        }
        if let label = filter.label, label != .unlabeled {
            sources.append(
                ResultSource(
                    "result_labels AS label INDEXED BY result_labels_by_verdict", as: "label", [.label],
                    [SQLCondition("label.verdict = ?", label.rawValue)]))
        }
        if filter.camera != nil { sources.append(ResultSource(results: "results_by_camera", [.camera], of: filter)) }
        return sources
    }

    /// The index over scores, for the few results that reach a high one: a walk in the order of time could pass all
    /// others before a page is full.
    static func score(_ filter: ResultFilter) -> ResultSource? {
        guard filter.minScore != nil else { return nil }
        return ResultSource(results: "results_by_score", [.score], of: filter, isOrdered: false)
    }
}

extension ResultFilter {
    /// All terms that are set.
    var terms: [ResultTerm] {
        let fields: [(Bool, ResultTerm)] = [
            (product != nil, .product), (verdict != nil, .verdict), (isReview != nil, .review),
            (defect != nil, .defect), (partID != nil, .part),
            (camera != nil, .camera), (mode != nil, .mode), (label != nil, .label), (minScore != nil, .score),
        ]
        return fields.filter(\.0).map(\.1) + metadata.keys.sorted().map { .metadata(key: $0) }
    }

    /// A term as a condition on a table named `result`; nil when it is not set.
    func condition(_ term: ResultTerm) -> SQLCondition? {
        switch term {
        case .product: product.map { SQLCondition("result.product_id = ?", $0) }
        case .verdict: verdict.map { SQLCondition("result.verdict = ?", $0.rawValue) }
        case .review:
            isReview.map {
                SQLCondition(
                    "result.verdict = ? AND result.review_threshold IS \($0 ? "NOT NULL" : "NULL")",
                    Verdict.undecidable.rawValue)
            }
        case .part: partID.map { SQLCondition("result.part_id = ?", $0) }
        case .camera: camera.map { SQLCondition("result.camera = ?", $0) }
        case .mode: mode.map { SQLCondition("result.mode = ?", $0) }
        case .label:
            switch label {
            case .unlabeled?:
                SQLCondition("NOT EXISTS (SELECT 1 FROM result_labels WHERE result_seq = result.seq)")
            case .ok?, .notOk?:
                label.map {
                    SQLCondition(
                        "EXISTS (SELECT 1 FROM result_labels WHERE result_seq = result.seq AND verdict = ?)",
                        $0.rawValue)
                }
            case nil: nil
            }
        case .score: minScore.map { SQLCondition("result.score >= ?", $0) }
        case .defect:
            defect.map {
                SQLCondition(
                    "EXISTS (SELECT 1 FROM result_defects WHERE result_seq = result.seq AND type = ?)", $0)
            }
        case .metadata(let key):
            metadata[key].map {
                SQLCondition(
                    "EXISTS (SELECT 1 FROM result_metadata WHERE result_seq = result.seq AND key = ? AND value = ?)",
                    key, $0)
            }
        }
    }

    /// The filter's span of time as conditions on a source's rows.
    func timeConditions(_ source: ResultSource) -> [SQLCondition] {
        [
            since.map { SQLCondition("\(source.time) >= ?", $0.microseconds) },
            until.map { SQLCondition("\(source.time) < ?", $0.microseconds) },
        ].compactMap(\.self)
    }
}
