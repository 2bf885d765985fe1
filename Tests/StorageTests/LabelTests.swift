import Storage
import Testing

@Suite("Labels")
struct LabelTests {
    private static let label = ResultLabel(
        verdict: .notOk, types: ["bent", "cut"], note: "seen at “station” 4", labeledAt: moment(5))

    private static let unlabeled = ResultFilter(label: .unlabeled)

    @Test("are kept with their result, replaced, taken away, and go with it")
    func lifecycle() async throws {
        try await withStore { store in
            #expect(try await !store.setLabel(Self.label, of: "result-1"))
            try await store.insertResult(newResult(1))
            #expect(try await store.label(of: "result-1") == nil)
            #expect(try await store.setLabel(Self.label, of: "result-1"))
            #expect(try await store.label(of: "result-1") == Self.label)
            let other = ResultLabel(verdict: .ok, labeledAt: moment(6))
            #expect(try await store.setLabel(other, of: "result-1"))
            #expect(try await store.label(of: "result-1") == other)
            #expect(try await store.results(matching: ResultFilter(label: .notOk), after: nil, limit: 9).items.isEmpty)
            #expect(try await store.results(matching: ResultFilter(label: .ok), after: nil, limit: 9).items.count == 1)
            #expect(try await store.results(matching: Self.unlabeled, after: nil, limit: 9).items.isEmpty)
            #expect(try await store.removeLabel(of: "result-1"))
            #expect(try await store.results(matching: Self.unlabeled, after: nil, limit: 9).items.count == 1)
            #expect(try await !store.removeLabel(of: "result-1"))
            #expect(try await store.label(of: "result-1") == nil)
            #expect(try await store.setLabel(other, of: "result-1"))
            #expect(try await store.deleteResult("result-1"))
            #expect(try await store.results(matching: ResultFilter(label: .ok), after: nil, limit: 9).items.isEmpty)
        }
    }

    @Test("that cannot be stored are refused")
    func invalid() async throws {
        try await withStore { store in
            try await store.insertResult(newResult(1))
            for (types, note) in [([""], nil), (["bent"], "a\0b")] as [([String], String?)] {
                let label = ResultLabel(verdict: .notOk, types: types, note: note, labeledAt: moment(5))
                try await expectError(.invalidValue) { try await store.setLabel(label, of: "result-1") }
            }
            #expect(try await store.label(of: "result-1") == nil)
            #expect(try await !store.setLabel(Self.label, of: "a\0b"))
        }
    }

    @Test("are counted with outcomes, for several filters at once")
    func counts() async throws {
        try await withStore { store in
            for number in 0..<12 {
                var result = newResult(number)
                result.record.verdict = number < 4 ? .ok : .notOk
                result.record.score = Double(number) / 10
                try await store.insertResult(result)
                let label = ResultLabel(verdict: number < 6 ? .ok : .notOk, labeledAt: moment(20))
                if number.isMultiple(of: 2) { _ = try await store.setLabel(label, of: "result-\(number)") }
            }
            for (number, review) in [(12, 0.25), (13, nil), (14, 0.25)] as [(Int, Double?)] {
                var result = newResult(number)
                result.record.verdict = .undecidable
                result.record.score = 0.28
                result.record.reviewThreshold = review
                try await store.insertResult(result)
            }
            let good = ResultLabel(verdict: .ok, labeledAt: moment(20))
            #expect(try await store.setLabel(good, of: "result-14"))
            let counts = try await store.outcomeCounts(of: [
                ResultFilter(), ResultFilter(minScore: 0.5), ResultFilter(label: .ok), ResultFilter(label: .notOk),
                ResultFilter(product: "none"), ResultFilter(minScore: 0.3, label: .ok), Self.unlabeled,
            ])
            #expect(
                counts == [
                    [.ok: 4, .notOk: 8, .review: 2, .notJudged: 1], [.notOk: 7], [.ok: 2, .notOk: 1, .review: 1],
                    [.notOk: 3], [:], [.notOk: 1],
                    [.ok: 2, .notOk: 4, .review: 1, .notJudged: 1],
                ])
            let export = try await store.exportRecords(ResultExport(matching: ResultFilter()), limit: 100)
            #expect(export.results.reversed().map(\.label).prefix(3) == [.ok, nil, .ok])
        }
    }
}
