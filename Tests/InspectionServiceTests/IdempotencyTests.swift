import Foundation
import Images
import Testing

@testable import InspectionService

@Suite("Idempotency-Key", .timeLimit(.minutes(2)))
struct IdempotencyTests {
    private let path = "/inspect?product=cable"

    @Test(
        "repeats the first answer, byte for byte, in every form, and over a restart",
        arguments: ["application/json", "multipart/mixed", "image/png"])
    func replay(_ accept: String) async throws {
        try await withDataFolder { folder in
            let fields = ["Idempotency-Key": "\"part-7\"", "Accept": accept]
            var first = Answer(status: 0, fields: [], body: [])
            try await withService(.socket, in: folder) { service in
                try await service.put("cable", cable)
                first = try await service.send("POST", path, fields, body: try Golden.png())
                #expect(first.status == 200 && first["idempotent-replayed"] == nil)
                let again = try await service.send(
                    "POST", path, ["Idempotency-Key": "part-7", "Accept": accept], body: try Golden.png())
                #expect(again.status == 200 && again["idempotent-replayed"] == "true")
                #expect(again.body == first.body && again["content-type"] == first["content-type"])
                #expect(again["link"] == first["link"])
                #expect(try await service.send("GET", "/results").json()["items"].count == 1)
            }
            try await withService(.socket, in: folder, seed: 2) { service in
                // The product may be another by now: the answer is what it was.
                try await service.put("cable", cable.replacingOccurrences(of: "0.05", with: "0.9"))
                let again = try await service.send("POST", path, fields, body: try Golden.png())
                #expect(again.body == first.body && again["idempotent-replayed"] == "true")
                #expect(try await service.send("GET", "/results").json()["items"].count == 1)
            }
        }
    }

    @Test("repeats the answer in another form when that is asked for")
    func otherForm() async throws {
        try await withService { service in
            try await service.put("cable", cable)
            let key = ["Idempotency-Key": "k"]
            let first = try await service.send("POST", path, key, body: try Golden.png())
            let streamed = try await service.send(
                "POST", path, key.merging(["Accept": "multipart/mixed"]) { $1 }, body: try Golden.png())
            #expect(try streamed.parts()[0].body == first.body)
            let drawn = try await service.send(
                "POST", path, key.merging(["Accept": "image/png"]) { $1 }, body: try Golden.png())
            #expect(try ImageDecoder.decode(drawn.body).width == 61)
        }
    }

    @Test("belongs to one request: another picture, parameter or metadata is refused")
    func reused() async throws {
        try await withService { service in
            try await service.put("cable", cable)
            let key = ["Idempotency-Key": "k"]
            let first = try await service.send("POST", path, key, body: try Golden.png())
            let id = try #require(try first.json()["id"].string)
            let picture = try await service.send("POST", path, key, body: try Golden.jpeg())
            let problem = try picture.expectProblem(422, "idempotency-key-reused")
            #expect(problem["errors"][0]["header"].string == "Idempotency-Key")
            #expect(problem["errors"][0]["detail"].string?.contains(id) == true)
            for query in ["&mode=binary", "&partId=7", "&camera=7"] {
                let answer = try await service.send("POST", path + query, key, body: try Golden.png())
                try answer.expectProblem(422, "idempotency-key-reused")
            }
            let form = Form.body([
                ("metadata", nil, "application/json", Array("{}".utf8)), ("image", nil, "image/png", try Golden.png()),
            ])
            let metadata = try await service.send(
                "POST", path, key.merging(["Content-Type": Form.type]) { $1 }, body: form)
            try metadata.expectProblem(422, "idempotency-key-reused")
            // How long it may take is no part of what is asked.
            let patient = try await service.send("POST", path + "&deadline=60", key, body: try Golden.png())
            #expect(patient.body == first.body)
        }
    }

    @Test("is in flight until the first request is answered")
    func inFlight() async throws {
        try await withService(.socket) { service in
            try await service.put("cable", cable)
            let release = await service.occupyEngine()
            let key = ["Idempotency-Key": "k"]
            let first = Task { try await service.send("POST", path, key, body: try Golden.png()) }
            await service.eventually { service.core.compute.waiting == 1 }
            let second = try await service.send("POST", path, key, body: try Golden.png())
            try second.expectProblem(409, "idempotency-key-in-flight")
            #expect(second["retry-after"] == "1")
            release()
            let answer = try await first.value
            let third = try await service.send("POST", path, key, body: try Golden.png())
            #expect(third.body == answer.body)
        }
    }

    @Test("is free again after a failure, and when its result is gone")
    func failure() async throws {
        try await withService { service in
            try await service.put("cable", cable)
            let key = ["Idempotency-Key": "k"]
            let late = try await service.send("POST", path + "&deadline=0.001", key, body: try Golden.png())
            try late.expectProblem(504, "deadline-passed")
            let first = try await service.send("POST", path, key, body: try Golden.jpeg()).json()
            // A key goes with its result.
            _ = try await service.send("DELETE", "/results/\(try #require(first["id"].string))")
            let second = try await service.send("POST", path, key, body: try Golden.png())
            #expect(second.status == 200 && second["idempotent-replayed"] == nil)
        }
    }

    @Test(
        "is refused where it cannot be kept",
        arguments: ["", "\"\"", "a b", "ä", "a\\b", String(repeating: "k", count: 256)])
    func unusable(_ key: String) async throws {
        try await withService { service in
            try await service.put("cable", cable)
            let answer = try await service.send("POST", path, ["Idempotency-Key": key], body: try Golden.png())
            let problem = try answer.expectProblem(400, "invalid-parameter")
            #expect(problem["errors"][0]["header"].string == "Idempotency-Key")
        }
    }

    @Test("comes neither with a dry run nor with a batch", arguments: ["/inspect?dryRun=true", "/inspect:batch"])
    func elsewhere(_ path: String) async throws {
        try await withService { service in
            let answer = try await service.send("POST", path, ["Idempotency-Key": "k"], body: try Golden.png())
            try answer.expectProblem(400, "invalid-parameter")
        }
    }
}
