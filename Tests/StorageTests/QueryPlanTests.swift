import GRDB
import Testing

@testable import Storage

@Suite("Query plans")
struct QueryPlanTests {
    private func plan(_ statement: (sql: String, arguments: StatementArguments), _ db: Database) throws -> [String] {
        try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + statement.sql, arguments: statement.arguments)
            .map { $0["detail"] as String }
    }

    @Test("of filtered pages search an index and sort nothing, for any combination of conditions and any index")
    func pages() async throws {
        try await withStore { store in
            let last = ResultPosition(createdAt: moment(5), seq: 5)
            var longest = try #require(ResultFilter.allCombinations.last)
            for index in 0..<ResultFilter.maxMetadata { longest.metadata["key\(index)"] = "1" }
            let filters = ResultFilter.allCombinations + [longest]
            try await store.read { db in
                for filter in filters {
                    for source in ResultSource.narrow(filter) + [ResultSource.general(filter)] {
                        let search = ResultSearch(filter, source: source)
                        for (position, end) in [(nil, nil), (last, nil), (last, last)] {
                            let steps = try plan(search.statement("1", after: position, upTo: end, limit: 10), db)
                            let text = steps.joined(separator: " | ")
                            #expect(!text.contains("TEMP B-TREE"), "\(filter): \(text)")
                            // Reading everything is right where everything is asked for.
                            let hasBound =
                                !source.conditions.isEmpty || position != nil || filter.since != nil
                                || filter.until != nil
                            if hasBound { #expect(!text.contains("SCAN"), "\(filter): \(text)") }
                        }
                    }
                }
            }
        }
    }

    @Test("of a page after another start at its place in the index")
    func nextPage() async throws {
        try await withStore { store in
            let last = ResultPosition(createdAt: moment(5), seq: 5)
            for (filter, expected) in [
                (ResultFilter(), "results_by_time (created_at<?)"),
                (ResultFilter(product: "a"), "results_by_product (product_id=? AND created_at<?)"),
                (ResultFilter(verdict: .ok), "results_by_verdict (verdict=? AND created_at<?)"),
                (ResultFilter(defect: "a"), "result_defects_by_type (type=? AND created_at<?)"),
                (
                    ResultFilter(product: "a", verdict: .ok),
                    "results_by_product_verdict (product_id=? AND verdict=? AND created_at<?)"
                ),
                (
                    ResultFilter(product: "a", defect: "a"),
                    "result_defects_by_product_type (product_id=? AND type=? AND created_at<?)"
                ),
                (ResultFilter(partID: "a"), "results_by_part (part_id=? AND created_at<?)"),
                (ResultFilter(camera: "a"), "results_by_camera (camera=? AND created_at<?)"),
                // Half of all results have either mode: it is decided row by row, along the other terms' index.
                (ResultFilter(mode: "binary"), "results_by_time (created_at<?)"),
                (ResultFilter(product: "a", mode: "binary"), "results_by_product (product_id=? AND created_at<?)"),
                (ResultFilter(camera: "a", mode: "binary"), "results_by_camera (camera=? AND created_at<?)"),
                (
                    ResultFilter(metadata: ["line": "3"]),
                    "result_metadata_by_value (key=? AND value=? AND created_at<?)"
                ),
            ] {
                let steps = try await store.read { db in
                    let search = try ResultSearch(filter, limits: ResultSearch.Limits(), db)
                    return try plan(search.statement("1", after: last, limit: 10), db)
                }
                #expect(steps.first?.hasSuffix(expected) == true, "\(steps)")
            }
        }
    }

    @Test("of a score that few reach start in the index over scores")
    func rareScore() async throws {
        try await withStore { store in
            try await store.read { db in
                for filter in ResultFilter.allCombinations {
                    guard let source = ResultSource.score(filter) else { continue }
                    let search = ResultSearch(filter, source: source)
                    let steps = try plan(search.statement("1", after: nil, limit: 10), db)
                    #expect(steps.first?.hasSuffix("results_by_score (score>?)") == true, "\(filter): \(steps)")
                    #expect(!steps.joined().contains("SCAN"), "\(filter): \(steps)")
                }
            }
        }
    }

    @Test("of counting an index's rows touch nothing but the index")
    func counts() async throws {
        try await withStore { store in
            try await store.read { db in
                for filter in ResultFilter.allCombinations {
                    for source in ResultSource.narrow(filter) + [ResultSource.score(filter)].compactMap(\.self) {
                        let (sql, conditions) = ResultSearch.countStatement(source, filter)
                        let values = conditions.flatMap(\.values) + [10]
                        let steps = try plan((sql, StatementArguments(values)), db)
                        #expect(steps.contains { $0.contains("COVERING INDEX") }, "\(filter): \(steps)")
                    }
                }
            }
        }
    }

    @Test("of summaries read the results that were asked for, and all only where all were")
    func summaries() async throws {
        try await withStore { store in
            try await store.read { db in
                for key in ResultGroup.Key.allCases {
                    for filter in [
                        ResultFilter(), ResultFilter(since: moment(0)), ResultFilter(product: "a"),
                        ResultFilter(product: "a", verdict: .ok), ResultFilter(camera: "a", metadata: ["line": "1"]),
                    ] {
                        let steps = try plan(ResultSummaryQuery(filter, by: key, db).statement, db)
                        let scans = steps.filter { $0.hasPrefix("SCAN") }
                        if filter.product != nil || filter.camera != nil {
                            #expect(scans.isEmpty, "\(key) \(filter): \(steps)")
                        } else {
                            #expect(
                                scans.allSatisfy { $0.contains("COVERING INDEX") || $0.hasPrefix("SCAN defect") },
                                "\(key) \(filter): \(steps)")
                        }
                    }
                }
            }
        }
    }

    @Test("of retention begin at the oldest result of the verdict")
    func retention() async throws {
        try await withStore { store in
            let steps = try await store.read { db in
                try plan((SQLiteStore.oldest, ["ok", 5, 10]), db)
            }
            #expect(
                steps.first == "SEARCH results USING INDEX results_by_verdict (verdict=? AND created_at<?)", "\(steps)")
            #expect(!steps.joined().contains("TEMP B-TREE"))
        }
    }
}
