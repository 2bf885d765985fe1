import GRDB
import Testing

@testable import Storage

@Suite("Calibrations")
struct CalibrationTests {
    private static func calibration(_ number: Int) -> CalibrationRecord {
        CalibrationRecord(
            tag: CalibrationTag(id: "0199-\(1000 + number)", basis: digest(number)), createdAt: moment(Int64(number)),
            document: Array(#"{"number":\#(number)}"#.utf8))
    }

    private static let settings = ProductSettings(noun: "cable", threshold: 0.3125, mapThreshold: 0.41)

    @Test("give their thresholds to the product in one step, and stay when those are changed by hand")
    func applied() async throws {
        try await withStore { store in
            let made = try await store.putProduct("a", settings: .init(noun: "cable"), if: .none, at: moment(0)).product
            #expect(made.calibration == nil)
            let product = try await store.saveCalibration(Self.calibration(1), of: made, settings: Self.settings)
            #expect(product.settings == Self.settings && product.revision == made.revision + 1)
            #expect(product.calibration == Self.calibration(1).tag && product.updatedAt == moment(1))
            #expect(try await store.product("a") == product)
            #expect(try await store.calibration("0199-1001", of: "a") == Self.calibration(1))
            #expect(try await store.calibration("0199-1001", of: "b") == nil)

            // The same thresholds in other settings: whether they still hold is the basis' affair.
            var settings = Self.settings
            settings.noun = "wire"
            settings.decision = .references
            let renamed = try await store.putProduct("a", settings: settings, if: .none, at: moment(2)).product
            #expect(renamed.calibration == Self.calibration(1).tag && renamed.settings == settings)
            settings.mapThreshold = 0.42
            let changed = try await store.putProduct("a", settings: settings, if: .none, at: moment(3)).product
            #expect(changed.calibration == nil)
            settings.mapThreshold = 0.41
            settings.threshold = nil
            #expect(
                try await store.putProduct("a", settings: settings, if: .none, at: moment(4)).product.calibration == nil
            )
            #expect(try await store.calibration("0199-1001", of: "a") == Self.calibration(1))
        }
    }

    @Test("are refused when the product is another by then, and nothing is stored")
    func refused() async throws {
        try await withStore { store in
            let old = try await store.putProduct("a", settings: .init(noun: "cable"), if: .none, at: moment(0)).product
            _ = try await store.stageReference(reference(1), of: "a", at: moment(1))
            _ = try await store.addReferences(
                [digest(1)], to: "a", encodedWith: testKey, limits: ReferenceLimits(), at: moment(1))
            let references = try await expectError(.referencesChanged) {
                try await store.saveCalibration(Self.calibration(1), of: old, settings: Self.settings)
            }
            #expect(references.expected == 0 && references.found == 1)
            _ = try await store.putProduct("a", settings: .init(noun: "wire"), if: .none, at: moment(2))
            try await expectError(.revisionMismatch) {
                try await store.saveCalibration(Self.calibration(1), of: old, settings: Self.settings)
            }
            _ = try await store.deleteProduct("a", if: .none)
            try await expectError(.notFound) {
                try await store.saveCalibration(Self.calibration(1), of: old, settings: Self.settings)
            }
            #expect(try await store.calibrations(of: "a", after: nil, limit: 10).items.isEmpty)
        }
    }

    @Test("are refused with values that cannot be stored, and with an id that is there")
    func invalid() async throws {
        try await withStore { store in
            let product = try await store.putProduct("a", settings: .init(noun: "a"), if: .none, at: moment(0)).product
            var settings = Self.settings
            settings.mapThreshold = .nan
            try await expectError(.invalidValue) {
                try await store.saveCalibration(Self.calibration(1), of: product, settings: settings)
            }
            let empty = CalibrationRecord(tag: Self.calibration(1).tag, createdAt: moment(0), document: [])
            try await expectError(.invalidValue) {
                try await store.saveCalibration(empty, of: product, settings: Self.settings)
            }
            let applied = try await store.saveCalibration(Self.calibration(1), of: product, settings: Self.settings)
            try await expectError(.alreadyExists) {
                try await store.saveCalibration(Self.calibration(1), of: applied, settings: Self.settings)
            }
        }
    }

    @Test("are listed newest first in pages, and go with their product")
    func listed() async throws {
        try await withStore { store in
            var product = try await store.putProduct("a", settings: .init(noun: "a"), if: .none, at: moment(0)).product
            let other = try await store.putProduct("b", settings: .init(noun: "b"), if: .none, at: moment(0)).product
            _ = try await store.saveCalibration(Self.calibration(9), of: other, settings: Self.settings)
            for number in [1, 2, 3] {
                product = try await store.saveCalibration(
                    Self.calibration(number), of: product, settings: Self.settings)
            }
            let first = try await store.calibrations(of: "a", after: nil, limit: 2)
            #expect(first.items == [Self.calibration(3), Self.calibration(2)])
            let rest = try await store.calibrations(of: "a", after: first.next, limit: 2)
            #expect(rest.items == [Self.calibration(1)] && rest.next == nil)
            try await expectError(.invalidPageToken) {
                try await store.calibrations(of: "b", after: first.next, limit: 2)
            }
            _ = try await store.deleteProduct("a", if: .none)
            let anew = try await store.putProduct("a", settings: Self.settings, if: .none, at: moment(9)).product
            #expect(anew.calibration == nil)
            #expect(try await store.calibrations(of: "a", after: nil, limit: 10).items.isEmpty)
            #expect(try await store.calibrations(of: "b", after: nil, limit: 10).items == [Self.calibration(9)])
        }
    }

    @Test("of a product stay to the two hundredth, the one in use among them")
    func kept() async throws {
        try await withStore { store in
            var product = try await store.putProduct("a", settings: .init(noun: "a"), if: .none, at: moment(0)).product
            for number in 1...202 {
                product = try await store.saveCalibration(
                    Self.calibration(number), of: product, settings: Self.settings)
            }
            let page = try await store.calibrations(of: "a", after: nil, limit: 1000)
            #expect(page.items.map(\.tag.id) == (3...202).reversed().map { "0199-\(1000 + $0)" })
            #expect(product.calibration == page.items.first?.tag)
        }
    }

    @Test("are compared with the newest decided scores that were judged under them, whatever becomes of the results")
    func recentScores() async throws {
        try await withStore { store in
            let product = try await store.putProduct("cable", settings: .init(noun: "a"), if: .none, at: moment(0))
                .product
            let calibrated = try await store.saveCalibration(Self.calibration(1), of: product, settings: Self.settings)
            let id = Self.calibration(1).tag.id
            for number in 0..<12 {
                var result = newResult(number)
                result.calibration = number == 3 ? nil : number == 7 ? "gone" : id
                result.record.verdict = number == 5 ? .undecidable : .ok
                result.record.score = Double(number) / 16
                try await store.insertResult(result)
            }
            func numbers(_ limit: Int = 100, of id: String = id) async throws -> [Int] {
                try await store.recentScores(under: id, limit: limit).map { Int($0.score * 16) }
            }
            #expect(try await numbers() == [11, 10, 9, 8, 6, 4, 2, 1, 0])
            #expect(try await numbers(2) == [11, 10])
            #expect(
                try await store.recentScores(under: id, limit: 1) == [
                    TimedScore(score: 11.0 / 16, createdAt: moment(11))
                ])
            for other in ["gone", "a\0b"] { #expect(try await numbers(of: other).isEmpty) }
            try await expectError(.invalidValue) { try await numbers(0) }
            #expect(try await store.deleteResult("result-11"))
            #expect(try await numbers(2) == [11, 10])
            _ = try await store.saveCalibration(Self.calibration(2), of: calibrated, settings: Self.settings)
            #expect(try await numbers().isEmpty)
        }
    }

    @Test("keep as many scores as can be asked for")
    func keptScores() async throws {
        try await withStore { store in
            let product = try await store.putProduct("cable", settings: .init(noun: "a"), if: .none, at: moment(0))
                .product
            _ = try await store.saveCalibration(Self.calibration(1), of: product, settings: Self.settings)
            for number in 0..<SQLiteStore.keptScores + 3 {
                var result = newResult(number)
                result.calibration = Self.calibration(1).tag.id
                result.record.score = Double(number)
                try await store.insertResult(result)
            }
            let scores = try await store.recentScores(under: Self.calibration(1).tag.id, limit: 1000)
            #expect(scores.count == SQLiteStore.keptScores && scores.last?.score == 3)
            let count = try await store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM calibrated_scores") }
            #expect(count == SQLiteStore.keptScores)
        }
    }
}
