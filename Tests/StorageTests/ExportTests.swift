import Tensors
import Testing

@testable import Storage

@Suite("Exports")
struct ExportTests {
    /// Reads an export to its end, piece by piece.
    private func documents(
        _ store: SQLiteStore, _ filter: ResultFilter, maxBytes: Int,
        betweenPieces: (Int) async throws -> Void = { _ in }
    ) async throws -> [[UInt8]] {
        var all: [[UInt8]] = []
        var export = ResultExport(matching: filter)
        var pieces = 0
        while !export.isComplete {
            let piece = try await store.exportDocuments(export, maxBytes: maxBytes, into: [[UInt8]]()) {
                $0.append($1.withUnsafeBytes { [UInt8]($0) })
            }
            all += piece.output
            export = piece.rest
            pieces += 1
            try await betweenPieces(pieces)
        }
        return all
    }

    private func fill(_ store: SQLiteStore, _ numbers: Range<Int>) async throws {
        for number in numbers {
            var result = newResult(number)
            result.record.product = number.isMultiple(of: 3) ? "tile" : "cable"
            result.files = []
            try await store.insertResult(result)
        }
    }

    @Test(
        "hand over every document once, newest first, in pieces of the size that was asked for",
        arguments: [1, 100, 1 << 20])
    func documents(maxBytes: Int) async throws {
        try await withStore { store in
            try await fill(store, 0..<40)
            let expected = (0..<40).reversed().map { newResult($0).record.document }
            #expect(try await documents(store, ResultFilter(), maxBytes: maxBytes) == expected)
            let tiles = try await documents(store, ResultFilter(product: "tile"), maxBytes: maxBytes)
            #expect(tiles == (0..<40).filter { $0.isMultiple(of: 3) }.reversed().map { newResult($0).record.document })
            #expect(try await documents(store, ResultFilter(product: "none"), maxBytes: maxBytes).isEmpty)
        }
    }

    @Test("hold what was stored when they began, while results come and go, and keep no log from being emptied")
    func snapshot() async throws {
        try await withStore { store in
            try await fill(store, 0..<30)
            let found = try await documents(store, ResultFilter(), maxBytes: 1) { piece in
                // Some of these are older than what is still to come.
                try await store.insertResult(newResult(piece, id: "later-\(piece)"))
                if piece == 10 { #expect(try await store.deleteResult("result-3")) }
                // A snapshot that was held open would make this busy.
                try await store.checkpoint()
            }
            let expected = (0..<30).reversed().filter { $0 != 3 }.map { newResult($0).record.document }
            #expect(found == expected)
        }
    }

    @Test("of records have everything, and defects by score")
    func records() async throws {
        try await withStore { store in
            var result = newResult(1)
            result.defects = [("cut", 0.2), ("bent", 0.9), ("hole", 0.5)].map {
                ResultDefect(type: $0, score: $1, areaPixels: 1)
            }
            try await store.insertResult(result)
            var clean = newResult(0)
            clean.defects = []
            try await store.insertResult(clean)
            let first = try await store.exportRecords(ResultExport(matching: ResultFilter()), limit: 1)
            #expect(
                first.results == [
                    ExportedResult(record: result.record, defectTypes: ["bent", "hole", "cut"], label: nil)
                ])
            #expect(!first.rest.isComplete)
            let second = try await store.exportRecords(first.rest, limit: 1)
            #expect(second.results == [ExportedResult(record: clean.record, defectTypes: [], label: nil)])
            #expect(second.rest.isComplete)
            #expect(try await store.exportRecords(second.rest, limit: 1).results.isEmpty)
        }
    }
}

@Suite("Summaries")
struct SummaryTests {
    @Test("count what the filter says, by product, defect and hour", arguments: 1...3 as ClosedRange<UInt64>)
    func counts(seed: UInt64) async throws {
        try await withStore { store in
            var random = SplitMix64(seed: seed)
            let results = (0..<150).map { number in
                var result = newResult(number)
                result.record.product = ["cable", "tile", "wire"].randomElement(using: &random) ?? ""
                result.record.verdict = Verdict.allCases.randomElement(using: &random) ?? .ok
                result.record.createdAt = moment(.random(in: 0..<5, using: &random) * 3_600_000_000)
                result.record.score = Double.random(in: 0..<8, using: &random).rounded(.down) / 8
                result.record.camera = ["north", "south"].randomElement(using: &random)
                result.record.mode = ["multitype", "binary"].randomElement(using: &random) ?? ""
                result.defects = ["bent", "cut"].filter { _ in Bool.random(using: &random) }
                    .map { ResultDefect(type: $0, score: Double.random(in: 0..<1, using: &random), areaPixels: 1) }
                return result
            }
            for result in results { try await store.insertResult(result) }
            for filter in [
                ResultFilter(), ResultFilter(product: "tile"), ResultFilter(camera: "north"),
                ResultFilter(defect: "cut"), ResultFilter(mode: "binary"),
                ResultFilter(verdict: .notOk, since: moment(3_600_000_000)), ResultFilter(minScore: 0.5),
            ] {
                let matching = results.filter { result in
                    (filter.product ?? result.record.product) == result.record.product
                        && (filter.camera ?? "x") == (filter.camera == nil ? "x" : result.record.camera)
                        && (filter.mode ?? result.record.mode) == result.record.mode
                        && (filter.verdict ?? result.record.verdict) == result.record.verdict
                        && result.record.createdAt >= filter.since ?? moment(0)
                        && result.record.score >= filter.minScore ?? 0
                        && (filter.defect.map { type in result.defects.contains { $0.type == type } } ?? true)
                }
                for key in ResultGroup.Key.allCases {
                    var expected: [ResultGroup.Value: (counts: [Verdict: Int], scores: [Double])] = [:]
                    for result in matching {
                        let record = result.record
                        let hour = record.createdAt.microseconds / 3_600_000_000 * 3_600_000_000
                        let members: [(ResultGroup.Value, Double)] =
                            switch key {
                            case .product: [(.name(record.product), record.score)]
                            case .hour: [(.hour(Timestamp(microseconds: hour)), record.score)]
                            case .defect: result.defects.map { (.name($0.type), $0.score) }
                            }
                        for (value, score) in members {
                            expected[value, default: ([:], [])].counts[record.verdict, default: 0] += 1
                            expected[value, default: ([:], [])].scores.append(score)
                        }
                    }
                    let summary = try await store.summary(of: filter, by: key, limit: 100)
                    #expect(summary.groups.map(\.value).count == expected.count, "seed \(seed), \(key), \(filter)")
                    for group in summary.groups {
                        let (counts, scores) = try #require(expected[group.value])
                        #expect(group.counts == counts, "seed \(seed), \(key), \(filter)")
                        #expect(group.minScore == scores.min() && group.maxScore == scores.max())
                        #expect(abs(group.meanScore - scores.reduce(0, +) / Double(scores.count)) < 1e-9)
                    }
                    let totals = summary.groups.map(\.total)
                    if key != .hour { #expect(totals == totals.sorted(by: >)) }
                }
            }
        }
    }

    @Test("keep the largest groups and the latest hours, and say that there are more")
    func truncated() async throws {
        try await withStore { store in
            for number in 0..<6 {
                var result = newResult(number)
                result.record.product = ["a", "b", "b", "c", "c", "c"][number]
                result.record.createdAt = moment(Int64(number) * 3_600_000_000)
                try await store.insertResult(result)
            }
            let products = try await store.summary(of: ResultFilter(), by: .product, limit: 2)
            #expect(products.groups.map(\.value) == [.name("c"), .name("b")])
            #expect(products.isTruncated)
            let hours = try await store.summary(of: ResultFilter(), by: .hour, limit: 6).groups
            #expect(hours.count == 6)
            let latest = try await store.summary(of: ResultFilter(), by: .hour, limit: 2)
            #expect(latest.groups == Array(hours.suffix(2)))
            #expect(latest.isTruncated)
        }
    }
}
