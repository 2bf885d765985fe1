import Storage
import Testing

@testable import InspectionService

@Suite("Editing products", .timeLimit(.minutes(2)))
struct ProductEditingTests {
    private static let patchType = ["Content-Type": "application/merge-patch+json"]

    private func patch(
        _ service: Service, _ json: String, _ fields: [String: String] = [:]
    ) async throws -> Answer {
        try await service.send(
            "PATCH", "/products/cable", Self.patchType.merging(fields) { $1 }, body: Array(json.utf8))
    }

    @Test("changes the members that a patch names, and gives back their defaults", arguments: Transport.allCases)
    func mergePatch(_ transport: Transport) async throws {
        try await withService(transport) { service in
            try await service.put(
                "cable", cable.dropLast() + #","mmPerPixel":0.5,"ignore":[[[0,0],[9,0],[9,9]]],"maxBankRows":500}"#)
            let answer = try await patch(
                service, #"{"threshold":0.25,"mmPerPixel":null,"keepImages":"all","defectTypes":["hole"],"status":"x"}"#
            )
            #expect(answer.status == 200, "\(answer.text)")
            let product = try answer.json()
            #expect(product["threshold"].double == 0.25 && product["mmPerPixel"].isNull)
            #expect(product["keepImages"].string == "all" && product["maxBankRows"].int == 500)
            #expect(product["defectTypes"].items.compactMap { $0.string } == ["hole"])
            #expect(product["noun"].string == "cable" && product["ignore"][0].count == 3)
            let stored = try #require(try await service.store.product("cable")).settings
            #expect(stored.imageSide == nil, "a default that is only shown is not stored")

            let back = try await patch(service, #"{"threshold":null,"defectTypes":null,"maxBankRows":null}"#).json()
            #expect(back["threshold"].double == 0.5 && back["maxBankRows"].isNull)
            #expect(back["defectTypes"].items.compactMap { $0.string } == ["scratch"])
            #expect(try await patch(service, "{}").status == 200)
        }
    }

    @Test(
        "refuses patches that cannot be applied, and changes nothing",
        arguments: [
            (#"{"noun":null}"#, 422, "invalid-product", "/noun"),
            (#"{"threshold":7}"#, 422, "invalid-product", "/threshold"),
            (#"{"ignore":{"0":1}}"#, 422, "invalid-product", "/ignore"),
            (#"{"colour":1}"#, 422, "invalid-product", "/colour"),
            (#"{"id":"other"}"#, 422, "invalid-product", "/id"), ("[]", 422, "invalid-product", ""),
            (#"{"maxBankRows":15}"#, 422, "invalid-product", "/maxBankRows"),
            (#"{"maxBankRows":"many"}"#, 422, "invalid-product", "/maxBankRows"),
            (#"{"defectTypes":["scrath"]}"#, 422, "invalid-product", "/defectTypes/0"),
            ("{", 400, "malformed-json", nil), ("", 400, "malformed-json", nil),
        ])
    func refused(_ json: String, _ status: Int, _ kind: String, _ pointer: String?) async throws {
        try await withService { service in
            try await service.put("cable", cable)
            let before = try await service.send("GET", "/products/cable")
            let problem = try await patch(service, json).expectProblem(status, kind)
            #expect(problem["errors"][0]["pointer"].string == pointer)
            #expect(try await service.send("GET", "/products/cable").body == before.body)
        }
    }

    @Test("says which media type a patch has, and that there is no such product")
    func media() async throws {
        try await withService { service in
            for fields in [["Content-Type": "application/json-patch+json"], ["Content-Type": "text/plain"], [:]] {
                let answer = try await service.send("PATCH", "/products/default", fields, body: Array("{}".utf8))
                try answer.expectProblem(415, "unsupported-media-type")
                #expect(answer["accept-patch"] == "application/merge-patch+json")
            }
            try await patch(service, "{}").expectProblem(404, "unknown-product")
            #expect(try await service.store.product("cable") == nil)
        }
    }

    @Test("lets nobody overwrite what he has not seen", arguments: Transport.allCases)
    func twoOperators(_ transport: Transport) async throws {
        try await withService(transport) { service in
            try await service.put("cable", cable)
            let first = try #require(try await service.send("GET", "/products/cable")["etag"])
            // Both have seen the same product; one is faster.
            let one = try await patch(service, #"{"threshold":0.3}"#, ["If-Match": first])
            #expect(one.status == 200)
            let other = try await patch(service, #"{"threshold":0.9}"#, ["If-Match": first])
            let problem = try other.expectProblem(412, "precondition-failed")
            #expect(problem["detail"].string?.contains("expected revision r1, found r2") == true, "\(other.text)")
            let replaced = try await service.send(
                "PUT", "/products/cable", ["If-Match": first], body: Array(cable.utf8))
            try replaced.expectProblem(412, "precondition-failed")
            try await service.send("DELETE", "/products/cable", ["If-Match": first])
                .expectProblem(412, "precondition-failed")
            #expect(try await service.send("GET", "/products/cable").json()["threshold"].double == 0.3)
            // Having seen it, the second one may.
            let second = try #require(one["etag"])
            #expect(try await patch(service, #"{"threshold":0.9}"#, ["If-Match": "\"x\", \(second)"]).status == 200)
        }
    }

    @Test(
        "evaluates conditions as RFC 9110 says",
        arguments: [
            ("PUT", "cable", "If-Match", "*", 200), ("PUT", "wire", "If-Match", "*", 412),
            ("PUT", "cable", "If-Match", #"W/"r1""#, 412), ("PUT", "cable", "If-Match", #""of-another-server""#, 412),
            ("PUT", "cable", "If-Match", #""r1""#, 200), ("PUT", "cable", "If-Match", "r1", 400),
            ("PUT", "cable", "If-None-Match", "*", 412), ("PUT", "wire", "If-None-Match", "*", 201),
            ("PUT", "cable", "If-None-Match", #"W/"r1""#, 412), ("PUT", "cable", "If-None-Match", #""r7""#, 200),
            ("PATCH", "cable", "If-Match", "*", 200), ("PATCH", "cable", "If-Match", #""r9""#, 412),
            ("PATCH", "wire", "If-Match", #""r9""#, 404), ("PATCH", "cable", "If-None-Match", "*", 412),
            ("DELETE", "cable", "If-Match", #""r1", "r2""#, 204), ("DELETE", "cable", "If-Match", #""r2""#, 412),
            ("DELETE", "wire", "If-Match", #""r2""#, 404), ("DELETE", "cable", "If-Match", "\"", 400),
        ])
    func conditions(_ method: String, _ id: String, _ field: String, _ value: String, _ status: Int) async throws {
        try await withService { service in
            try await service.put("cable", cable)
            let body = ["PATCH": "{}", "PUT": cable][method] ?? ""
            let answer = try await service.send(
                method, "/products/\(id)", Self.patchType.merging([field: value]) { $1 }, body: Array(body.utf8))
            #expect(answer.status == status, "\(answer.text)")
            if status >= 400 { #expect(answer["content-type"] == "application/problem+json") }
        }
    }

    @Test("answers 304 to who has the product as it is, and never hides a change")
    func notModified() async throws {
        try await withService { service in
            try await service.put("cable", cable)
            let shown = try await service.send("GET", "/products/cable")
            let tag = try #require(shown["etag"])
            for value in [tag, "W/\(tag)", #""x", "# + tag, "*"] {
                let same = try await service.send("GET", "/products/cable", ["If-None-Match": value])
                #expect(same.status == 304 && same.body.isEmpty && same["etag"] == tag)
            }
            _ = try await service.send("POST", "/products/cable/references", body: try Golden.png("reference_0"))
            let grown = try await service.send("GET", "/products/cable", ["If-None-Match": tag])
            #expect(grown.status == 200, "its references are another version now")
            // Yet the settings are those that were seen, and may be changed.
            #expect(try await patch(service, #"{"threshold":0.9}"#, ["If-Match": tag]).status == 200)
            try await service.send("GET", "/products/cable", ["If-None-Match": "x"])
                .expectProblem(400, "invalid-parameter")
        }
    }

    @Test("demands a condition where it is told to")
    func required() async throws {
        try await withService(.inProcess, { $0.requiresIfMatch = true }) { service in
            #expect(try await service.put("cable", cable).status == 201, "nothing is overwritten")
            let shown = try await service.send("GET", "/products/cable")
            for answer in [
                try await service.put("cable", cable), try await patch(service, #"{"threshold":0.9}"#),
                try await service.send("DELETE", "/products/cable"),
            ] {
                let problem = try answer.expectProblem(428, "precondition-required")
                #expect(problem["detail"].string?.contains("If-Match") == true)
            }
            #expect(try await service.send("GET", "/products/cable").body == shown.body)
            try await service.send("DELETE", "/products/wire").expectProblem(404, "unknown-product")
            #expect(try await patch(service, #"{"threshold":0.9}"#, ["If-Match": "*"]).status == 200)
            #expect(try await service.send("DELETE", "/products/cable", ["If-Match": "*"]).status == 204)
        }
    }

    @Test("applies patches of different members one after the other, so that none is lost")
    func concurrentPatches() async throws {
        try await withService { service in
            try await service.put("cable", cable)
            let patches = [
                #"{"threshold":0.75}"#, #"{"mmPerPixel":0.125}"#, #"{"keepImages":"notOk"}"#, #"{"maxBankRows":77}"#,
            ]
            try await withThrowingTaskGroup(of: Int.self) { group in
                for json in patches { group.addTask { try await patch(service, json).status } }
                for try await status in group { #expect(status == 200) }
            }
            let product = try await service.send("GET", "/products/cable").json()
            #expect(product["threshold"].double == 0.75 && product["mmPerPixel"].double == 0.125)
            #expect(product["keepImages"].string == "notOk" && product["maxBankRows"].int == 77)
            #expect(try await service.store.product("cable")?.revision == 5)
        }
    }

    @Test("a request that read the product before a change begins no preparation of what it was")
    func olderRevision() async throws {
        try await withService { service in
            try await service.put("cable", cable)
            let old = try #require(try await service.store.product("cable"))
            #expect(try await patch(service, #"{"noun":"wire"}"#).status == 200)
            let new = try #require(try await service.store.product("cable"))
            _ = await (try service.core.registry.preparation(of: new)).finalState()
            let count = await service.core.registry.count
            let problem = await #expect(throws: Problem.self) { try await service.core.registry.prepared(old) }
            #expect(problem?.kind == .productPreparing && problem?.retryAfterSeconds != nil)
            #expect(await service.core.registry.count == count)
            _ = try await service.core.registry.prepared(new)
        }
    }
}
