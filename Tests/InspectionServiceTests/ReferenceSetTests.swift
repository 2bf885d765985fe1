import AnomalyDetection
import CLIP
import Images
import Storage
import TestSupport
import Testing

@testable import InspectionService

@Suite("Sets of references", .timeLimit(.minutes(2)))
struct ReferenceSetTests {
    private let path = "/products/cable/references"

    /// One part for each picture.
    private func form(_ pictures: [[UInt8]]) -> [UInt8] {
        Form.body(pictures.enumerated().map { ("image", "part\($0).png", "image/png", $1) })
    }

    @discardableResult
    private func upload(
        _ service: Service, _ pictures: [[UInt8]], _ query: String = ""
    ) async throws -> Answer {
        try await service.send("POST", path + query, ["Content-Type": Form.type], body: form(pictures))
    }

    private func inspect(_ service: Service) async throws -> JSON {
        let answer = try await service.send("POST", "/inspect?product=cable", body: try Golden.png())
        #expect(answer.status == 200, "\(answer.text)")
        return try answer.json()
    }

    private func pictures() throws -> [[UInt8]] {
        [try Golden.png("reference_0"), try Golden.png("reference_1"), try Golden.jpeg()]
    }

    @Test("have a version for each change, which results name and which stays", arguments: Transport.allCases)
    func versions(_ transport: Transport) async throws {
        try await withService(transport) { service in
            try await service.put("cable", cable)
            let all = try pictures()
            try await upload(service, Array(all.prefix(2)))
            let two = try await inspect(service)
            #expect(two["provenance"]["references"].string == "v1" && two["shots"].int == 2)
            try await upload(service, [all[2]])
            let three = try await inspect(service)
            #expect(three["provenance"]["references"].string == "v2" && three["shots"].int == 3)
            #expect(three["score"].double != two["score"].double)

            let old = try await service.send("GET", path + "?version=1").json()
            #expect(old["version"].int == 1 && old["count"].int == 2)
            #expect(try await service.send("GET", path).json()["count"].int == 3)
            let list = try await service.send("GET", path + "/versions?pageSize=1").json()
            #expect(list["items"][0]["version"].int == 2 && list["items"][0]["current"].value as? Bool == true)
            let token = try #require(list["nextPageToken"].string)
            let rest = try await service.send("GET", path + "/versions?pageSize=1&pageToken=\(token)").json()
            #expect(rest["items"][0]["count"].int == 2 && rest["items"][0]["current"].value as? Bool == false)
            #expect(rest["nextPageToken"].isNull)

            let back = try await service.send("POST", path + ":rollback", body: Array(#"{"version":1}"#.utf8))
            #expect(back.status == 200, "\(back.text)")
            #expect(try back.json()["references"]["version"].int == 3)
            let again = try await inspect(service)
            #expect(again["provenance"]["references"].string == "v3" && again["shots"].int == 2)
            #expect(again["score"].double == two["score"].double)
            let versionOne = old["items"].items.compactMap { $0["id"].string }
            let current = try await service.send("GET", path).json()["items"].items.compactMap { $0["id"].string }
            #expect(current == versionOne)
        }
    }

    @Test("grow by one picture for one pass through the image tower, whatever is there already")
    func onePass() async throws {
        try await withService { service in
            try await service.put("cable", cable)
            let all = try pictures()
            try await upload(service, Array(all.prefix(2)))
            #expect(service.core.references.picturesEncoded == 2)
            _ = try await inspect(service)
            try await upload(service, [all[2]])
            #expect(service.core.references.picturesEncoded == 3)
            #expect(try await inspect(service)["shots"].int == 3)
            #expect(service.core.references.picturesEncoded == 3)

            // What was encoded once is not encoded again: the same picture, one that was taken out, an old version.
            try await upload(service, all)
            let id = try #require(
                try await service.send("GET", path).json()["items"][0]["id"].string)
            #expect(try await service.send("DELETE", path + "/\(id)").status == 200)
            #expect(try await upload(service, [all[0]]).json()["items"][0]["status"].string == "created")
            _ = try await service.send("POST", path + ":rollback", body: Array(#"{"version":2}"#.utf8))
            #expect(try await inspect(service)["shots"].int == 3)
            #expect(service.core.references.picturesEncoded == 3)
            #expect(try await service.send("GET", "/readyz?verbose").json()["referencesEncoded"].int == 3)
        }
    }

    @Test("take all pictures of an upload or none when told to")
    func atomic() async throws {
        try await withService { service in
            try await service.put("cable", cable)
            let all = try pictures()
            let cut = Array(all[1].prefix(400))
            for (bad, status, kind) in [
                (Array("text".utf8), 415, "not-an-image"), (cut, 422, "unusable-image"),
            ] {
                let refused = try await upload(service, [all[0], bad, all[2]], "?atomic=true")
                let problem = try refused.expectProblem(status, kind)
                #expect(problem["detail"].string?.hasPrefix("nothing was added, because picture 1 “part1.png”") == true)
                #expect(problem["errors"][0]["pointer"].string == "/image/1")
            }
            #expect(try await service.send("GET", path).json()["version"].int == 0)
            #expect(try await service.rowCounts()["reference_images"] == 0)
            let taken = try await upload(service, [all[0], all[0], all[2]], "?atomic=true")
            #expect(taken.status == 201)
            let statuses = try taken.json()["items"].items.compactMap { $0["status"].string }
            #expect(statuses == ["created", "duplicate", "created"])
            #expect(try taken.json()["references"]["version"].int == 1, "one upload is one version")
            #expect(try await upload(service, [all[0], cut], "?atomic=false").status == 200)
        }
    }

    @Test("are capped, and say at which figures, before anything is computed")
    func caps() async throws {
        try await withService(.inProcess, { $0.maxReferences = 2 }) { service in
            try await service.put("cable", cable)
            let all = try pictures()
            let some = try await upload(service, all)
            #expect(some.status == 201)
            let last = try some.json()["items"][2]
            #expect(last["status"].string == "rejected" && last["problem"]["status"].int == 422)
            #expect(service.core.references.picturesEncoded == 2)
            let full = try await service.send("POST", path, body: all[2])
            let detail = try full.expectProblem(422, "reference-limit")["detail"].string
            #expect(detail == "expected at most 2 references of a product, found 3 with this one")
            try await upload(service, [all[2]]).expectProblem(422, "reference-limit")
            try await upload(service, [all[0], all[2]], "?atomic=true").expectProblem(422, "reference-limit")
            #expect(service.core.references.picturesEncoded == 2)
        }
        let side = 56
        try await withService(.inProcess, { $0.maxReferenceBankBytes = 100_000 }) { service in
            try await service.put("cable", cable)
            let vision = try Golden.model.get().model.clip.configuration.vision
            let bytes = 4 * (side / vision.patchSize) * (side / vision.patchSize) * vision.width * 2
            let room = 100_000 / bytes
            var added = 0
            for seed in 0...room {
                let picture = try PNGEncoder.encode(
                    GrayImage(width: 20, height: 20, pixels: (0..<400).map { UInt8(($0 * (seed + 3)) % 251) }))
                let answer = try await service.send("POST", path, body: picture)
                if answer.status == 201 { added += 1; continue }
                let detail = try #require(try answer.expectProblem(422, "reference-limit")["detail"].string)
                #expect(detail.contains("at most 100000 bytes") && detail.contains("found \((room + 1) * bytes)"))
            }
            #expect(added == room)
        }
    }

    @Test("are not rolled back beyond caps that are lower now")
    func rollBackBeyondCaps() async throws {
        try await withDataFolder { folder in
            try await withService(in: folder) { service in
                try await service.put("cable", cable)
                let ids = try await upload(service, try pictures()).json()["items"].items.compactMap { $0["id"].string }
                _ = try await service.send("DELETE", path + "/\(try #require(ids.first))")
            }
            try await withService(in: folder, seed: 2, { $0.maxReferences = 2 }) { service in
                let refused = try await service.send("POST", path + ":rollback", body: Array(#"{"version":1}"#.utf8))
                let detail = try refused.expectProblem(422, "reference-limit")["detail"].string
                #expect(detail == "too many references: expected at most 2, found 3")
                #expect(try await service.send("GET", path).json()["version"].int == 2)
            }
        }
    }

    @Test("are encoded anew when an older version comes back after the image side was changed")
    func staleVersion() async throws {
        try await withService { service in
            try await service.put("cable", cable)
            let all = try pictures()
            try await upload(service, Array(all.prefix(2)))
            let id = try #require(try await service.send("GET", path).json()["items"][0]["id"].string)
            _ = try await service.send("DELETE", path + "/\(id)")
            try await service.put("cable", String(cable.dropLast()) + #","imageSide":48}"#)
            #expect(service.core.references.picturesEncoded == 3, "the one in use, not the one taken out")
            _ = try await service.send("POST", path + ":rollback", body: Array(#"{"version":1}"#.utf8))
            let waiting = try await service.send("POST", "/inspect?product=cable", body: try Golden.png())
            try waiting.expectProblem(503, "product-preparing")
            #expect(waiting["retry-after"] != nil)
            let record = try #require(try await service.store.product("cable"))
            _ = await (try service.core.registry.preparation(of: record)).finalState()
            #expect(try await inspect(service)["shots"].int == 2)
            #expect(service.core.references.picturesEncoded == 4)
        }
    }
}
