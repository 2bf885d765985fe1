import Storage
import Testing

@Suite("Concurrency")
struct ConcurrencyTests {
    @Test("readers see results whole while others are written", .timeLimit(.minutes(1)))
    func readersAndWriter() async throws {
        try await withStore { store in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<2 {
                    group.addTask {
                        for number in 0..<40 { try await store.insertResult(newResult(writer * 100 + number)) }
                    }
                }
                for _ in 0..<6 {
                    group.addTask {
                        var count = 0
                        while count < 80 {
                            let page = try await store.results(matching: ResultFilter(), after: nil, limit: 100)
                            #expect(page.items.count >= count)
                            count = page.items.count
                            for record in page.items.prefix(3) {
                                #expect(try await store.resultFile(.heatMap, of: record.id) != nil)
                                #expect(
                                    try await store.resultFile(.mask(defectType: "bent"), of: record.id) != nil)
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test("the same picture added many times at once is one reference", .timeLimit(.minutes(1)))
    func sameReference() async throws {
        try await withStore { store in
            _ = try await store.putProduct("cable", settings: ProductSettings(noun: "cable"), if: .none, at: moment(0))
            let outcomes = try await withThrowingTaskGroup(of: AddedReference.self) { group in
                for attempt in 0..<32 {
                    group.addTask {
                        try await store.addReference(
                            reference(attempt % 4), to: "cable", limits: ReferenceLimits(), at: moment(1))
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.count { $0.isNew } == 4)
            let set = try #require(try await store.referenceSet(of: "cable", version: nil))
            #expect(set.version == 4)
            #expect(Set(set.members.map(\.id)) == Set((0..<4).map(digest)))
        }
    }

    @Test("a limit holds against many additions at once", .timeLimit(.minutes(1)))
    func limit() async throws {
        try await withStore { store in
            _ = try await store.putProduct("cable", settings: ProductSettings(noun: "cable"), if: .none, at: moment(0))
            let refused = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<20 {
                    group.addTask {
                        do throws(StorageError) {
                            _ = try await store.addReference(
                                reference(number), to: "cable", limits: ReferenceLimits(count: 5), at: moment(1))
                            return false
                        } catch {
                            guard error.code == .limitExceeded else { throw error }
                            return true
                        }
                    }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(refused == 15)
            #expect(try await store.referenceSet(of: "cable", version: nil)?.members.count == 5)
        }
    }

    @Test("of writers with the same revision one wins", .timeLimit(.minutes(1)))
    func compareAndSet() async throws {
        try await withStore { store in
            _ = try await store.putProduct("cable", settings: ProductSettings(noun: "cable"), if: .none, at: moment(0))
            let winners = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<16 {
                    group.addTask {
                        do throws(StorageError) {
                            _ = try await store.putProduct(
                                "cable", settings: ProductSettings(noun: "cable \(number)"), if: .revision(1),
                                at: moment(1))
                            return true
                        } catch {
                            guard error.code == .revisionMismatch else { throw error }
                            return false
                        }
                    }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(winners == 1)
            #expect(try await store.product("cable")?.revision == 2)
        }
    }
}
