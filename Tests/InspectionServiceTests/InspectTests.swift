import AnomalyDetection
import Images
import TestSupport
import Testing

@testable import InspectionService

@Suite("POST /inspect", .timeLimit(.minutes(2)))
struct InspectTests {
    @Test(
        "answers the stored result, byte for byte, with masks in the sent picture's size", arguments: Transport.allCases
    )
    func json(_ transport: Transport) async throws {
        try await withService(transport) { service in
            try await service.put("cable", cable)
            let path = "/inspect?product=cable&partId=P-7&camera=north"
            let answer = try await service.send("POST", path, ["Content-Type": "image/jpeg"], body: try Golden.jpeg())
            #expect(answer.status == 200, "\(answer.text)")
            #expect(answer["content-type"] == "application/json")
            let result = try answer.json()
            #expect(result["verdict"].string == "notOk")
            #expect(result["product"].string == "cable")
            #expect(result["partId"].string == "P-7")
            #expect(result["mode"].string == "multitype")
            #expect(result["shots"].int == 0)
            #expect(result["threshold"].double == 0.05)
            #expect(result["image"]["width"].int == 61 && result["image"]["height"].int == 45)
            #expect(result["provenance"]["references"].isNull)
            #expect(result["provenance"]["precision"].string == "f32")
            #expect(result["provenance"]["weights"].string?.hasPrefix("sha256:") == true)
            #expect(result["timings"].keys == ["decode", "encode", "queue", "score", "store", "total"])
            #expect(result["defects"].count > 0)
            let id = try #require(result["id"].string)
            #expect(answer["content-location"] == "/results/\(id)")

            let stored = try await service.send("GET", "/results/\(id)")
            #expect(stored.body == answer.body)
            for defect in result["defects"].items {
                let mask = try await service.send("GET", try #require(defect["mask"].string))
                #expect(mask.status == 200 && mask["content-type"] == "image/png")
                let picture = try ImageDecoder.decode(mask.body)
                #expect(picture.width == 61 && picture.height == 45)
                let marked = stride(from: 0, to: picture.pixels.count, by: 3).count { picture.pixels[$0] == 255 }
                #expect(marked == defect["areaPixels"].int)
                let regions = defect["regions"].items.compactMap { $0["areaPixels"].int }
                #expect(regions.reduce(0, +) == marked)
            }
            let heatMap = try await service.send("GET", "/results/\(id)/heatmap.png")
            let picture = try ImageDecoder.decode(heatMap.body)
            #expect(picture.width == 61 && picture.height == 45)
        }
    }

    @Test("scores exactly as the engine does")
    func oracle() async throws {
        try await withService { service in
            try await service.put("cable", cable)
            let answer = try await service.send("POST", "/inspect?product=cable", body: try Golden.png())
            let model = try Golden.model.get().model
            let types = [
                try DefectType(name: "bent", phrases: ["{} has a bent defect"]),
                try DefectType(name: "kink", phrases: ["{} with a kink", "kinked {}"]),
            ]
            let prompts = try Golden.knowledgeBase.get().promptEnsemble(noun: "cable", defectTypes: types)
            let states = try StateEmbeddings(
                prompts.states.map {
                    ($0.name, try StateEmbeddings.embedding(of: prompts.prompts(of: $0), model: model.clip))
                })
            let image = try Golden.model.get().picture("query")
            let features = try model.features(of: image, imageSide: model.defaultImageSide)
            let maps = try model.maps(features: features, imageSide: model.defaultImageSide, states: states)
            let score = try #require(try answer.json()["score"].double)
            // Text features are packed into other batches here, which moves the last bits of a sum.
            #expect(abs(score - Double(maps.imageScore)) < 1e-4)
        }
    }

    @Test("streams JSON first, then one mask per type, the heat map last", arguments: Transport.allCases)
    func multipart(_ transport: Transport) async throws {
        try await withService(transport) { service in
            try await service.put("cable", cable)
            let form = Form.body([
                ("metadata", nil, "application/json", Array(#"{"partId":"P-8","shift":{"no":2}}"#.utf8)),
                ("image", "part.jpg", "image/jpeg", try Golden.jpeg()),
            ])
            let answer = try await service.send(
                "POST", "/inspect?product=cable", ["Content-Type": Form.type, "Accept": "multipart/mixed"], body: form)
            #expect(answer.status == 200, "\(answer.text)")
            let parts = try answer.parts()
            let result = try parts[0].json()
            #expect(parts[0]["content-type"] == "application/json")
            #expect(result["partId"].string == "P-8")
            #expect(result["metadata"]["shift"]["no"].int == 2)
            #expect(parts.count == result["defects"].count + 2)
            for (part, defect) in zip(parts.dropFirst(), result["defects"].items) {
                #expect(part["content-type"] == "image/png")
                #expect(part["content-disposition"]?.contains("name=\"mask\"") == true)
                let location = try #require(part["content-location"])
                #expect(location == defect["mask"].string)
                #expect(try await service.send("GET", location).body == part.body)
            }
            let heatMap = try #require(parts.last)
            let location = try #require(heatMap["content-location"])
            #expect(location.hasSuffix("/heatmap.png"))
            #expect(try await service.send("GET", location).body == heatMap.body)
            let stored = try await service.send("GET", try #require(parts[0]["content-location"]))
            #expect(stored.body == parts[0].body)
        }
    }

    @Test("draws the overlay in the sent picture's size and stores the result all the same")
    func overlay() async throws {
        try await withService { service in
            try await service.put("cable", cable)
            let answer = try await service.send(
                "POST", "/inspect?product=cable", ["Accept": "image/png"], body: try Golden.png())
            #expect(answer["content-type"] == "image/png")
            let picture = try ImageDecoder.decode(answer.body)
            #expect(picture.width == 61 && picture.height == 45)
            let link = try #require(answer["link"])
            let path = link.dropFirst().prefix { $0 != ">" }
            #expect(try await service.send("GET", String(path)).status == 200)
        }
    }

    @Test("knows one type in binary mode, and inspects as the default product when none is named")
    func binary() async throws {
        try await withService { service in
            let product = try await service.send("GET", "/products/default").json()
            #expect(product["status"].string == "ready")
            try await service.put("default", #"{"noun":"thing","defectTypes":["scratch"],"threshold":0}"#)
            let answer = try await service.send("POST", "/inspect?mode=binary", body: try Golden.png())
            let result = try answer.json()
            #expect(result["product"].string == "default")
            #expect(result["mode"].string == "binary")
            #expect(result["defects"].items.compactMap { $0["type"].string } == ["defect"])
            #expect(result["defects"][0]["areaFraction"].double == 1)
            let heatMap = try await service.send("GET", try #require(result["heatmap"].string))
            #expect(heatMap.status == 200)
        }
    }

    @Test("says what was measured in millimetres, and keeps pictures only when told to")
    func settings() async throws {
        try await withService { service in
            let text =
                cable.dropLast() + #","mmPerPixel":0.5,"keepImages":"all","ignore":[[[0,0],[61,0],[61,20],[0,20]]]}"#
            try await service.put("cable", String(text))
            let picture = try Golden.png()
            let result = try await service.send("POST", "/inspect?product=cable", body: picture).json()
            for defect in result["defects"].items {
                #expect(defect["areaMm2"].double == Double(try #require(defect["areaPixels"].int)) * 0.25)
                // The ignored upper part bleeds by at most one pixel of the network's grid.
                for region in defect["regions"].items { #expect(try #require(region["box"]["y"].int) >= 18) }
            }
            let id = try #require(result["id"].string)
            let kept = try await service.send("GET", "/results/\(id)/image")
            #expect(kept.body == picture && kept["content-type"] == "image/png")
            try await service.put("cable", cable)
            let other = try await service.send("POST", "/inspect?product=cable", body: picture).json()
            let gone = try await service.send("GET", "/results/\(try #require(other["id"].string))/image")
            try gone.expectProblem(404, "picture-not-kept")
        }
    }

    @Test("leaves out what is ignored, or not included, before the score is taken")
    func polygons() async throws {
        try await withService { service in
            let everything = "[[[-1,-1],[100,-1],[100,100],[-1,100]]]"
            func inspect(_ settings: String) async throws -> JSON {
                try await service.put("cable", cable.dropLast() + settings + "}")
                return try await service.send("POST", "/inspect?product=cable", body: try Golden.png()).json()
            }
            let whole = try await inspect("")
            for settings in [#","ignore":\#(everything)"#, #","include":[[[90,90],[95,90],[95,95]]]"#] {
                let nothing = try await inspect(settings)
                #expect(nothing["scoreRaw"]["mapMax"].double == 0)
                #expect(nothing["score"].double == 0 && nothing["verdict"].string == "undecidable")
                #expect(nothing["defects"].count == 0)
            }
            let included = try await inspect(#","include":\#(everything)"#)
            // The global score sees the whole picture, so that it has no part where places are left out.
            #expect(included["score"].double == whole["scoreRaw"]["mapMax"].double)
            let half = try await inspect(#","ignore":[[[0,0],[30,0],[30,45],[0,45]]]"#)
            #expect(
                try #require(half["scoreRaw"]["mapMax"].double) <= (try #require(whole["scoreRaw"]["mapMax"].double)))
            #expect(half["score"].double == half["scoreRaw"]["mapMax"].double)
            let none = try await service.put("cable", cable.dropLast() + #","include":[[[90,90],[95,90],[95,95]]]}"#)
            #expect(none.status == 200)
            let names = ["query", "reference_0", "reference_1"]
            let form = Form.body(try names.map { ("image", $0, "image/png", try Golden.png($0)) })
            let refused = try await service.send(
                "POST", "/products/cable/calibrate", ["Content-Type": Form.type], body: form)
            try refused.expectProblem(422, "unusable-image")
        }
    }
}
