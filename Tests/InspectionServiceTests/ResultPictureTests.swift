import AnomalyDetection
import Foundation
import Images
import Storage
import Tensors
import Testing

@testable import InspectionService

@Suite("Pictures of results", .timeLimit(.minutes(2)))
struct ResultPictureTests {
    private func inspect(_ service: Service, _ product: String, _ bytes: [UInt8], accept: String = "*/*") async throws
        -> Answer
    {
        let answer = try await service.send("POST", "/inspect?product=\(product)", ["Accept": accept], body: bytes)
        #expect(answer.status == 200, "\(answer.text)")
        return answer
    }

    /// Which pictures are kept: the service's choice, the product's, the threshold (0.05 is not ok, 1 is ok), and
    /// whether the picture is there.
    @Test(
        "are kept as the product says, else as the service says",
        arguments: [
            ("none", nil, 0.05, false), ("all", nil, 1, true), ("notOk", nil, 1, false), ("notOk", nil, 0.05, true),
            ("all", "none", 0.05, false), ("none", "all", 1, true), ("none", "notOk", 0.05, true),
            ("all", "notOk", 1, false),
        ] as [(String, String?, Double, Bool)])
    func kept(service choice: String, product: String?, threshold: Double, isKept: Bool) async throws {
        try await withService {
            $0.defaultKeepImages = KeepImages(rawValue: choice) ?? .none
        } _: { service in
            let member = product.map { ",\"keepImages\":\"\($0)\"" } ?? ""
            try await service.put(
                "cable", cable.replacingOccurrences(of: "0.05", with: "\(threshold)").dropLast() + member + "}")
            let shown = try await service.send("GET", "/products/cable").json()["keepImages"].string
            #expect(shown == product ?? choice)
            let png = try Golden.png()
            let id = try #require(try await inspect(service, "cable", png).json()["id"].string)
            let image = try await service.send("GET", "/results/\(id)/image")
            if isKept {
                #expect(image.status == 200 && image.body == png)
            } else {
                let problem = try image.expectProblem(404, "picture-not-kept")
                #expect(problem["detail"].string?.contains("keepImages of “cable”") == true)
            }
            let overlay = try await service.send("GET", "/results/\(id)/overlay.png")
            if isKept { #expect(overlay.status == 200) } else { try overlay.expectProblem(404, "picture-not-kept") }
        }
    }

    @Test("come back as they were received, with their own type", arguments: ["png", "jpeg"])
    func received(format: String) async throws {
        try await withService(.socket) { service in
            try await service.put("cable", cable.dropLast() + ",\"keepImages\":\"all\"}")
            let bytes = format == "png" ? try Golden.png() : try Golden.jpeg()
            let result = try await inspect(service, "cable", bytes).json()
            let id = try #require(result["id"].string)
            let image = try await service.send("GET", "/results/\(id)/image")
            #expect(image.body == bytes)
            #expect(image["content-type"] == "image/\(format)")
            #expect(image["etag"] == "\"\(result["image"]["sha256"].string ?? "")\"")
            #expect(image["cache-control"] == "private, max-age=31536000, immutable")
        }
    }

    @Test("with everything drawn on them are the bytes that were answered at once")
    func overlay() async throws {
        try await withService { service in
            try await service.put("cable", cable.dropLast() + ",\"keepImages\":\"all\"}")
            let answered = try await inspect(service, "cable", try Golden.jpeg(), accept: "image/png")
            let id = try #require(try await service.send("GET", "/results").json()["items"][0]["id"].string)
            let fetched = try await service.send("GET", "/results/\(id)/overlay.png")
            #expect(fetched.status == 200)
            #expect(fetched["content-type"] == "image/png")
            #expect(fetched.body == answered.body)
        }
    }

    @Test("say what was decided", arguments: AnomalyDetection.Verdict.allCases)
    func title(verdict: AnomalyDetection.Verdict) throws {
        let image = RGBImage(width: 260, height: 90, fill: RGBColor(red: 90, green: 90, blue: 90))
        let map = try PNGEncoder.encode(GrayImage(width: 2, height: 2, pixels: [0, 0, 0, 0]))
        let pictures = ResultPictures(
            id: "7", isStored: true, width: 260, height: 90, threshold: 0.5, verdict: verdict, masks: [], map: map)
        let words = [.ok: "OK", .notOk: "NOT OK", .undecidable: "UNDECIDABLE"] as [AnomalyDetection.Verdict: String]
        let expected = try Overlay.render(image: image, masks: [], title: words[verdict])
        #expect(expected != image)
        let threads = ComputeThreads(count: 1)
        #expect(try ImageDecoder.decode(pictures.overlayPNG(on: image, threads: threads)) == expected)
    }

    @Test("are not sent again to who has them", arguments: ["image", "overlay.png", "heatmap.png", "masks/TYPE.png"])
    func conditional(name: String) async throws {
        try await withService { service in
            try await service.put("cable", cable.dropLast() + ",\"keepImages\":\"all\"}")
            let result = try await inspect(service, "cable", try Golden.png()).json()
            let id = try #require(result["id"].string)
            let type = try #require(result["defects"][0]["type"].string)
            let path = "/results/\(id)/\(name.replacingOccurrences(of: "TYPE", with: type))"
            let whole = try await service.send("GET", path)
            #expect(whole.status == 200)
            #expect(whole["cache-control"] == "private, max-age=31536000, immutable")
            let tag = try #require(whole["etag"])
            for value in [tag, "W/\(tag)", "\"other\", \(tag)", "*"] {
                let again = try await service.send("GET", path, ["If-None-Match": value])
                #expect(again.status == 304, "\(value)")
                #expect(again.body.isEmpty && again["etag"] == tag)
            }
            #expect(try await service.send("GET", path, ["If-None-Match": "\"other\""]).status == 200)
            let bad = try await service.send("GET", path, ["If-None-Match": "no quotes"])
            try bad.expectProblem(400, "invalid-parameter")
        }
    }

    @Test("wait in a bounded line to be drawn, and are refused beyond it", arguments: ["heatmap.png", "overlay.png"])
    func drawingLine(name: String) async throws {
        try await withService {
            $0.pictureThreads = 1
            $0.drawingQueueLength = 1
        } _: { service in
            try await service.put("cable", cable.dropLast() + ",\"keepImages\":\"all\"}")
            let id = try #require(try await inspect(service, "cable", try Golden.png()).json()["id"].string)
            let gate = DispatchGate()
            let blocker = Task { try await service.core.pictures.run { gate.wait() } }
            await service.eventually { service.core.pictures.isBusy }
            let path = "/results/\(id)/\(name)"
            let first = Task { try await service.send("GET", path) }
            await service.eventually { service.core.pictures.waiting == 1 }
            let second = Task { try await service.send("GET", path) }
            await service.eventually { service.core.drawings.waiting == 1 }
            let refused = try await service.send("GET", path)
            try refused.expectProblem(429, "queue-full")
            #expect(refused["retry-after"] == "1")
            gate.open()
            try await blocker.value
            #expect(try await first.value.status == 200)
            #expect(try await second.value.status == 200)
            #expect(try await service.send("GET", path).status == 200)
        }
    }

    @Test("are sent in part where a part is asked for", arguments: Transport.allCases)
    func ranges(_ transport: Transport) async throws {
        try await withService(transport) { service in
            try await service.put("cable", cable.dropLast() + ",\"keepImages\":\"all\"}")
            let png = try Golden.png()
            let id = try #require(try await inspect(service, "cable", png).json()["id"].string)
            let path = "/results/\(id)/image"
            let count = png.count
            for (range, part) in [
                ("bytes=0-9", 0..<10), ("bytes=5-", 5..<count), ("bytes=-7", count - 7..<count),
                ("bytes=0-999999", 0..<count), ("bytes=-999999", 0..<count),
            ] {
                let answer = try await service.send("GET", path, ["Range": range])
                #expect(answer.status == 206, "\(range)")
                #expect(answer.body == Array(png[part]), "\(range)")
                #expect(answer["content-range"] == "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(count)")
            }
            for range in ["bytes=\(count)-", "bytes=-0"] {
                let answer = try await service.send("GET", path, ["Range": range])
                try answer.expectProblem(416, "range-not-satisfiable")
                #expect(answer["content-range"] == "bytes */\(count)")
            }
            // What is not understood is passed over (RFC 9110, section 14.2).
            for range in ["bytes=0-1,3-4", "lines=0-1", "bytes=9-1", "bytes=+1-2", "bytes=-", "bytes=a-b"] {
                let answer = try await service.send("GET", path, ["Range": range])
                #expect(answer.status == 200 && answer.body == png, "\(range)")
            }
            let other = try await service.send("GET", path, ["Range": "bytes=0-9", "If-Range": "\"other\""])
            #expect(other.status == 200)
            let tag = try #require(other["etag"])
            let same = try await service.send("GET", path, ["Range": "bytes=0-9", "If-Range": tag])
            #expect(same.status == 206)
        }
    }
}
