import AnomalyDetection
import Foundation
import Storage
import Testing

@testable import InspectionService

@Suite("Products", .timeLimit(.minutes(2)))
struct ProductTests {
    @Test("are made, shown, listed, changed and removed", arguments: Transport.allCases)
    func lifecycle(_ transport: Transport) async throws {
        try await withService(transport) { service in
            let made = try await service.put("cable", cable)
            #expect(made.status == 201 && made["location"] == "/products/cable")
            let shown = try await service.send("GET", "/products/cable")
            let product = try shown.json()
            #expect(
                product.keys == [
                    "calibrationId", "calibrationStatus", "createdAt", "decision", "defectTypes", "id", "ignore",
                    "imageSide", "include", "keepImages", "mapThreshold", "maxBankRows", "mmPerPixel", "noun",
                    "pictureCheck", "progress", "references", "reviewThreshold", "status", "threshold", "updatedAt",
                ])
            #expect(product["status"].string == "ready" && product["progress"].double == 1)
            #expect(product["defectTypes"][1]["phrases"][0].string == "{} with a kink")
            #expect(product["references"]["version"].int == 0 && product["references"]["count"].int == 0)

            // An answer can be sent back as it is.
            let again = try await service.send(
                "PUT", "/products/cable", ["If-Match": try #require(shown["etag"])], body: shown.body)
            #expect(again.status == 200, "\(again.text)")
            let stale = try await service.send(
                "PUT", "/products/cable", ["If-Match": try #require(shown["etag"])], body: shown.body)
            try stale.expectProblem(412, "precondition-failed")
            let second = try await service.send(
                "PUT", "/products/cable", ["If-None-Match": "*"], body: shown.body)
            try second.expectProblem(412, "precondition-failed")

            try await service.put("wire", #"{"noun":"wire","defectTypes":["cut"]}"#)
            let first = try await service.send("GET", "/products?pageSize=2").json()
            #expect(first["items"].items.compactMap { $0["id"].string } == ["cable", "default"])
            let token = try #require(first["nextPageToken"].string)
            let rest = try await service.send("GET", "/products?pageSize=2&pageToken=\(token)").json()
            #expect(rest["items"].items.compactMap { $0["id"].string } == ["wire"])
            #expect(rest["nextPageToken"].isNull)

            #expect(try await service.send("DELETE", "/products/wire").status == 204)
            try await service.send("GET", "/products/wire").expectProblem(404, "unknown-product")
            try await service.send("DELETE", "/products/wire").expectProblem(404, "unknown-product")
        }
    }

    @Test("take memory for a fixed number of them; the others are read, not encoded, when they are asked for")
    func bounded() async throws {
        try await withService(.inProcess, { $0.maxPreparedProducts = 2 }) { service in
            let names = (0..<5).map { "p\($0)" }
            for name in names { try await service.put(name, cable.replacingOccurrences(of: "cable", with: name)) }
            let encoded = service.core.prompts.promptsEncoded
            for name in names + names {
                let answer = try await service.send("POST", "/inspect?product=\(name)", body: try Golden.png())
                #expect(answer.status == 200, "\(answer.text)")
                #expect(await service.core.registry.count <= 2)
            }
            #expect(service.core.prompts.promptsEncoded == encoded)
        }
    }

    @Test("without defect types get the configured ones")
    func defaults() async throws {
        try await withService(.inProcess, { $0.defaultDefectTypes = ["hole", "stain"] }) { service in
            let product = try await service.put("plate", #"{"noun":"plate"}"#).json()
            #expect(product["defectTypes"].items.compactMap { $0.string } == ["hole", "stain"])
            #expect(product["threshold"].double == 0.5)
            #expect(product["imageSide"].int == 56)
        }
    }

    @Test("being prepared say how far they are, and inspections are told when to come back")
    func preparing() async throws {
        try await withService { service in
            let release = await service.occupyEngine()
            let made = try await service.send("PUT", "/products/cable", body: Array(cable.utf8))
            #expect(made.status == 201)
            let product = try made.json()
            #expect(product["status"].string == "preparing" && product["progress"].double == 0)
            let refused = try await service.send("POST", "/inspect?product=cable", body: try Golden.png())
            try refused.expectProblem(503, "product-preparing")
            #expect(try #require(refused["retry-after"].flatMap { Int($0) }) >= 1)
            release()
            let record = try #require(try await service.store.product("cable"))
            _ = await (try service.core.registry.preparation(of: record)).finalState()
            #expect(try await service.send("GET", "/products/cable").json()["status"].string == "ready")
            #expect(try await service.send("POST", "/inspect?product=cable", body: try Golden.png()).status == 200)
        }
    }

    @Test("have every state encoded once, ever: across edits and restarts")
    func encodedOnce() async throws {
        // Two templates: 4 prompts of “cable” with one phrase each, and as many as the normal state has.
        try await withDataFolder { folder in
            try await withService(in: folder) { service in
                try await service.put("cable", cable)
                let before = service.core.prompts.promptsEncoded
                try await service.put("cable", cable.replacingOccurrences(of: "0.05", with: "0.9"))
                #expect(service.core.prompts.promptsEncoded == before, "a threshold is no prompt")
                let edited = cable.replacingOccurrences(of: #""kinked {}""#, with: #""knotted {}""#)
                try await service.put("cable", edited)
                #expect(service.core.prompts.promptsEncoded == before + 4, "two phrases in two templates changed")
                try await service.put("cable", cable)
                #expect(service.core.prompts.promptsEncoded == before + 4, "the old phrases are still stored")
            }
            try await withService(in: folder, seed: 2) { service in
                let answer = try await service.send("POST", "/inspect?product=cable", body: try Golden.png())
                #expect(answer.status == 200, "\(answer.text)")
                #expect(service.core.prompts.promptsEncoded == 0)
                let details = try await service.send("GET", "/readyz?verbose").json()
                #expect(details["promptsEncoded"].int == 0)
            }
        }
    }

    @Test("whose preparation a stop broke off are prepared at the next start, from where it was")
    func resumed() async throws {
        try await withDataFolder { folder in
            try await withService(in: folder) { service in
                try await service.put("cable", cable)
                let release = await service.occupyEngine()
                defer { release() }
                let more = cable.replacingOccurrences(
                    of: #""defectTypes":["#,
                    with: #""defectTypes":["hole",{"name":"knot","phrases":["{} with a knot"]},"#)
                let changed = try await service.send("PUT", "/products/cable", body: Array(more.utf8))
                #expect(try changed.json()["status"].string == "preparing", "\(changed.text)")
                await service.application.drain(deadline: .milliseconds(1))
            }
            let hole = try Golden.knowledgeBase.get().defectType(named: "hole").phrases.count
            try await withService(in: folder, seed: 2) { service in
                // Nobody asks for the product.
                await service.eventually { service.core.prompts.promptsEncoded == 2 * (hole + 1) }
                let record = try #require(try await service.store.product("cable"))
                _ = await (try service.core.registry.preparation(of: record)).finalState()
                #expect(try await service.send("GET", "/products/cable").json()["status"].string == "ready")
                #expect(service.core.prompts.promptsEncoded == 2 * (hole + 1), "what was encoded stays so")
            }
        }
    }

    @Test("that cannot be prepared say so, and are tried again")
    func failure() async throws {
        try await withService { service in
            let settings = ProductSettings(noun: "cable", defectTypes: [ProductDefectType(name: "gone")])
            _ = try await service.store.putProduct(
                "cable", settings: settings, if: .none, at: service.clock.environment.now())
            let product = try await service.send("GET", "/products/cable").json()
            #expect(product["status"].string == "failed")
            #expect(product["problem"]["detail"].string?.contains("“gone”") == true)
            let refused = try await service.send("POST", "/inspect?product=cable", body: try Golden.png())
            try refused.expectProblem(503, "preparation-failed")
            try await service.put("cable", cable)
            #expect(try await service.send("POST", "/inspect?product=cable", body: try Golden.png()).status == 200)
        }
    }
}
