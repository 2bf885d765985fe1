import Images
import Storage
import TestSupport
import Testing

@testable import InspectionService

@Suite("Scores between the thresholds", .timeLimit(.minutes(2)))
struct ReviewTests {
    private static let json = ["Content-Type": "application/json"]
    private static let patch = ["Content-Type": "application/merge-patch+json"]

    /// Pictures of noise, each another one.
    private static func noise(_ number: Int) throws -> [UInt8] {
        var random = SeededGenerator(seed: UInt64(number) + 1)
        let pixels = (0..<48 * 48 * 3).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        return try PNGEncoder.encode(RGBImage(width: 48, height: 48, pixels: pixels))
    }

    private static func inspect(_ service: Service, _ picture: [UInt8], _ query: String = "") async throws -> JSON {
        let answer = try await service.send("POST", "/inspect?product=cable\(query)", body: picture)
        #expect(answer.status == 200, "\(answer.text)")
        return try answer.json()
    }

    /// Three pictures by rising score, and a product whose thresholds are the scores of the second and the third.
    private static func prepared(_ service: Service) async throws -> (
        pictures: [[UInt8]], review: Double, threshold: Double
    ) {
        try await service.put("cable", cable)
        var scored: [(picture: [UInt8], score: Double)] = []
        for name in ["query", "reference_0", "reference_1"] {
            let picture = try Golden.png(name)
            let score = try #require(try await inspect(service, picture, "&dryRun=true")["score"].double)
            scored.append((picture, score))
        }
        scored.sort { $0.score < $1.score }
        #expect(scored[0].score < scored[1].score && scored[1].score < scored[2].score)
        try await service.put(
            "cable",
            cable.replacing("0.05", with: "\(scored[2].score)").dropLast()
                + #","reviewThreshold":\#(scored[1].score),"mapThreshold":0.1,"keepImages":"notOk"}"#)
        return (scored.map(\.picture), scored[1].score, scored[2].score)
    }

    @Test("are undecidable, shown to people with what they may be about, kept, counted and exported as such")
    func inspections() async throws {
        try await withService { service in
            let (pictures, review, threshold) = try await Self.prepared(service)
            var results: [JSON] = []
            for picture in pictures { results.append(try await Self.inspect(service, picture)) }
            #expect(results.map { $0["verdict"].string } == ["ok", "undecidable", "notOk"])
            for result in results {
                #expect(result["reviewThreshold"].double == review && result["threshold"].double == threshold)
            }
            let unsure = results[1]
            #expect(unsure["faults"].items.map { $0["type"].string } == ["closeToThreshold"])
            let mapThreshold = try #require(unsure["mapThreshold"].double)
            #expect(abs(mapThreshold - 0.1 * review / threshold) < 1e-6 && results[2]["mapThreshold"].double == 0.1)
            #expect(unsure["defects"].count > 0)
            let id = try #require(unsure["id"].string)
            let mask = try #require(unsure["defects"][0]["mask"].string)
            #expect(try await service.send("GET", mask).status == 200)
            #expect(try await service.send("GET", "/results/\(id)/image").body == pictures[1])
            #expect(try await service.send("GET", "/results/\(id)/overlay.png").status == 200)
            let listed = try await service.send("GET", "/results?verdict=undecidable&label=none").json()
            #expect(listed["items"].items.map { $0["id"].string } == [id])
            let stored = try #require(try await service.store.result(id))
            #expect(stored.outcome == .review && stored.reviewThreshold == review)

            // A picture that shows nothing says nothing, wherever its score lies.
            let black = try PNGEncoder.encode(
                RGBImage(width: 48, height: 48, pixels: [UInt8](repeating: 0, count: 48 * 48 * 3)))
            let blank = try await Self.inspect(service, black)
            #expect(blank["faults"].items.map { $0["type"].string } == ["blank"] && blank["defects"].count == 0)
            #expect(try await service.store.result(try #require(blank["id"].string))?.outcome == .notJudged)
            for (query, ids) in [
                ("review=true", [id]), ("review=false", [try #require(blank["id"].string)]),
                ("review=true&verdict=ok", []),
                ("review=true&product=cable&label=none", [id]),
            ] {
                let found = try await service.send("GET", "/results?\(query)").json()
                #expect(found["items"].items.compactMap { $0["id"].string } == ids, "\(query)")
            }
            let metrics = try await service.send("GET", "/metrics").text
            #expect(metrics.contains(#"inspect_reviews_total{product="cable"} 1"#))
            #expect(metrics.contains(#"inspect_picture_faults_total{product="cable",fault="blank"} 1"#))
            #expect(!metrics.contains("closeToThreshold"))
        }
    }

    @Test("count as such in simulations, with the product's band or another")
    func simulation() async throws {
        try await withService { service in
            let (pictures, review, threshold) = try await Self.prepared(service)
            for (index, picture) in pictures.enumerated() {
                let id = try #require(try await Self.inspect(service, picture)["id"].string)
                _ = try await service.send(
                    "POST", "/results/\(id)/label", Self.json,
                    body: Array(#"{"verdict":"\#(index == 2 ? "notOk" : "ok")"}"#.utf8))
            }
            func simulate(_ query: String) async throws -> JSON {
                let answer = try await service.send("POST", "/products/cable/thresholds:simulate?\(query)")
                #expect(answer.status == 200, "\(answer.text)")
                return try answer.json()
            }
            func counts(_ outcomes: JSON) -> [Int?] { ["ok", "review", "notOk"].map { outcomes[$0].int } }
            let same = try await simulate("threshold=\(threshold)")
            #expect(same["reviewThreshold"].double == review && same["results"].int == 3)
            #expect(counts(same["verdicts"]["now"]) == [1, 1, 1] && counts(same["verdicts"]["then"]) == [1, 1, 1])
            #expect(same["changed"]["okToReview"].int == 0 && same["changed"]["reviewToOk"].int == 0)
            #expect(same["labeled"]["falseRejects"]["now"]["count"].int == 0)
            #expect(same["labeled"]["goodInReview"]["now"]["rate"].double == 0.5)
            #expect(same["labeled"]["defectiveInReview"]["now"]["count"].int == 0)

            // Where the product's own would not lie below, there is none.
            let lower = try await simulate("threshold=\(review)")
            #expect(lower["reviewThreshold"].isNull && counts(lower["verdicts"]["then"]) == [1, 0, 2])
            #expect(lower["changed"]["reviewToNotOk"].int == 1)
            #expect(lower["labeled"]["falseRejects"]["then"]["rate"].double == 0.5)
            let wide = try await simulate("threshold=1&reviewThreshold=0.0001")
            #expect(counts(wide["verdicts"]["then"]) == [0, 3, 0] && wide["reviewThreshold"].double == 0.0001)
            #expect(wide["changed"]["okToReview"].int == 1 && wide["changed"]["notOkToReview"].int == 1)
            #expect(wide["labeled"]["escapes"]["then"]["count"].int == 0)
            #expect(wide["labeled"]["defectiveInReview"]["then"]["rate"].double == 1)
            let none = try await simulate("threshold=1&reviewThreshold=1")
            #expect(
                counts(none["verdicts"]["then"]) == [3, 0, 0] && none["changed"]["reviewToOk"].int == 1
                    && none["reviewThreshold"].isNull)
        }
    }

    @Test("are found by a calibration that is told how many good parts people may look at, and drift knows them")
    func calibration() async throws {
        try await withService { service in
            try await service.put("cable", cable)
            let pictures = try (0..<19).map { try Self.noise($0) }
            let form = Form.body(pictures.map { ("image", nil, "image/png", $0) })
            func calibrate(_ query: String) async throws -> Answer {
                try await service.send(
                    "POST", "/products/cable/calibrate?\(query)", ["Content-Type": Form.type], body: form)
            }
            let answer = try await calibrate("falseRejectRate=0.1&reviewRate=0.25")
            #expect(answer.status == 201, "\(answer.text)")
            let found = try answer.json()
            let review = found["review"]
            #expect(review["rate"].double == 0.25 && review["expectedRate"].double == 0.25)
            #expect(review["interval"]["confidence"].double == 0.95)
            let low = try #require(review["threshold"].double)
            let high = try #require(found["threshold"].double)
            let scores = found["scores"].items.compactMap { $0["score"].double }
            #expect(scores.count { $0 >= high } <= 1 && scores.count { $0 >= low && $0 < high } == 5)
            let product = try await service.send("GET", "/products/cable").json()
            #expect(product["reviewThreshold"].double == low && product["calibrationStatus"].string == "current")
            var verdicts: [String: Int] = [:]
            for picture in pictures {
                verdicts[try #require(try await Self.inspect(service, picture)["verdict"].string), default: 0] += 1
            }
            #expect(verdicts["undecidable"] == 5 && verdicts["ok"] == scores.count { $0 < low })
            // What people look at was judged all the same.
            let drift = try await service.send("GET", "/products/cable/drift?window=19").json()
            #expect(drift["results"].int == 19 && drift["above"].int == 9)

            // Its promise is about the threshold, which another band does not change.
            let wider = try await service.send(
                "PATCH", "/products/cable", Self.patch, body: Array(#"{"reviewThreshold":0.001}"#.utf8))
            #expect(try wider.json()["calibrationStatus"].string == "current")
            // The next calibration finds all or none.
            #expect(try await calibrate("falseRejectRate=0.1").json()["review"].isNull)
            #expect(try await service.send("GET", "/products/cable").json()["reviewThreshold"].isNull)

            let few = try await calibrate("reviewRate=0.01").expectProblem(422, "calibration-impossible")
            #expect(few["detail"].string?.contains("at least 99 different pictures") == true)
            #expect(few["detail"].string?.contains("0.05") == true)
            try await calibrate("reviewRate=0.6").expectProblem(400, "invalid-parameter")
        }
    }

    @Test(
        "have their lower threshold below the upper one, whichever is changed",
        arguments: [
            #"{"reviewThreshold":0.5}"#, #"{"threshold":0.2}"#, #"{"reviewThreshold":0}"#, #"{"threshold":null}"#,
        ])
    func order(_ patch: String) async throws {
        try await withService { service in
            // The configuration's threshold is 0.5.
            let band =
                cable.replacing("0.05", with: patch.contains("null") ? "0.7" : "0.5").dropLast()
                + #","reviewThreshold":\#(patch.contains("null") ? 0.6 : 0.3)}"#
            try await service.put("cable", String(band))
            let answer = try await service.send("PATCH", "/products/cable", Self.patch, body: Array(patch.utf8))
            let problem = try answer.expectProblem(422, "invalid-product")
            #expect(
                problem["errors"][0]["pointer"].string == (patch.contains("null") ? "/threshold" : "/reviewThreshold"))
            #expect(problem["errors"][0]["detail"].string?.contains("below") == true)
            let none = try await service.send(
                "PATCH", "/products/cable", Self.patch, body: Array(#"{"reviewThreshold":null}"#.utf8))
            #expect(try none.json()["reviewThreshold"].isNull)
        }
    }
}
