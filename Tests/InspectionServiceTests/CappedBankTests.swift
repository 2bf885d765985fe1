import Storage
import Testing

@testable import InspectionService

@Suite("Capped banks", .timeLimit(.minutes(2)))
struct CappedBankTests {
    private func capped(_ rows: Int) -> String { String(cable.dropLast()) + #","maxBankRows":\#(rows)}"# }

    private func score(_ service: Service) async throws -> Double {
        let answer = try await service.send("POST", "/inspect?product=cable", body: try Golden.png())
        #expect(answer.status == 200, "\(answer.text)")
        #expect(try answer.json()["shots"].int == 2)
        return try #require(try answer.json()["score"].double)
    }

    private func addTwo(_ service: Service) async throws {
        for name in ["reference_0", "reference_1"] {
            let answer = try await service.send("POST", "/products/cable/references", body: try Golden.png(name))
            #expect(answer.status == 201)
        }
    }

    @Test("give the same answers again, also after a restart, and whole ones when the cap is no cap")
    func deterministic() async throws {
        var scores: [Double] = []
        for _ in 0..<2 {
            try await withDataFolder { folder in
                try await withService(in: folder) { service in
                    try await service.put("cable", cable)
                    try await addTwo(service)
                    let whole = try await score(service)
                    try await service.put("cable", capped(100_000))
                    #expect(try await score(service) == whole)
                    try await service.put("cable", capped(16))
                    scores.append(try await score(service))
                    #expect(scores[0] != whole)
                    #expect(try await service.rowCounts()["reference_coresets"] == 4, "one row per stage")
                }
                try await withService(in: folder, seed: 2) { service in
                    scores.append(try await score(service))
                    #expect(service.core.references.picturesEncoded == 0)
                }
            }
        }
        #expect(Set(scores).count == 1)
    }

    @Test("are chosen in the background when the cap changes, and before the answer when the set does")
    func preparing() async throws {
        try await withService { service in
            try await service.put("cable", capped(20))
            try await addTwo(service)
            let key = try await service.core.registry.plan(of: try await service.core.product("cable")).encodingKey
            let chosen = try await service.store.coreset(of: "cable", version: 2, encodedWith: key, maxRows: 20)
            #expect(chosen?.stages.map(\.rows.count) == [20, 20, 20, 20])

            let release = await service.occupyEngine()
            let changed = try await service.send(
                "PATCH", "/products/cable", ["Content-Type": "application/merge-patch+json"],
                body: Array(#"{"maxBankRows":24}"#.utf8))
            #expect(try changed.json()["status"].string == "preparing")
            let early = try await service.send("POST", "/inspect?product=cable", body: try Golden.png())
            try early.expectProblem(503, "product-preparing")
            release()
            _ = await (try service.core.registry.preparation(of: try await service.core.product("cable"))).finalState()
            let loads = service.core.banks.loads
            _ = try await score(service)
            #expect(service.core.banks.loads == loads, "the bank is in memory by then")
            #expect(
                try await service.store.coreset(of: "cable", version: 2, encodedWith: key, maxRows: 24)?.stages.count
                    == 4)
        }
    }
}
