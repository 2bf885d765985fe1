import Testing

@testable import Storage

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
