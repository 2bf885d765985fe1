import Images
import Storage
import TestSupport
import Testing

@testable import InspectionService

@Suite("Calibration", .timeLimit(.minutes(2)))
struct CalibrationTests {
    private static let names = ["reference_0", "reference_1", "query"]

    /// Pictures of noise, each another one.
    private static func noise(_ number: Int) throws -> [UInt8] {
        var random = SeededGenerator(seed: UInt64(number) + 1)
        let pixels = (0..<48 * 48 * 3).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        return try PNGEncoder.encode(RGBImage(width: 48, height: 48, pixels: pixels))
    }

    private static func form(_ pictures: [[UInt8]]) -> [UInt8] {
        Form.body(pictures.enumerated().map { ("image", "part\($0).png", "image/png", $1) })
    }

    private static func addReferences(_ service: Service, _ names: [String] = Self.names) async throws {
        for name in names {
            let answer = try await service.send("POST", "/products/cable/references", body: try Golden.png(name))
            #expect(answer.status == 201, "\(answer.text)")
        }
    }

    private static func calibrate(
        _ service: Service, _ query: String = "", pictures: [[UInt8]] = [], _ fields: [String: String] = [:]
    ) async throws -> Answer {
        let fields = pictures.isEmpty ? fields : fields.merging(["Content-Type": Form.type]) { $1 }
        return try await service.send(
            "POST", "/products/cable/calibrate\(query)", fields, body: pictures.isEmpty ? [] : form(pictures))
    }

    private static func product(_ service: Service) async throws -> JSON {
        try await service.send("GET", "/products/cable").json()
    }

    private static func inspect(_ service: Service, _ query: String = "", _ name: String = "query") async throws
        -> Answer
    {
        try await service.send("POST", "/inspect?product=cable\(query)", body: try Golden.png(name))
    }

    @Test(
        "scores each reference against the others, as an inspection without it would",
        arguments: ["", #","maxBankRows":20"#, #","ignore":[[[0,0],[30,0],[30,30]]]"#, #","imageSide":48"#],
        ["combined", "references"])
    func leaveOneOut(settings: String, decision: String) async throws {
        try await withService { service in
            try await service.put("cable", String(cable.dropLast()) + settings + "}")
            try await Self.addReferences(service)
            let answer = try await Self.calibrate(service, "?dryRun=true&decision=\(decision)")
            #expect(answer.status == 200, "\(answer.text)")
            let found = try answer.json()
            #expect(found["method"].string == "leaveOneOut" && found["pictures"].int == 3)
            #expect(found["decision"].string == decision && found["expectedFalseRejectRate"].double == 0.25)
            #expect(found["falseRejectRate"].isNull && found["dryRun"].value as? Bool == true)
            let scores = found["scores"].items
            #expect(scores.compactMap { $0["score"].double } == scores.compactMap { $0["score"].double }.sorted(by: >))
            let threshold = try #require(found["threshold"].double)
            #expect(threshold > (try #require(scores[0]["score"].double)))
            #expect(threshold - (try #require(scores[0]["score"].double)) < 3.6e-4)
            let largest = try #require(scores.compactMap { $0["mapMax"].double }.max())
            let mapThreshold = try #require(found["mapThreshold"].double)
            #expect(mapThreshold > largest && mapThreshold - largest < 3.6e-4)
            // A dry run leaves the product as it was.
            #expect(try await Self.product(service)["threshold"].double == 0.05)
            #expect(try await service.store.calibrations(of: "cable", after: nil, limit: 9).items.isEmpty)

            // The same by hand; the choice among three pictures' rows is another one than among two's.
            guard !settings.contains("maxBankRows") else { return }
            try await service.put("cable", String(cable.dropLast()) + settings + #","decision":"\#(decision)"}"#)
            for score in scores {
                let id = try #require(score["id"].string)
                let picture = try await service.send("GET", "/products/cable/references/\(id)").body
                _ = try await service.send("DELETE", "/products/cable/references/\(id)")
                let alone = try await service.send("POST", "/inspect?product=cable", body: picture).json()
                #expect(alone["shots"].int == 2)
                let expected = try #require(alone["score"].double)
                #expect(abs(expected - (try #require(score["score"].double))) < 1e-6)
                let maximum = try #require(alone["scoreRaw"]["mapMax"].double)
                #expect(abs(maximum - (try #require(score["mapMax"].double))) < 1e-6)
                _ = try await service.send("POST", "/products/cable/references", body: picture)
            }
        }
    }

    @Test("gives the product its thresholds, which inspections use and name, also after a restart")
    func applied() async throws {
        try await withDataFolder { folder in
            var id = ""
            try await withService(in: folder) { service in
                try await service.put("cable", cable)
                try await Self.addReferences(service)
                #expect(try await Self.product(service)["calibrationStatus"].string == "none")
                try await Self.inspect(service, "&calibrated=true").expectProblem(428, "not-calibrated")
                let answer = try await Self.calibrate(service)
                #expect(answer.status == 201, "\(answer.text)")
                let found = try answer.json()
                id = try #require(found["id"].string)
                #expect(answer["location"] == "/products/cable/calibrations/\(id)")
                let product = try await service.send("GET", "/products/cable")
                #expect(product["etag"] == answer["etag"])
                let settings = try product.json()
                #expect(settings["threshold"].double == found["threshold"].double)
                #expect(settings["mapThreshold"].double == found["mapThreshold"].double)
                #expect(settings["calibrationId"].string == id && settings["calibrationStatus"].string == "current")
                #expect(try await service.send("GET", "/products/cable/calibrations/\(id)").body == answer.body)
                #expect(try await service.send("GET", "/products/cable/calibrations").json()["items"].count == 1)
                // What was just read may be sent back.
                let again = try await service.put("cable", product.text)
                #expect(try again.json()["calibrationStatus"].string == "current")
            }
            try await withService(in: folder, seed: 2) { service in
                let result = try await Self.inspect(service, "&calibrated=true").json()
                #expect(result["calibrationId"].string == id)
                let settings = try await Self.product(service)
                #expect(result["threshold"].double == settings["threshold"].double)
                #expect(result["mapThreshold"].double == settings["mapThreshold"].double)
                let stored = try await service.store.result(try #require(result["id"].string))
                #expect(stored?.mapThreshold == result["mapThreshold"].double)
            }
        }
    }

    @Test(
        "holds no more when what scores depend on changes, and its thresholds are somebody's own when they do",
        arguments: [
            (#"{"noun":"wire"}"#, "outdated"), (#"{"defectTypes":["bent"]}"#, "outdated"),
            (#"{"imageSide":48}"#, "outdated"), (#"{"ignore":[[[0,0],[9,0],[9,9]]]}"#, "outdated"),
            (#"{"include":[[[0,0],[9,0],[9,9]]]}"#, "outdated"), (#"{"maxBankRows":16}"#, "outdated"),
            (#"{"decision":"references"}"#, "outdated"), (#"{"keepImages":"all","mmPerPixel":0.1}"#, "current"),
            (#"{"threshold":0.5}"#, "none"), (#"{"mapThreshold":null}"#, "none"),
        ])
    func changes(patch: String, status: String) async throws {
        try await withService { service in
            try await service.put("cable", cable)
            try await Self.addReferences(service)
            #expect(try await Self.calibrate(service).status == 201)
            let before = try await service.send("GET", "/products/cable")
            let answer = try await service.send(
                "PATCH", "/products/cable", ["Content-Type": "application/merge-patch+json"], body: Array(patch.utf8))
            #expect(try answer.json()["calibrationStatus"].string == status, "\(answer.text)")
            #expect(try answer.json()["calibrationId"].isNull == (status == "none"))
            let after = try await service.send(
                "GET", "/products/cable", ["If-None-Match": try #require(before["etag"])])
            #expect(after.status == 200)
        }
    }

    @Test("holds no more with other references, and again with the same")
    func references() async throws {
        try await withService { service in
            try await service.put("cable", cable)
            try await Self.addReferences(service)
            #expect(try await Self.calibrate(service).status == 201)
            let tag = try #require(try await service.send("GET", "/products/cable")["etag"])
            let added = try await service.send("POST", "/products/cable/references", body: try Self.noise(1)).json()
            let product = try await service.send("GET", "/products/cable", ["If-None-Match": tag])
            #expect(try product.json()["calibrationStatus"].string == "outdated")
            #expect(product["etag"]?.contains(".outdated") == true)
            let refused = try await Self.inspect(service, "&calibrated=true")
            let detail = try #require(try refused.expectProblem(428, "not-calibrated")["detail"].string)
            #expect(detail.contains("references"))
            let result = try await Self.inspect(service).json()
            #expect(result["calibrationId"].isNull)
            let id = try #require(added["items"][0]["id"].string)
            _ = try await service.send("DELETE", "/products/cable/references/\(id)")
            // A new version, though of the same pictures: what a version holds is not compared.
            #expect(try await Self.product(service)["calibrationStatus"].string == "outdated")
        }
    }

    @Test("takes pictures of good parts, each once, and keeps none of them", arguments: Transport.allCases)
    func pictures(_ transport: Transport) async throws {
        try await withService(transport) { service in
            try await service.put("cable", cable)
            let pictures = try (0..<9).map { try Self.noise($0) }
            let answer = try await Self.calibrate(
                service, "?falseRejectRate=0.2", pictures: pictures + [pictures[3]])
            #expect(answer.status == 201, "\(answer.text)")
            let found = try answer.json()
            #expect(found["method"].string == "pictures" && found["pictures"].int == 9)
            #expect(found["expectedFalseRejectRate"].double == 0.2 && found["falseRejectRate"].double == 0.2)
            let scores = found["scores"].items.compactMap { $0["score"].double }
            let threshold = try #require(found["threshold"].double)
            #expect(scores.count { $0 >= threshold } <= 1 && scores[1] < threshold)
            #expect(Set(found["scores"].items.compactMap { $0["name"].string }).count == 9)
            for (index, picture) in pictures.enumerated() {
                let result = try await service.send("POST", "/inspect?product=cable", body: picture).json()
                let score = found["scores"].items.first { $0["name"].string == "part\(index).png" }
                #expect(result["score"].double == score?["score"].double)
                #expect((result["verdict"].string == "ok") == (try #require(result["score"].double) < threshold))
            }
            #expect(try await service.rowCounts()["reference_images"] == 0)

            // A reference among them is compared with the others.
            try await Self.addReferences(service, ["reference_0", "reference_1"])
            let mixed = try await Self.calibrate(
                service, "?dryRun=true", pictures: [try Golden.png("reference_0"), pictures[0], pictures[1]]
            ).json()
            #expect(mixed["scores"].items.allSatisfy { ($0["mapMax"].double ?? 0) > 1e-3 })
            #expect(mixed["references"]["count"].int == 2)
        }
    }

    @Test("by references alone: the largest distance decides and is marked, texts name it")
    func byReferences() async throws {
        try await withService { service in
            try await service.put("cable", cable)
            let none = try await Self.calibrate(service, "?decision=references")
            try none.expectProblem(422, "no-references")
            try await Self.addReferences(service)
            let found = try await Self.calibrate(service, "?decision=references").json()
            #expect(found["threshold"].double == found["mapThreshold"].double)
            #expect(try await Self.product(service)["decision"].string == "references")
            let result = try await service.send("POST", "/inspect?product=cable", body: try Self.noise(5)).json()
            #expect(result["score"].double == result["scoreRaw"]["mapMax"].double)
            #expect(result["verdict"].string == "notOk", "noise lies far from all references")
            #expect(result["defects"].items.allSatisfy { ["bent", "kink"].contains($0["type"].string) })
            let threshold = try #require(found["threshold"].double)
            for region in result["defects"].items.flatMap({ $0["regions"].items }) {
                #expect(try #require(region["peak"].double) >= threshold)
            }
            for item in try await service.send("GET", "/products/cable/references").json()["items"].items {
                _ = try await service.send("DELETE", "/products/cable/references/\(try #require(item["id"].string))")
            }
            try await Self.inspect(service).expectProblem(422, "no-references")
            let batch = Form.body([("image", "a.png", "image/png", try Golden.png())])
            try await service.send("POST", "/inspect:batch?product=cable", ["Content-Type": Form.type], body: batch)
                .expectProblem(422, "no-references")
        }
    }

    @Test("of distances needs a threshold of their kind")
    func decisionWithoutThreshold() async throws {
        try await withService { service in
            let answer = try await service.put("cable", #"{"noun":"cable","decision":"references"}"#)
            let problem = try answer.expectProblem(422, "invalid-product")
            #expect(problem["errors"][0]["pointer"].string == "/threshold")
            #expect(problem["detail"].string?.contains("calibrate?decision=references") == true)
            try await service.put("cable", #"{"noun":"cable","decision":"mine"}"#).expectProblem(422, "invalid-product")
        }
    }

    @Test("that is impossible says what would make it possible, and changes nothing")
    func impossible() async throws {
        try await withService { service in
            try await service.put("cable", cable)
            func detail(_ query: String, _ pictures: [[UInt8]] = []) async throws -> String {
                let answer = try await Self.calibrate(service, query, pictures: pictures)
                return try #require(try answer.expectProblem(422, "calibration-impossible")["detail"].string)
            }
            #expect(try await detail("").contains("at least 3 pictures of good parts, found none in the request and 0"))
            try await Self.addReferences(service)
            // Refused before anything is computed.
            let release = await service.occupyEngine()
            let few = try await detail("?falseRejectRate=0.01")
            release()
            #expect(few.contains("at least 99") && few.contains("0.01, found 3") && few.contains("vouch for 0.25"))
            let same = try Self.noise(1)
            #expect(try await detail("", [same, same, same]).contains("at least 3 different pictures"))
            for (query, name) in [
                ("falseRejectRate=0", "falseRejectRate"), ("falseRejectRate=0.6", "falseRejectRate"),
                ("falseRejectRate=1%25", "falseRejectRate"), ("decision=mine", "decision"), ("rate=0.1", "rate"),
            ] {
                let answer = try await Self.calibrate(service, "?\(query)")
                #expect(try answer.expectProblem(400, "invalid-parameter")["errors"][0]["parameter"].string == name)
            }
            let bad = try await Self.calibrate(
                service, pictures: [try Self.noise(1), Array("text".utf8), try Self.noise(2)])
            let problem = try bad.expectProblem(415, "not-an-image")
            #expect(problem["errors"][0]["pointer"].string == "/image/1")
            #expect(problem["detail"].string?.contains("picture 1 “part1.png”") == true)
            try await service.send("POST", "/products/none/calibrate").expectProblem(404, "unknown-product")
            try await service.send("GET", "/products/cable/calibrations/none").expectProblem(404, "unknown-calibration")
            #expect(try await Self.product(service)["threshold"].double == 0.05)
            #expect(try await service.store.calibrations(of: "cable", after: nil, limit: 9).items.isEmpty)
        }
    }

    @Test("is for the product as it was read: conditions hold, and a change meanwhile refuses it")
    func conditions() async throws {
        try await withService(.inProcess, { $0.requiresIfMatch = true }) { service in
            _ = try await service.send("PUT", "/products/cable", ["If-None-Match": "*"], body: Array(cable.utf8))
            _ = await (try service.core.registry.preparation(of: try await service.core.product("cable"))).finalState()
            try await Self.addReferences(service)
            try await Self.calibrate(service).expectProblem(428, "precondition-required")
            try await Self.calibrate(service, ["If-Match": "\"r7\""]).expectProblem(412, "precondition-failed")
            #expect(try await Self.calibrate(service, "?dryRun=true").status == 200)

            let release = await service.occupyEngine()
            async let waiting = Self.calibrate(service, ["If-Match": "*"])
            await service.eventually { service.core.compute.waiting > 0 }
            // One at a time.
            try await Self.calibrate(service, ["If-Match": "*"]).expectProblem(429, "calibration-running")
            _ = try await service.send(
                "PATCH", "/products/cable", ["Content-Type": "application/merge-patch+json", "If-Match": "*"],
                body: Array(#"{"keepImages":"all"}"#.utf8))
            release()
            try await waiting.expectProblem(412, "precondition-failed")
            #expect(try await Self.product(service)["calibrationStatus"].string == "none")
            #expect(try await Self.calibrate(service, ["If-Match": "*"]).status == 201)
        }
    }

    private static func calibrate(_ service: Service, _ fields: [String: String]) async throws -> Answer {
        try await calibrate(service, "", pictures: [], fields)
    }

    @Test("waits for a product that is being prepared")
    func preparing() async throws {
        try await withService { service in
            let release = await service.occupyEngine()
            let made = try await service.send(
                "PUT", "/products/cable", ["Content-Type": "application/json"], body: Array(cable.utf8))
            #expect(try made.json()["status"].string == "preparing")
            async let answer = Self.calibrate(service, pictures: (0..<3).map { try Self.noise($0) })
            await service.eventually { service.core.compute.waiting > 0 }
            release()
            #expect(try await answer.status == 201)
        }
    }

    @Test("of a full store is refused as a whole")
    func fullStore() async throws {
        try await withService { service in
            try await service.put("cable", cable)
            try await Self.addReferences(service)
            let before = try await service.rowCounts()
            try await service.setQueryOnly(true)
            let answer = try await Self.calibrate(service)
            #expect(answer.status == 503, "\(answer.text)")
            try await service.setQueryOnly(false)
            #expect(try await service.rowCounts() == before)
            #expect(try await Self.calibrate(service).status == 201)
        }
    }
}
