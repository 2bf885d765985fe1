import Testing

@testable import InspectionService

@Suite("References", .timeLimit(.minutes(2)))
struct ReferenceTests {
    @Test("take effect at the next inspection, and leave it when removed", arguments: Transport.allCases)
    func fewShot(_ transport: Transport) async throws {
        try await withService(transport) { service in
            try await service.put("cable", cable)
            let zeroShot = try await service.send("POST", "/inspect?product=cable", body: try Golden.png()).json()
            let added = try await service.send(
                "POST", "/products/cable/references", ["Content-Type": "image/png"], body: try Golden.png("reference_0")
            )
            #expect(added.status == 201, "\(added.text)")
            let item = try added.json()["items"][0]
            #expect(item["status"].string == "created")
            let fewShot = try await service.send("POST", "/inspect?product=cable", body: try Golden.png()).json()
            #expect(fewShot["shots"].int == 1)
            #expect(fewShot["provenance"]["references"].string == "v1")
            #expect(fewShot["score"].double != zeroShot["score"].double)

            // The reference itself has nothing new: its map is half of the text map.
            let picture = try Golden.png("reference_0")
            let own = try await service.send("POST", "/inspect?product=cable", body: picture).json()
            let id = try #require(item["id"].string)
            let kept = try await service.send("GET", "/products/cable/references/\(id)")
            #expect(kept.body == picture && kept["content-type"] == "image/png")
            let removed = try await service.send("DELETE", "/products/cable/references/\(id)")
            #expect(try removed.json()["references"]["version"].int == 2)
            let alone = try await service.send("POST", "/inspect?product=cable", body: picture).json()
            #expect(alone["shots"].int == 0 && alone["provenance"]["references"].isNull)
            let halved = try #require(own["scoreRaw"]["mapMax"].double) * 2
            let whole = try #require(alone["scoreRaw"]["mapMax"].double)
            #expect(abs(halved - whole) < 2e-3)
            let gone = try await service.send("DELETE", "/products/cable/references/\(id)")
            try gone.expectProblem(404, "unknown-reference")
        }
    }

    @Test("come many at once, with a status for each")
    func many() async throws {
        try await withService { service in
            try await service.put("cable", cable)
            let body = Form.body([
                ("image", "good0.png", "image/png", try Golden.png("reference_0")),
                ("image", "note.txt", "text/plain", Array("not a picture".utf8)),
                ("image", "good1.png", "image/png", try Golden.png("reference_1")),
                ("image", "again.png", "image/png", try Golden.png("reference_0")),
            ])
            let answer = try await service.send(
                "POST", "/products/cable/references", ["Content-Type": Form.type], body: body)
            #expect(answer.status == 201)
            let items = try answer.json()["items"].items
            #expect(items.compactMap { $0["status"].string } == ["created", "rejected", "created", "duplicate"])
            #expect(items[1]["problem"]["type"].string == "/problems/not-an-image")
            #expect(items[1]["name"].string == "note.txt")
            #expect(try answer.json()["references"]["count"].int == 2)

            let again = try await service.send(
                "POST", "/products/cable/references", ["Content-Type": Form.type], body: body)
            #expect(again.status == 200)
            let statuses = try again.json()["items"].items.compactMap { $0["status"].string }
            #expect(statuses == ["duplicate", "rejected", "duplicate", "duplicate"])
            let list = try await service.send("GET", "/products/cable/references").json()
            #expect(list["version"].int == 1 && list["count"].int == 2)
            #expect(list["items"][0]["width"].int == 61)
        }
    }

    @Test("that cannot be used are refused with a reason")
    func refused() async throws {
        try await withService(.inProcess, { $0.maxReferences = 1 }) { service in
            try await service.put("cable", cable)
            let text = try await service.send("POST", "/products/cable/references", body: Array("text".utf8))
            try text.expectProblem(415, "not-an-image")
            let bad = Form.body([("image", nil, "image/png", Array("text".utf8))])
            let all = try await service.send(
                "POST", "/products/cable/references", ["Content-Type": Form.type], body: bad)
            #expect(try all.expectProblem(422, "unusable-image")["errors"][0]["pointer"].string == "/image/0")
            let unknown = try await service.send("POST", "/products/none/references", body: try Golden.png())
            try unknown.expectProblem(404, "unknown-product")
            _ = try await service.send("POST", "/products/cable/references", body: try Golden.png("reference_0"))
            let full = try await service.send("POST", "/products/cable/references", body: try Golden.png("reference_1"))
            try full.expectProblem(422, "reference-limit")
        }
    }

    @Test("are encoded again when the image side changes")
    func imageSide() async throws {
        try await withService { service in
            try await service.put("cable", cable)
            _ = try await service.send("POST", "/products/cable/references", body: try Golden.png("reference_0"))
            try await service.put("cable", String(cable.dropLast()) + #","imageSide":48}"#)
            let answer = try await service.send("POST", "/inspect?product=cable", body: try Golden.png())
            #expect(answer.status == 200, "\(answer.text)")
            #expect(try answer.json()["shots"].int == 1)
        }
    }
}
