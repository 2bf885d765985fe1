import Storage
import Testing

@Suite("Results")
struct ResultTests {
    @Test("are read back as they were written, the document byte for byte")
    func roundTrip() async throws {
        try await withStore { store in
            let result = newResult(5)
            try await store.insertResult(result)
            #expect(try await store.result("result-5") == result.record)
            for file in result.files {
                #expect(try await store.resultFile(file.kind, of: "result-5") == file)
            }
            #expect(try await store.resultFile(.image, of: "result-5") == nil)
            #expect(try await store.resultFile(.mask(defectType: "cut"), of: "result-5") == nil)
            #expect(try await store.resultFile(.heatMap, of: "other") == nil)
            #expect(try await store.result("other") == nil)
        }
    }

    @Test("may lack everything that is optional")
    func sparse() async throws {
        try await withStore { store in
            var result = newResult(1)
            result.record.threshold = nil
            result.record.referencesVersion = nil
            result.record.partID = nil
            result.record.camera = nil
            result.record.metadata = nil
            // A document need not be valid UTF-8 to come back as it was.
            result.record.document = [0xff, 0x00, 0xfe]
            result.defects = []
            result.files = []
            try await store.insertResult(result)
            #expect(try await store.result("result-1") == result.record)
        }
    }

    @Test("outlive their product")
    func outliveProduct() async throws {
        try await withStore { store in
            _ = try await store.putProduct("cable", settings: ProductSettings(noun: "cable"), if: .none, at: moment(0))
            try await store.insertResult(newResult(1))
            #expect(try await store.deleteProduct("cable", if: .none))
            #expect(try await store.result("result-1") != nil)
        }
    }

    @Test("are stored once: a second one with the same id is refused and changes nothing")
    func sameID() async throws {
        try await withStore { store in
            try await store.insertResult(newResult(1))
            var other = newResult(2, id: "result-1")
            other.files.append(ResultFile(kind: .image, mediaType: "image/jpeg", bytes: [1]))
            try await expectError(.alreadyExists) { try await store.insertResult(other) }
            #expect(try await store.result("result-1") == newResult(1).record)
            #expect(try await store.resultFile(.image, of: "result-1") == nil)
        }
    }

    @Test("are refused whole when their last part is wrong")
    func lastPartWrong() async throws {
        try await withStore { store in
            var twice = newResult(1)
            twice.files.append(ResultFile(kind: .heatMap, mediaType: "image/png", bytes: [3]))
            try await expectError(.alreadyExists) { try await store.insertResult(twice) }
            #expect(try await store.result("result-1") == nil)
            #expect(try await store.results(matching: ResultFilter(defect: "bent"), after: nil, limit: 1).items.isEmpty)
        }
    }

    /// One way to spoil a result.
    struct Spoiling: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let apply: @Sendable (inout NewResult) -> Void

        init(_ name: String, _ apply: @escaping @Sendable (inout NewResult) -> Void) {
            testDescription = name
            self.apply = apply
        }
    }

    @Test(
        "refuse values that cannot be stored",
        arguments: [
            Spoiling("empty id") { $0.record.id = "" },
            Spoiling("NUL in the part's id") { $0.record.partID = "a\0" },
            Spoiling("NUL in the metadata") { $0.record.metadata = "{}\0{" },
            Spoiling("score not a number") { $0.record.score = .nan },
            Spoiling("infinite threshold") { $0.record.threshold = .infinity },
            Spoiling("no pixels") { $0.record.imageWidth = 0 },
            Spoiling("negative shots") { $0.record.shots = -1 },
            Spoiling("metadata that is no JSON") { $0.record.metadata = "{" },
            Spoiling("empty document") { $0.record.document = [] },
            Spoiling("unnamed defect") { $0.defects[0] = ResultDefect(type: "", score: 1, areaPixels: 1) },
            Spoiling("defect score not a number") {
                $0.defects[0] = ResultDefect(type: "x", score: .nan, areaPixels: 1)
            },
            Spoiling("negative area") { $0.defects[0] = ResultDefect(type: "x", score: 1, areaPixels: -1) },
            Spoiling("mask without a type") {
                $0.files[0] = ResultFile(kind: .mask(defectType: ""), mediaType: "image/png", bytes: [1])
            },
            Spoiling("empty picture") {
                $0.files[0] = ResultFile(kind: .overlay, mediaType: "image/png", bytes: [])
            },
        ])
    func invalidValues(spoiling: Spoiling) async throws {
        try await withStore { store in
            var result = newResult(1)
            spoiling.apply(&result)
            try await expectError(.invalidValue) { try await store.insertResult(result) }
            #expect(try await store.results(matching: ResultFilter(), after: nil, limit: 1).items.isEmpty)
        }
    }
}
