import GRDB
import Testing

@testable import Storage

@Suite("Query plans")
struct QueryPlanTests {
    private func plan(_ query: ResultQuery, _ store: SQLiteStore) async throws -> [String] {
        try await store.read { db in
            try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + query.sql, arguments: query.arguments)
                .map { $0["detail"] as String }
        }
    }

    @Test("of filtered pages search an index and sort nothing, for any combination of conditions")
    func pages() async throws {
        try await withStore { store in
            let last = ResultPosition(createdAt: moment(5), seq: 5)
            for filter in ResultFilter.allCombinations {
                for position in [nil, last] {
                    let steps = try await plan(
                        ResultQuery(filter: filter, after: position, limit: 10, scoreIsRare: false), store)
                    let text = steps.joined(separator: " | ")
                    #expect(!text.contains("TEMP B-TREE"), "\(filter): \(text)")
                    // Reading everything is right where everything is asked for, or only a score.
                    let isUnbounded = filter == ResultFilter(minScore: filter.minScore) && position == nil
                    if !isUnbounded { #expect(!text.contains("SCAN"), "\(filter): \(text)") }
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
            ] {
                let steps = try await plan(
                    ResultQuery(filter: filter, after: last, limit: 10, scoreIsRare: false), store)
                #expect(steps.first?.hasSuffix(expected) == true, "\(steps)")
            }
        }
    }

    @Test("of a score that few reach start in the index over scores, whatever else is asked for")
    func rareScore() async throws {
        try await withStore { store in
            for filter in ResultFilter.allCombinations where filter.minScore != nil {
                let steps = try await plan(
                    ResultQuery(filter: filter, after: nil, limit: 10, scoreIsRare: true), store)
                #expect(steps.first?.hasSuffix("results_by_score (score>?)") == true, "\(filter): \(steps)")
                #expect(!steps.joined().contains("SCAN"), "\(filter): \(steps)")
            }
            let count = try await store.read { db in
                try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + ResultQuery.countByScore, arguments: [0.5, 10])
                    .map { $0["detail"] as String }
            }
            #expect(count.contains { $0.hasSuffix("COVERING INDEX results_by_score (score>?)") }, "\(count)")
        }
    }
}
