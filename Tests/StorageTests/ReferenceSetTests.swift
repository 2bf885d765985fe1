import Testing

@testable import Storage

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
