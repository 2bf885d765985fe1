import Testing

@testable import InspectionService

@Suite("Labels and other thresholds", .timeLimit(.minutes(2)))
struct LabelTests {
    private static let json = ["Content-Type": "application/json"]

    private static func inspect(_ service: Service, _ name: String = "query") async throws -> JSON {
        try await service.send("POST", "/inspect?product=cable", body: try Golden.png(name)).json()
    }

    @Test("are said of a result, shown, searched, replaced and taken away", arguments: Transport.allCases)
    func lifecycle(_ transport: Transport) async throws {
        try await withService(transport) { service in
            try await service.put("cable", cable)
            let result = try await Self.inspect(service)
            let id = try #require(result["id"].string)
            let path = "/results/\(id)/label"
            try await service.send("GET", path).expectProblem(404, "unknown-result")
            let body = Array(#"{"verdict":"notOk","types":["bent"],"note":"at station 4"}"#.utf8)
            let said = try await service.send("POST", path, Self.json, body: body)
            #expect(said.status == 200, "\(said.text)")
            let label = try said.json()
            #expect(label["result"].string == id && label["verdict"].string == "notOk")
            #expect(label["types"][0].string == "bent" && label["note"].string == "at station 4")
            #expect(try await service.send("GET", path).body == said.body)
            let found = try await service.send("GET", "/results?label=notOk").json()["items"]
            #expect(found.count == 1 && found[0]["id"].string == id)
            #expect(try await service.send("GET", "/results?label=none").json()["items"].count == 0)
            let table = try await service.send("GET", "/results?label=notOk", ["Accept": "text/csv"])
            #expect(table.text.hasSuffix(",notOk,\r\n"))
            // What was answered may be sent back, and the result itself stays as it was answered.
            #expect(try await service.send("POST", path, Self.json, body: said.body).status == 200)
            #expect(
                try await service.send("GET", "/results/\(id)").json()["verdict"].string == result["verdict"].string)
            _ = try await service.send("POST", path, Self.json, body: Array(#"{"verdict":"ok"}"#.utf8))
            #expect(try await service.send("GET", "/results?label=notOk").json()["items"].count == 0)
            #expect(try await service.send("DELETE", path).status == 204)
            #expect(try await service.send("GET", "/results?label=none").json()["items"].count == 1)
            try await service.send("DELETE", path).expectProblem(404, "unknown-result")
            try await service.send("POST", "/results/none/label", Self.json, body: body)
                .expectProblem(404, "unknown-result")
        }
    }

    @Test(
        "that mean nothing are refused with the place of the fault",
        arguments: [
            ("{}", "/verdict"), (#"{"verdict":"undecidable"}"#, "/verdict"),
            (#"{"verdict":"ok","types":["bent"]}"#, "/types"),
            (#"{"verdict":"notOk","types":["bent","bent"]}"#, "/types"),
            (#"{"verdict":"notOk","types":[""]}"#, "/types/0"), (#"{"verdict":"ok","note":"a\u0000"}"#, "/note"),
            (#"{"verdict":"ok","nonsense":1}"#, "/nonsense"),
        ])
    func refused(_ body: String, _ pointer: String) async throws {
        try await withService { service in
            try await service.put("cable", cable)
            let id = try #require(try await Self.inspect(service)["id"].string)
            let answer = try await service.send("POST", "/results/\(id)/label", Self.json, body: Array(body.utf8))
            #expect(try answer.expectProblem(422, "invalid-body")["errors"][0]["pointer"].string == pointer)
        }
    }

    @Test("say with stored scores what another threshold would have done, false rejects and escapes among it")
    func simulation() async throws {
        try await withService { service in
            try await service.put("cable", cable)
            // Three pictures with three scores; the threshold of 0.05 refuses all.
            var results: [(id: String, score: Double)] = []
            for name in ["query", "reference_0", "reference_1"] {
                let result = try await Self.inspect(service, name)
                #expect(result["verdict"].string == "notOk")
                results.append((try #require(result["id"].string), try #require(result["score"].double)))
            }
            results.sort { $0.score < $1.score }
            #expect(results[0].score < results[1].score && results[1].score < results[2].score)
            for (index, result) in results.enumerated() where index != 1 {
                let body = Array(#"{"verdict":"\#(index == 0 ? "ok" : "notOk")"}"#.utf8)
                _ = try await service.send("POST", "/results/\(result.id)/label", Self.json, body: body)
            }
            func simulate(_ query: String) async throws -> JSON {
                let answer = try await service.send("POST", "/products/cable/thresholds:simulate?\(query)")
                #expect(answer.status == 200, "\(answer.text)")
                return try answer.json()
            }
            // From a score on a part is not ok, so that the middle one stays refused at its own score.
            let middle = try await simulate("threshold=\(results[1].score)")
            #expect(middle["results"].int == 3 && middle["notJudged"].int == 0)
            #expect(middle["verdicts"]["now"]["notOk"].int == 3 && middle["verdicts"]["then"]["notOk"].int == 2)
            #expect(middle["changed"]["notOkToOk"].int == 1 && middle["changed"]["okToNotOk"].int == 0)
            let labeled = middle["labeled"]
            #expect(labeled["good"].int == 1 && labeled["defective"].int == 1)
            #expect(labeled["falseRejects"]["now"]["rate"].double == 1)
            #expect(labeled["falseRejects"]["then"]["rate"].double == 0)
            #expect(labeled["falseRejects"]["then"]["interval"]["upper"].double == 0.975)
            #expect(labeled["escapes"]["then"]["count"].int == 0)
            let high = try await simulate("threshold=1")
            #expect(high["verdicts"]["then"]["ok"].int == 3)
            #expect(high["labeled"]["escapes"]["then"]["rate"].double == 1)
            let none = try await simulate("threshold=0.5&camera=north")
            #expect(none["results"].int == 0 && none["labeled"]["escapes"]["now"]["rate"].isNull)

            // A higher threshold, and then the lower one again, from the other side.
            try await service.put("cable", cable.replacing("0.05", with: "1"))
            let passed = try await Self.inspect(service)
            #expect(passed["verdict"].string == "ok")
            let back = try await simulate("threshold=0.05")
            #expect(back["results"].int == 4 && back["changed"]["okToNotOk"].int == 1)
            #expect(back["verdicts"]["then"]["notOk"].int == 4)
        }
    }

    @Test(
        "of another threshold are refused without one",
        arguments: [
            ("", "threshold"), ("?threshold=2", "threshold"), ("?threshold=0.5&verdict=ok", "verdict"),
            ("?threshold=0.5&reviewThreshold=0.6", "reviewThreshold"),
        ])
    func badSimulation(_ query: String, _ name: String) async throws {
        try await withService { service in
            try await service.put("cable", cable)
            let answer = try await service.send("POST", "/products/cable/thresholds:simulate\(query)")
            #expect(try answer.expectProblem(400, "invalid-parameter")["errors"][0]["parameter"].string == name)
            try await service.send("POST", "/products/none/thresholds:simulate?threshold=0.5")
                .expectProblem(404, "unknown-product")
        }
    }
}
