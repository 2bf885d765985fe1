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
                key: EncodingKey(model: "m", imageSide: 8, stages: stages), banks: banks)
            let reference = NewReference(
                id: digest(1), format: "png", width: 1, height: 1, bytes: [1], encoding: encoding)
            try await expectError(.invalidValue) {
                try await store.addReference(reference, to: "cable", limits: ReferenceLimits(), at: moment(1))
            }
            #expect(try await store.referenceSet(of: "cable", version: nil) == nil)
        }
    }
}

@Suite("Reference sets")
struct ReferenceSetTests {
    private func withPictures(_ numbers: [Int], _ body: (SQLiteStore) async throws -> Void) async throws {
        try await withStore { store in
            _ = try await store.putProduct("cable", settings: ProductSettings(noun: "cable"), if: .none, at: moment(0))
            for number in numbers { _ = try await store.stageReference(reference(number), of: "cable", at: moment(1)) }
            try await body(store)
        }
    }

    private func add(
        _ numbers: [Int], to store: SQLiteStore, limits: ReferenceLimits = ReferenceLimits()
    ) async throws(StorageError) -> ReferenceChange {
        try await store.addReferences(
            numbers.map(digest), to: "cable", encodedWith: testKey, limits: limits, at: moment(2))
    }

    private func members(_ store: SQLiteStore, _ version: Int? = nil) async throws -> [SHA256Digest]? {
        try await store.referenceSet(of: "cable", version: version)?.members.map(\.id)
    }

    @Test("grow by several pictures in one version, or by none")
    func several() async throws {
        try await withPictures([1, 2, 3]) { store in
            let change = try await add([3, 1, 3], to: store)
            #expect(change.references == ReferenceSetSummary(version: 1, count: 2))
            #expect(change.added == [digest(3), digest(1)])
            #expect(try await members(store) == [digest(3), digest(1)])
            #expect(try await add([1], to: store).added.isEmpty)
            #expect(
                try await add([1, 2], to: store)
                    == ReferenceChange(
                        references: ReferenceSetSummary(version: 2, count: 3), added: [digest(2)]))
            try await expectError(.notFound) { try await add([1, 9], to: store) }
            let full = try await expectError(.limitExceeded) {
                _ = try await store.stageReference(reference(4), of: "cable", at: moment(3))
                return try await add([4], to: store, limits: ReferenceLimits(count: 3))
            }
            #expect(full.expected == 3 && full.found == 4)
            #expect(try await members(store)?.count == 3)
        }
    }

    @Test("do not show pictures that were only stored, and forget them")
    func staged() async throws {
        try await withTemporaryDirectory { directory in
            var store = try await SQLiteStore.open(directory: directory)
            _ = try await store.putProduct("cable", settings: ProductSettings(noun: "cable"), if: .none, at: moment(0))
            for number in 1...3 { _ = try await store.stageReference(reference(number), of: "cable", at: moment(1)) }
            #expect(try await store.referencePicture(digest(1), of: "cable") == nil)
            #expect(try await store.encodedReference(digest(1), of: "cable", encodedWith: testKey)?.byteCount == 3)
            let other = EncodingKey(model: "sha256:other", imageSide: 8, stages: [1, 2])
            #expect(try await store.encodedReference(digest(1), of: "cable", encodedWith: other) == nil)
            let banks = try await store.referenceBanks(of: digest(1), product: "cable", encodedWith: testKey)
            #expect(banks == encoding(1).banks)
            #expect(try await store.referenceBanks(of: digest(9), product: "cable", encodedWith: testKey) == nil)
            _ = try await add([1], to: store)
            // One that is in a set stays, also when it is in an old one only.
            _ = try await store.removeReference(digest(1), from: "cable", at: moment(3))
            try await store.discardReferences([digest(1), digest(2), digest(8)], of: "cable")
            #expect(try await store.referencePicture(digest(1), of: "cable") != nil)
            #expect(try await store.encodedReference(digest(2), of: "cable", encodedWith: testKey) == nil)
            #expect(try await store.encodedReference(digest(3), of: "cable", encodedWith: testKey) != nil)
            try await store.discardStagedReferences(of: "cable", before: moment(1))
            #expect(try await store.encodedReference(digest(3), of: "cable", encodedWith: testKey) != nil)
            _ = try await store.stageReference(reference(2), of: "cable", at: moment(2))
            try await store.discardStagedReferences(of: "cable", before: moment(2))
            #expect(try await store.encodedReference(digest(3), of: "cable", encodedWith: testKey) == nil)
            try await store.close()
            store = try await SQLiteStore.open(directory: directory)
            #expect(try await store.encodedReference(digest(2), of: "cable", encodedWith: testKey) == nil)
            #expect(try await store.referencePicture(digest(1), of: "cable")?.bytes == [1, 2, 1])
            try await store.close()
        }
    }

    @Test("go back to any version, as a new one")
    func rollBack() async throws {
        try await withPictures([1, 2, 3]) { store in
            _ = try await add([2, 1], to: store)
            _ = try await add([3], to: store)
            _ = try await store.removeReference(digest(2), from: "cable", at: moment(3))
            func rollBack(to version: Int, _ limits: ReferenceLimits = ReferenceLimits()) async throws(StorageError)
                -> ReferenceSetSummary?
            {
                try await store.rollBackReferences(
                    of: "cable", to: version, encodedWith: testKey, limits: limits, at: moment(4))
            }
            #expect(try await rollBack(to: 1) == ReferenceSetSummary(version: 4, count: 2))
            #expect(try await members(store) == [digest(2), digest(1)])
            #expect(try await members(store, 3) == [digest(1), digest(3)], "what was is as it was")
            #expect(try await rollBack(to: 1)?.version == 4, "it is what it would become")
            #expect(try await rollBack(to: 5) == nil)
            #expect(try await rollBack(to: 0) == nil)
            #expect(try await store.product("cable")?.references.version == 4)
            try await expectError(.limitExceeded) { try await rollBack(to: 2, ReferenceLimits(count: 2)) }
            #expect(try await members(store)?.count == 2)

            var versions: [ReferenceVersion] = []
            var token: PageToken?
            repeat {
                let page = try await store.referenceVersions(of: "cable", after: token, limit: 3)
                versions += page.items
                token = try page.next.map { try PageToken($0.text) }
            } while token != nil
            #expect(versions.map(\.references.version) == [4, 3, 2, 1])
            #expect(versions.map(\.references.count) == [2, 2, 3, 2])
            #expect(versions.map(\.createdAt) == [4, 3, 2, 2].map { moment($0) })
            #expect(try await store.referenceVersions(of: "none", after: nil, limit: 3).items.isEmpty)
            let foreign = try #require(try await store.referenceVersions(of: "cable", after: nil, limit: 1).next)
            try await expectError(.invalidPageToken) {
                try await store.referenceVersions(of: "wire", after: foreign, limit: 1)
            }
        }
    }

    @Test("keep the distances of their pictures, as long as the banks they were measured on")
    func distances() async throws {
        try await withPictures([1, 2, 3]) { store in
            _ = try await add([1, 2], to: store)
            func distance(_ from: Int, _ to: Int, _ mean: Double) -> ReferenceDistance {
                ReferenceDistance(from: digest(from), to: digest(to), mean: mean, peak: mean * 3)
            }
            func known(_ version: Int) async throws -> [ReferenceDistance] {
                try await store.distances(of: "cable", version: version, encodedWith: testKey)
            }
            try await store.saveDistances(
                [distance(2, 1, 0.5), distance(3, 1, 0.25), distance(3, 2, 0.125), distance(9, 1, 1)],
                product: "cable", encodedWith: testKey)
            #expect(try await known(1) == [distance(2, 1, 0.5)])
            _ = try await add([3], to: store)
            #expect(try await known(2) == [distance(2, 1, 0.5), distance(3, 1, 0.25), distance(3, 2, 0.125)])
            try await store.saveDistances([distance(3, 1, 0.75)], product: "cable", encodedWith: testKey)
            try await expectError(.invalidValue) {
                try await store.saveDistances([distance(3, 1, .nan)], product: "cable", encodedWith: testKey)
            }
            #expect(try await known(2).map(\.mean) == [0.5, 0.75, 0.125])
            let key = EncodingKey(model: "sha256:other", imageSide: 8, stages: [1, 2])
            try await store.saveEncoding(encoding(2, key: key), of: digest(2), product: "cable", at: moment(5))
            #expect(try await known(2) == [distance(3, 1, 0.75)])
            #expect(try await store.deleteProduct("cable", if: .none))
        }
    }

    @Test("keep which rows stand for them")
    func coreset() async throws {
        try await withPictures([1, 2]) { store in
            _ = try await add([1], to: store)
            _ = try await add([2], to: store)
            func coreset(_ rows: [UInt32], _ other: [UInt32], count: Int = 6, cap: Int = 2) -> ReferenceCoreset {
                ReferenceCoreset(
                    maxRows: cap,
                    stages: [
                        .init(stage: 1, rowCount: count, rows: rows), .init(stage: 2, rowCount: count, rows: other),
                    ])
            }
            func save(_ value: ReferenceCoreset, version: Int = 2) async throws(StorageError) {
                try await store.saveCoreset(value, of: "cable", version: version, encodedWith: testKey)
            }
            func read(version: Int = 2, cap: Int = 2, key: EncodingKey = testKey) async throws -> ReferenceCoreset? {
                try await store.coreset(of: "cable", version: version, encodedWith: key, maxRows: cap)
            }
            #expect(try await read() == nil)
            try await save(coreset([0, 4], [5]))
            #expect(try await read() == coreset([0, 4], [5]))
            #expect(try await read(version: 1) == nil)
            #expect(try await read(cap: 3) == nil)
            #expect(try await read(key: EncodingKey(model: "x", imageSide: 8, stages: [1, 2])) == nil)
            try await save(coreset([1, 66_000], [2, 3], count: 70_000))
            #expect(try await read() == coreset([1, 66_000], [2, 3], count: 70_000))
            for wrong in [coreset([4, 0], [5]), coreset([6], [5]), coreset([], [5]), coreset([0, 1, 2], [5])] {
                try await expectError(.invalidValue) { try await save(wrong) }
            }
            try await expectError(.notFound) { try await save(coreset([0], [1]), version: 9) }
            #expect(try await read() != nil)
            #expect(try await store.deleteProduct("cable", if: .none))
        }
    }
}

@Suite("Memory banks")
struct BankTests {
    private func withReferences(_ body: (SQLiteStore) async throws -> Void) async throws {
        try await withStore { store in
            _ = try await store.putProduct("cable", settings: ProductSettings(noun: "cable"), if: .none, at: moment(0))
            for (number, rows) in [(3, 2), (1, 5), (2, 1)] {
                _ = try await store.addReference(
                    reference(number, rows: rows), to: "cable", limits: ReferenceLimits(), at: moment(1))
            }
            try await body(store)
        }
    }

    @Test("are laid out by stage, then in the order of the set")
    func layout() async throws {
        try await withReferences { store in
            let layout = try await store.bankLayout(of: "cable", version: 3, encodedWith: testKey)
            #expect(layout.stale.isEmpty)
            #expect(layout.entries.map(\.stage) == [1, 1, 1, 2, 2, 2])
            #expect(layout.entries.map(\.reference) == [3, 1, 2, 3, 1, 2].map(digest))
            #expect(layout.entries.map(\.rowOffset) == [0, 2, 7, 0, 2, 7])
            #expect(layout.rows(stage: 2) == 8)
            #expect(layout.byteCount == 8 * 4 * 2 * 2)
        }
    }

    @Test("are handed over byte for byte in the layout's order")
    func reduce() async throws {
        try await withReferences { store in
            let seen = try await store.reduceBank(
                of: "cable", version: 3, encodedWith: testKey, into: [(BankEntry, [UInt8])]()
            ) { seen, entry, bytes in
                seen.append((entry, bytes.withUnsafeBytes { Array($0) }))
            }
            let layout = try await store.bankLayout(of: "cable", version: 3, encodedWith: testKey)
            #expect(seen.map(\.0) == layout.entries)
            let fills: [UInt8] = [0x31, 0x11, 0x21, 0x32, 0x12, 0x22]
            for ((entry, bytes), fill) in zip(seen, fills) {
                #expect(bytes == [UInt8](repeating: fill, count: entry.byteCount))
            }
        }
    }

    @Test("are stale for another model, side or stages, until they are encoded again")
    func stale() async throws {
        try await withReferences { store in
            for key in [
                EncodingKey(model: "sha256:other", imageSide: 8, stages: [1, 2]),
                EncodingKey(model: "sha256:weights", imageSide: 16, stages: [1, 2]),
                EncodingKey(model: "sha256:weights", imageSide: 8, stages: [2, 1]),
                EncodingKey(model: "sha256:weights", imageSide: 8, stages: [1]),
            ] {
                let layout = try await store.bankLayout(of: "cable", version: 3, encodedWith: key)
                #expect(layout.stale == [3, 1, 2].map(digest))
                #expect(layout.entries.isEmpty)
                let error = try await expectError(.staleEncoding) {
                    try await store.reduceBank(of: "cable", version: 3, encodedWith: key, into: 0) { _, _, _ in }
                }
                #expect(error.found == 3)
            }

            let key = EncodingKey(model: "sha256:other", imageSide: 8, stages: [1, 2])
            try await store.saveEncoding(encoding(9, key: key), of: digest(1), product: "cable", at: moment(5))
            let new = try await store.bankLayout(of: "cable", version: 3, encodedWith: key)
            #expect(new.stale == [3, 2].map(digest))
            #expect(new.entries.map(\.reference) == [digest(1), digest(1)])
            // A reference keeps the banks of one key only.
            let old = try await store.bankLayout(of: "cable", version: 3, encodedWith: testKey)
            #expect(old.stale == [digest(1)])
        }
    }

    @Test("are replaced when the same picture is added with another key")
    func replacedByAdding() async throws {
        try await withReferences { store in
            let key = EncodingKey(model: "sha256:other", imageSide: 8, stages: [1, 2])
            let again = try await store.addReference(
                reference(1, key: key), to: "cable", limits: ReferenceLimits(), at: moment(5))
            #expect(!again.isNew)
            #expect(again.references.version == 3)
            #expect(try await store.bankLayout(of: "cable", version: 3, encodedWith: key).stale.count == 2)
        }
    }

    @Test("of an empty set are empty")
    func emptySet() async throws {
        try await withReferences { store in
            for number in 1...3 { _ = try await store.removeReference(digest(number), from: "cable", at: moment(6)) }
            let calls = try await store.reduceBank(of: "cable", version: 6, encodedWith: testKey, into: 0) {
                calls, _, _ in calls += 1
            }
            #expect(calls == 0)
        }
    }

    @Test("of an unknown version are an error", arguments: [0, 4])
    func unknownVersion(version: Int) async throws {
        try await withReferences { store in
            try await expectError(.notFound) {
                try await store.bankLayout(of: "cable", version: version, encodedWith: testKey)
            }
        }
    }
}
