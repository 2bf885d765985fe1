import Testing

@testable import Storage

@Suite("References")
struct ReferenceTests {
    private func withProduct(_ body: (SQLiteStore) async throws -> Void) async throws {
        try await withStore { store in
            _ = try await store.putProduct("cable", settings: ProductSettings(noun: "cable"), if: .none, at: moment(0))
            try await body(store)
        }
    }

    private func add(
        _ number: Int, to store: SQLiteStore, key: EncodingKey = testKey, limits: ReferenceLimits = ReferenceLimits()
    ) async throws(StorageError) -> AddedReference {
        try await store.addReference(
            reference(number, key: key), to: "cable", limits: limits, at: moment(Int64(number)))
    }

    @Test("are read back as they were received")
    func roundTrip() async throws {
        try await withProduct { store in
            let added = try await add(7, to: store)
            #expect(added.isNew)
            #expect(added.references.version == 1)
            let picture = try #require(try await store.referencePicture(digest(7), of: "cable"))
            #expect(picture.bytes == [1, 2, 7])
            #expect(picture.record == added.reference)
            #expect(picture.record.id == digest(7))
            #expect(picture.record.format == "png")
            #expect(picture.record.width == 10)
            #expect(picture.record.height == 20)
            #expect(picture.record.byteCount == 3)
            #expect(picture.record.createdAt == moment(7))
        }
    }

    @Test("make a new version with each change, and old versions stay")
    func versions() async throws {
        try await withProduct { store in
            for number in 1...3 { #expect(try await add(number, to: store).references.version == number) }
            let removed = try await store.removeReference(digest(2), from: "cable", at: moment(9))
            #expect(removed?.version == 4)
            #expect(removed?.count == 2)

            for version in 1...3 {
                let set = try #require(try await store.referenceSet(of: "cable", version: version))
                #expect(set.members.map(\.id) == (1...version).map(digest))
                #expect(set.createdAt == moment(Int64(version)))
            }
            let current = try #require(try await store.referenceSet(of: "cable", version: nil))
            #expect(current.version == 4)
            #expect(current.members.map(\.id) == [digest(1), digest(3)])
            #expect(try await store.referenceSet(of: "cable", version: 5) == nil)
            // An old version is usable still, with the picture that was taken out.
            let layout = try await store.bankLayout(of: "cable", version: 3, encodedWith: testKey)
            #expect(layout.rows(stage: 1) == 9)
        }
    }

    @Test("are one reference when the same picture comes twice")
    func samePicture() async throws {
        try await withProduct { store in
            _ = try await add(1, to: store)
            let again = try await add(1, to: store)
            #expect(!again.isNew)
            #expect(again.references.version == 1)
            #expect(again.references.count == 1)
        }
    }

    @Test("come back under their identity after they were taken out")
    func restored() async throws {
        try await withProduct { store in
            _ = try await add(1, to: store)
            #expect(try await store.removeReference(digest(1), from: "cable", at: moment(2))?.count == 0)
            #expect(try await store.removeReference(digest(1), from: "cable", at: moment(3)) == nil)
            let again = try await add(1, to: store)
            #expect(again.isNew)
            #expect(again.references.version == 3)
        }
    }

    @Test("belong to one product")
    func perProduct() async throws {
        try await withProduct { store in
            _ = try await store.putProduct("tile", settings: ProductSettings(noun: "tile"), if: .none, at: moment(0))
            _ = try await add(1, to: store)
            #expect(try await store.referencePicture(digest(1), of: "tile") == nil)
            #expect(try await store.removeReference(digest(1), from: "tile", at: moment(2)) == nil)
            try await expectError(.notFound) {
                try await store.saveEncoding(encoding(1), of: digest(1), product: "tile", at: moment(2))
            }
        }
    }

    @Test("need a product")
    func unknownProduct() async throws {
        try await withStore { store in
            try await expectError(.notFound) { try await add(1, to: store) }
            #expect(try await store.referenceSet(of: "cable", version: nil) == nil)
            #expect(try await store.removeReference(digest(1), from: "cable", at: moment(1)) == nil)
        }
    }

    @Test("stay within their limits, and a refused one leaves nothing")
    func limits() async throws {
        try await withProduct { store in
            // A reference of the tests has two banks of 24 bytes.
            let limits = ReferenceLimits(count: 3, bankBytes: 100)
            for number in 1...2 { _ = try await add(number, to: store, limits: limits) }
            let bytes = try await expectError(.limitExceeded) { try await add(3, to: store, limits: limits) }
            #expect(bytes.expected == 100)
            #expect(bytes.found == 144)
            let count = try await expectError(.limitExceeded) {
                try await add(3, to: store, limits: ReferenceLimits(count: 2))
            }
            #expect(count.expected == 2)
            #expect(count.found == 3)
            #expect(try await store.referencePicture(digest(3), of: "cable") == nil)
            #expect(try await store.referenceSet(of: "cable", version: nil)?.version == 2)
            #expect(try await add(2, to: store, limits: limits).isNew == false)
        }
    }

    @Test("keep how a picture looks with its banks, and lose it with them")
    func looks() async throws {
        try await withProduct { store in
            for number in [1, 2] {
                _ = try await store.addReference(
                    reference(number), to: "cable", limits: ReferenceLimits(), at: moment(1))
            }
            let ids = [digest(2), digest(1), digest(7)]
            func looks(_ key: EncodingKey = testKey) async throws -> [SHA256Digest: ReferenceLook] {
                try await store.looks(of: ids, product: "cable", encodedWith: key)
            }
            let look = ReferenceLook(brightness: 0.1, contrast: 0.2, sharpness: 0.3)
            #expect(try await looks() == [digest(1): encoding(1).look, digest(2): encoding(2).look])
            try await store.saveLook(look, of: digest(2), product: "cable", encodedWith: testKey)
            #expect(try await looks()[digest(2)] == look)
            let other = EncodingKey(model: "sha256:weights", imageSide: 16, stages: [1, 2])
            #expect(try await looks(other).isEmpty)
            // There is nothing that such a look could belong to.
            try await store.saveLook(look, of: digest(2), product: "cable", encodedWith: other)
            try await store.saveLook(look, of: digest(7), product: "cable", encodedWith: testKey)
            try await store.saveEncoding(encoding(3, key: other), of: digest(2), product: "cable", at: moment(2))
            #expect(try await looks() == [digest(1): encoding(1).look])
            #expect(try await looks(other) == [digest(2): encoding(3).look])
            let endless = ReferenceLook(brightness: .infinity, contrast: 0, sharpness: 0)
            try await expectError(.invalidValue) {
                try await store.saveLook(endless, of: digest(1), product: "cable", encodedWith: testKey)
            }
        }
    }

    @Test(
        "refuse banks that contradict themselves",
        arguments: [
            ("too few bytes", [1], [StageBank(stage: 1, element: .f32, rows: 2, width: 2, bytes: [0, 0])]),
            ("stage missing", [1, 2], [StageBank(stage: 1, element: .f16, rows: 1, width: 1, bytes: [0, 0])]),
            ("other stage", [2], [StageBank(stage: 1, element: .f16, rows: 1, width: 1, bytes: [0, 0])]),
            ("no factors", [1], [StageBank(stage: 1, element: .i8, rows: 2, width: 3, bytes: [1, 2, 3, 4, 5, 6])]),
            ("no banks", [], []),
            ("no rows", [1], [StageBank(stage: 1, element: .f16, rows: 0, width: 4, bytes: [])]),
            ("overflow", [1], [StageBank(stage: 1, element: .f16, rows: .max, width: .max, bytes: [0, 0])]),
        ])
    func invalid(name: String, stages: [Int], banks: [StageBank]) async throws {
        try await withProduct { store in
            let encoding = ReferenceEncoding(
                key: EncodingKey(model: "m", imageSide: 8, stages: stages), banks: banks,
                look: ReferenceLook(brightness: 0, contrast: 0, sharpness: 0))
            let reference = NewReference(
                id: digest(1), format: "png", width: 1, height: 1, bytes: [1], encoding: encoding)
            try await expectError(.invalidValue) {
                try await store.addReference(reference, to: "cable", limits: ReferenceLimits(), at: moment(1))
            }
            #expect(try await store.referenceSet(of: "cable", version: nil) == nil)
        }
    }
}
