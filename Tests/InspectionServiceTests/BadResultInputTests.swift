import Foundation
import Storage
import Testing

@testable import InspectionService

@Suite("Bad input to results", .timeLimit(.minutes(2)))
struct BadResultInputTests {
    private static let long = String(repeating: "a", count: 129)

    @Test(
        "is refused with the parameter, what was expected and what was found",
        arguments: ["/results", "/results/summary?by=hour", "/results#export"],
        [
            ("product=", "product: expected 1 to 128 characters"), ("product=a&product=b", "expected it once"),
            ("product=\(long)", "product: expected"), ("verdict=bad", "one of ok, notOk, undecidable"),
            ("defect=%01", "defect: expected"), ("since=yesterday", "since: expected a time such as"),
            ("until=2026-13-01T00:00:00Z", "until: expected"), ("minScore=high", "minScore: expected a number"),
            ("minScore=nan", "minScore: expected"), ("minScore=1e999", "minScore: expected"),
            ("partId=%0A", "partId: expected"), ("camera=", "camera: expected"), ("mode=", "mode: expected one of"),
            ("mode=both", "one of multitype, binary"), ("colour=red", "found “colour”"),
            ("metadata.=3", "found “metadata.”"), ("metadata.line=", "metadata.line: expected"),
            ("metadata.\(long)=1", "metadata.NAME: expected a name"), ("metadata=3", "found “metadata”"),
            ((0..<9).map { "metadata.k\($0)=1" }.joined(separator: "&"), "at most 8"), ("limit=5", "found “limit”"),
        ])
    func filters(path: String, bad: (query: String, says: String)) async throws {
        try await withService { service in
            let isExport = path.hasSuffix("#export")
            let base = isExport ? "/results" : path
            let answer = try await service.send(
                "GET", base + (base.contains("?") ? "&" : "?") + bad.query,
                isExport ? ["Accept": "application/x-ndjson"] : [:])
            let problem = try answer.expectProblem(400, "invalid-parameter")
            #expect(problem["detail"].string?.contains(bad.says) == true, "\(answer.text)")
        }
    }

    @Test(
        "of other kinds is refused with its status",
        arguments: [
            ("GET", "/results?pageSize=0", "", 400, "invalid-parameter"),
            ("GET", "/results?pageSize=1001", "", 400, "invalid-parameter"),
            ("GET", "/results?pageSize=ten", "", 400, "invalid-parameter"),
            ("GET", "/results?pageToken=zz", "", 400, "invalid-parameter"),
            ("GET", "/results?pageToken=", "", 400, "invalid-parameter"),
            ("GET", "/results?pageSize=5", "text/csv", 400, "invalid-parameter"),
            ("GET", "/results?pageToken=00", "application/x-ndjson", 400, "invalid-parameter"),
            ("GET", "/results", "text/html", 406, "not-acceptable"),
            ("GET", "/results", "application/json;q=0", 406, "not-acceptable"),
            ("GET", "/results/summary", "", 400, "invalid-parameter"),
            ("GET", "/results/summary?by=colour", "", 400, "invalid-parameter"),
            ("GET", "/results/summary?by=hour&by=hour", "", 400, "invalid-parameter"),
            ("GET", "/results/summary?by=hour&pageSize=5", "", 400, "invalid-parameter"),
            ("POST", "/results", "", 405, "method-not-allowed"), ("PUT", "/results/x", "", 405, "method-not-allowed"),
            ("DELETE", "/results", "", 405, "method-not-allowed"),
            ("DELETE", "/results/x/image", "", 405, "method-not-allowed"),
            ("GET", "/results/x", "", 404, "unknown-result"), ("GET", "/results/%00", "", 400, "malformed-request"),
            ("GET", "/results/\(String(repeating: "a", count: 2000))", "", 404, "unknown-result"),
            ("GET", "/results/x?y=1", "", 400, "invalid-parameter"),
            ("DELETE", "/results/x", "", 404, "unknown-result"),
            ("DELETE", "/results/%00", "", 400, "malformed-request"),
            ("DELETE", "/results/x?y=1", "", 400, "invalid-parameter"),
            ("GET", "/results/x/image", "", 404, "unknown-result"),
            ("GET", "/results/x/overlay.png", "", 404, "unknown-result"),
            ("GET", "/results/x/heatmap.png", "", 404, "unknown-result"),
            ("GET", "/results/x/masks/bent.png", "", 404, "unknown-result"),
            ("GET", "/results/x/masks/%00.png", "", 400, "malformed-request"),
            ("GET", "/results/x/masks/bent.jpg", "", 404, "not-found"), ("GET", "/results/x/y", "", 404, "not-found"),
        ])
    func others(method: String, path: String, accept: String, status: Int, kind: String) async throws {
        try await withService { service in
            let answer = try await service.send(method, path, accept.isEmpty ? [:] : ["Accept": accept])
            try answer.expectProblem(status, kind)
        }
    }

    @Test("names a mask and a result that are not there")
    func absentMask() async throws {
        try await withService { service in
            try await service.put("cable", cable)
            let answer = try await service.send("POST", "/inspect?product=cable", body: try Golden.png())
            let id = try #require(try answer.json()["id"].string)
            for type in ["none", String(repeating: "a", count: 300)] {
                let mask = try await service.send("GET", "/results/\(id)/masks/\(type).png")
                let problem = try mask.expectProblem(404, "unknown-result")
                #expect(problem["detail"].string?.contains("no mask for") == true)
            }
        }
    }
}

@Suite("A store that fails", .timeLimit(.minutes(2)))
struct FailingStoreTests {
    @Test("is answered 503 by every write, and nothing is half there")
    func readOnly() async throws {
        try await withService { service in
            try await service.put("cable", cable)
            let answer = try await service.send("POST", "/inspect?product=cable", body: try Golden.png())
            let id = try #require(try answer.json()["id"].string)
            let before = try await service.rowCounts()
            try await service.setQueryOnly(true)
            for (method, path) in [
                ("POST", "/inspect?product=cable"), ("POST", "/products/cable/references"),
                ("DELETE", "/results/\(id)"),
                ("DELETE", "/products/cable"),
            ] {
                let refused = try await service.send(method, path, body: method == "POST" ? try Golden.png() : [])
                try refused.expectProblem(503, "store-unavailable")
                #expect(refused["retry-after"] != nil)
            }
            #expect(try await service.rowCounts() == before)
            #expect(try await service.send("GET", "/results/\(id)").status == 200)
            #expect(try await service.send("GET", "/results", ["Accept": "text/csv"]).status == 200)
            try await service.setQueryOnly(false)
            #expect(try await service.send("DELETE", "/results/\(id)").status == 204)
        }
    }

    @Test("that was closed is answered 503 by every read")
    func closed() async throws {
        try await withService { service in
            try await service.store.close()
            for path in [
                "/results", "/results/summary?by=product", "/results/x", "/results/x/image", "/results/x/heatmap.png",
            ] {
                try await service.send("GET", path).expectProblem(503, "store-unavailable")
            }
        }
    }
}
