import Foundation
import Testing

@testable import InspectionService

@Suite("What an inspection can be asked", .timeLimit(.minutes(2)))
struct InspectOptionsTests {
    private func form(metadata: String) throws -> [UInt8] {
        Form.body([
            ("metadata", nil, "application/json", Array(metadata.utf8)),
            ("image", "a.png", "image/png", try Golden.png()),
        ])
    }

    @Test("metadata is kept as it was sent, up to 16 KiB and 8 levels")
    func metadata() async throws {
        try await withService { service in
            try await service.put("cable", cable)
            let fields = ["Content-Type": Form.type]
            let path = "/inspect?product=cable"
            let levels = String(repeating: #"{"a":"#, count: 7) + "[]" + String(repeating: "}", count: 7)
            let answer = try await service.send("POST", path, fields, body: try form(metadata: levels))
            #expect(answer.status == 200, "\(answer.text)")
            #expect(answer.text.contains(#""metadata":\#(levels),"#))

            let deep = try await service.send("POST", path, fields, body: try form(metadata: #"{"b":\#(levels)}"#))
            let problem = try deep.expectProblem(422, "invalid-metadata")
            #expect(problem["errors"][0]["pointer"].string == "")
            #expect(problem["detail"].string?.contains("8 levels") == true)

            let longest = #"{"a":"\#(String(repeating: "x", count: 16 * 1024 - 8))"}"#
            #expect(longest.utf8.count == 16 * 1024)
            let kept = try await service.send("POST", path, fields, body: try form(metadata: longest))
            #expect(kept.status == 200)
            let long = try await service.send("POST", path, fields, body: try form(metadata: longest + " "))
            #expect(try long.expectProblem(422, "invalid-metadata")["detail"].string?.contains("found 16385") == true)

            let wrong = try await service.send(
                "POST", path, fields, body: try form(metadata: #"{"partId":7,"camera":""}"#))
            let pointers = try wrong.expectProblem(422, "invalid-metadata")["errors"].items.map { $0["pointer"].string }
            #expect(pointers == ["/partId", "/camera"])
        }
    }

    @Test("the query wins over metadata")
    func precedence() async throws {
        try await withService { service in
            try await service.put("cable", cable)
            let body = try form(metadata: #"{"partId":"M","camera":"south"}"#)
            let path = "/inspect?product=cable&partId=Q"
            let result = try await service.send("POST", path, ["Content-Type": Form.type], body: body).json()
            #expect(result["partId"].string == "Q" && result["camera"].string == "south")
            #expect(try await service.send("GET", "/results?partId=Q&camera=south").json()["items"].count == 1)
        }
    }

    @Test("a dry run computes the same, says so, stores nothing", arguments: ["application/json", "multipart/mixed"])
    func dryRun(_ accept: String) async throws {
        try await withService(.socket) { service in
            try await service.put("cable", cable)
            let before = try await service.rowCounts()
            let path = "/inspect?product=cable&dryRun="
            let answer = try await service.send("POST", path + "true", ["Accept": accept], body: try Golden.png())
            #expect(answer.status == 200, "\(answer.text)")
            #expect(answer["link"] == nil && answer["content-location"] == nil)
            let parts = accept == "application/json" ? [answer] : try answer.parts()
            let result = try parts[0].json()
            #expect(result["dryRun"].value as? Bool == true)
            #expect(result["defects"].count > 0 && result["defects"][0]["mask"].isNull && result["heatmap"].isNull)
            #expect(parts.allSatisfy { $0["content-location"] == nil })
            #expect(try await service.rowCounts() == before)
            let real = try await service.send("POST", path + "false", body: try Golden.png()).json()
            #expect(real["score"].double == result["score"].double)
            #expect(real["dryRun"].isNull)
            let lost = try await service.send("GET", "/results/\(try #require(result["id"].string))")
            try lost.expectProblem(404, "unknown-result")
        }
    }
}

@Suite("A deadline", .timeLimit(.minutes(2)))
struct DeadlineTests {
    @Test("that passes while the request waits ends the waiting, and nothing is computed", arguments: [true, false])
    func passed(_ inQuery: Bool) async throws {
        try await withService(.socket) { service in
            try await service.put("cable", cable)
            let release = await service.occupyEngine()
            let path = "/inspect?product=cable" + (inQuery ? "&deadline=2.5" : "")
            let fields = inQuery ? [:] : ["X-Request-Deadline": "2.5"]
            let waiting = Task { try await service.send("POST", path, fields, body: try Golden.png()) }
            await service.eventually { service.core.compute.waiting == 1 }
            service.clock.ringAlarms()
            // The engine is still occupied: the answer does not wait for it, and the line is swept.
            let answer = try await waiting.value
            let problem = try answer.expectProblem(504, "deadline-passed")
            #expect(problem["detail"].string?.contains("2.5 s") == true)
            #expect(service.core.compute.waiting == 0)
            await service.eventually { service.core.line.load == (0, 0) }
            release()
            #expect(try await service.send("GET", "/results").json()["items"].count == 0)
        }
    }

    @Test("that passes unnoticed is noticed before the engine begins")
    func late() async throws {
        try await withService { service in
            try await service.put("cable", cable)
            // The clock moves by a millisecond whenever it is read, and no alarm rings.
            let answer = try await service.send(
                "POST", "/inspect?product=cable&deadline=0.001", body: try Golden.png())
            try answer.expectProblem(504, "deadline-passed")
            #expect(service.core.line.load == (0, 0))
        }
    }

    @Test("that is kept changes nothing, and one that passes later is no matter")
    func kept() async throws {
        try await withService { service in
            try await service.put("cable", cable)
            let answer = try await service.send("POST", "/inspect?product=cable&deadline=60", body: try Golden.png())
            service.clock.ringAlarms()
            #expect(answer.status == 200)
        }
    }

    @Test("in the query wins over the header's")
    func precedence() async throws {
        try await withService { service in
            try await service.put("cable", cable)
            let answer = try await service.send(
                "POST", "/inspect?product=cable&deadline=60", ["X-Request-Deadline": "0.001"], body: try Golden.png())
            #expect(answer.status == 200)
        }
    }

    @Test("wakes also what waits for a thread to decode on")
    func decoding() async throws {
        try await withService(.inProcess, { $0.pictureThreads = 1 }) { service in
            try await service.put("cable", cable)
            let gate = DispatchGate()
            let busy = Task { try await service.core.pictures.run { gate.wait() } }
            let waiting = Task {
                try await service.send("POST", "/inspect?product=cable&deadline=1", body: try Golden.png())
            }
            await service.eventually { service.core.line.load.requests == 1 }
            service.clock.ringAlarms()
            while service.core.line.load.requests == 1 {
                service.clock.ringAlarms()
                await Task.yield()
            }
            try await waiting.value.expectProblem(504, "deadline-passed")
            gate.open()
            try await busy.value
        }
    }
}
