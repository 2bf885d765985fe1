import Tensors
import Testing

@testable import Storage

/// Reads a whole list, page by page, through the tokens' text.
private func readAll(
    _ store: SQLiteStore, _ filter: ResultFilter, limit: Int, _ limits: ResultSearch.Limits = ResultSearch.Limits(),
    betweenPages: (Int) async throws -> Void = { _ in }
) async throws -> [ResultRecord] {
    var items: [ResultRecord] = []
    var token: PageToken?
    var pages = 0
    repeat {
        let page = try await store.results(matching: filter, after: token, limit: limit, limits)
        #expect(page.items.count <= limit)
        items += page.items
        token = try page.next.map { try PageToken($0.text) }
        pages += 1
        try await betweenPages(pages)
    } while token != nil
    return items
}

@Suite("Lists of results")
struct PagingTests {
    /// Results over few values of each field, many of them at the same moment.
    private func makeResults(_ count: Int, seed: UInt64, from first: Int = 0) -> [NewResult] {
        var random = SplitMix64(seed: seed)
        return (first..<first + count).map { number in
            var result = newResult(number)
            result.record.product = ["cable", "tile"].randomElement(using: &random) ?? ""
            result.record.verdict = Verdict.allCases.randomElement(using: &random) ?? .ok
            result.record.createdAt = moment(.random(in: 0..<12, using: &random))
            result.record.score = Double.random(in: 0..<8, using: &random).rounded(.down) / 8
            result.record.partID = [nil, "p1", "p2"].randomElement(using: &random) ?? nil
            result.record.camera = [nil, "north", "south"].randomElement(using: &random) ?? nil
            result.record.mode = ["multitype", "binary"].randomElement(using: &random) ?? ""
            result.record.metadata = [nil, #"{"line":1}"#, #"{"line":2}"#].randomElement(using: &random) ?? nil
            result.defects = ["bent", "cut"].filter { _ in Bool.random(using: &random) }
                .map { ResultDefect(type: $0, score: 0.5, areaPixels: 1) }
            result.files = []
            return result
        }
    }

    /// What somebody says of a result in these tests: of two in three nothing.
    private static func label(of result: NewResult) -> ResultLabel? {
        switch result.record.imageDigest.bytes[31] % 6 {
        case 0: ResultLabel(verdict: .ok, labeledAt: moment(99))
        case 1: ResultLabel(verdict: .notOk, types: ["bent"], labeledAt: moment(99))
        default: nil
        }
    }

    /// What the filter means, said once more and plainly.
    private func matches(_ result: NewResult, _ filter: ResultFilter) -> Bool {
        let record = result.record
        return (filter.product == nil || filter.product == record.product)
            && (filter.verdict == nil || filter.verdict == record.verdict)
            && (filter.partID == nil || filter.partID == record.partID)
            && (filter.camera == nil || filter.camera == record.camera)
            && (filter.mode == nil || filter.mode == record.mode)
            && (filter.since.map { record.createdAt >= $0 } ?? true)
            && (filter.until.map { record.createdAt < $0 } ?? true)
            && (filter.minScore.map { record.score >= $0 } ?? true)
            && (filter.defect.map { type in result.defects.contains { $0.type == type } } ?? true)
            && (filter.label.map { Self.label(of: result)?.verdict.rawValue ?? "none" == $0.rawValue } ?? true)
            && (filter.metadata["line"].map { record.metadata == #"{"line":\#($0)}"# } ?? true)
    }

    @Test(
        "hold what the filter says, newest first, for any combination of conditions",
        arguments: 1...3 as ClosedRange<UInt64>)
    func filters(seed: UInt64) async throws {
        try await withStore { store in
            let results = makeResults(120, seed: seed)
            for result in results {
                try await store.insertResult(result)
                if let label = Self.label(of: result) { _ = try await store.setLabel(label, of: result.record.id) }
            }
            // Equal moments: the one stored last comes first.
            let ordered = results.enumerated().sorted { a, b in
                (a.element.record.createdAt, a.offset) > (b.element.record.createdAt, b.offset)
            }.map(\.element)
            for filter in ResultFilter.allCombinations {
                let expected = ordered.filter { matches($0, filter) }.map(\.record)
                // What few results have, and what many have, is looked for in different ways; and a page that passes
                // many rows in vain ends before it is full.
                for limits in [
                    ResultSearch.Limits(few: 0, examined: 9), ResultSearch.Limits(few: 20, examined: 1000),
                    ResultSearch.Limits(few: 1000),
                ] {
                    let found = try await readAll(store, filter, limit: 7, limits)
                    #expect(found == expected, "seed \(seed), \(limits), \(filter)")
                }
            }
        }
    }

    @Test("neither repeat nor lose a result while others are stored", arguments: 1...6 as ClosedRange<UInt64>)
    func stableUnderInserts(seed: UInt64) async throws {
        try await withStore { store in
            let early = makeResults(60, seed: seed)
            for result in early { try await store.insertResult(result) }
            let filter = seed.isMultiple(of: 2) ? ResultFilter() : ResultFilter(product: "cable", defect: "bent")
            var stored = early.count
            let seen = try await readAll(store, filter, limit: 5) { page in
                for result in makeResults(4, seed: seed &* 100 &+ UInt64(page), from: stored) {
                    try await store.insertResult(result)
                }
                stored += 4
                if page > 200 { throw StorageError(.engine, "the list does not end") }
            }
            let ids = seen.map(\.id)
            #expect(Set(ids).count == ids.count, "seed \(seed)")
            #expect(zip(seen, seen.dropFirst()).allSatisfy { $0.createdAt >= $1.createdAt }, "seed \(seed)")
            let missing = early.filter { matches($0, filter) && !ids.contains($0.record.id) }
            #expect(missing.isEmpty, "seed \(seed)")
        }
    }

    @Test("pass no more rows than they are allowed, and go on where they stopped")
    func bounded() async throws {
        try await withStore { store in
            for number in 0..<50 {
                var result = newResult(number)
                result.record.product = number == 0 ? "rare" : "common"
                try await store.insertResult(result)
            }
            let filter = ResultFilter(product: "rare", camera: "north")
            let limits = ResultSearch.Limits(few: 0, examined: 10)
            var sizes: [Int] = []
            var token: PageToken?
            repeat {
                let page = try await store.results(matching: filter, after: token, limit: 5, limits)
                sizes.append(page.items.count)
                token = page.next
            } while token != nil
            #expect(sizes == [0, 0, 0, 0, 1])
        }
    }

    @Test("end with the result whose document fills the page, and go on behind it")
    func boundedBytes() async throws {
        try await withStore { store in
            for number in 0..<7 {
                var result = newResult(number)
                result.record.document = Array(repeating: 0x20, count: 100)
                try await store.insertResult(result)
            }
            let limits = ResultSearch.Limits(documentBytes: 250)
            var sizes: [Int] = []
            var token: PageToken?
            repeat {
                let page = try await store.results(matching: ResultFilter(), after: token, limit: 1000, limits)
                sizes.append(page.items.count)
                token = page.next
            } while token != nil
            #expect(sizes == [3, 3, 1])
        }
    }

    @Test("end exactly where the results end", arguments: [1, 9, 10, 11, 1000])
    func lastPage(limit: Int) async throws {
        try await withStore { store in
            for result in makeResults(10, seed: 1) { try await store.insertResult(result) }
            let page = try await store.results(matching: ResultFilter(), after: nil, limit: limit)
            #expect(page.items.count == min(limit, 10))
            #expect((page.next == nil) == (limit >= 10))
        }
    }

    @Test("refuse page sizes outside 1…1000", arguments: [-1, 0, 1001])
    func pageSize(limit: Int) async throws {
        try await withStore { store in
            try await expectError(.invalidValue) {
                try await store.results(matching: ResultFilter(), after: nil, limit: limit)
            }
        }
    }

    @Test("refuse a token of another filter or another list")
    func otherList() async throws {
        try await withStore { store in
            for result in makeResults(3, seed: 1) { try await store.insertResult(result) }
            for id in ["a", "b"] {
                _ = try await store.putProduct(id, settings: ProductSettings(noun: "x"), if: .none, at: moment(0))
            }
            let token = try #require(try await store.results(matching: ResultFilter(), after: nil, limit: 1).next)
            for filter in ResultFilter.allCombinations where filter != ResultFilter() {
                try await expectError(.invalidPageToken) {
                    try await store.results(matching: filter, after: token, limit: 1)
                }
            }
            try await expectError(.invalidPageToken) { try await store.products(after: token, limit: 1) }
            let products = try #require(try await store.products(after: nil, limit: 1).next)
            try await expectError(.invalidPageToken) {
                try await store.results(matching: ResultFilter(), after: products, limit: 1)
            }
        }
    }
}

extension ResultFilter {
    /// Every combination of conditions that are set or not.
    static var allCombinations: [ResultFilter] {
        (0..<3072).map { bits in
            func chosen<Value>(_ bit: Int, _ value: Value) -> Value? { bits >> bit & 1 == 1 ? value : nil }
            return ResultFilter(
                product: chosen(0, "cable"), verdict: chosen(1, .notOk), defect: chosen(2, "bent"),
                since: chosen(3, moment(3)), until: chosen(4, moment(9)), minScore: chosen(5, 0.5),
                partID: chosen(6, "p1"), camera: chosen(7, "north"), mode: chosen(9, "binary"),
                label: [nil, .notOk, .unlabeled][bits >> 10],
                metadata: chosen(8, ["line": "1"]) ?? [:])
        }
    }
}
