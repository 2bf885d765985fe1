import Foundation
import Testing

@testable import InspectionService

@Suite("GET /results", .timeLimit(.minutes(2)))
struct ResultListTests {
    @Test("filters, and pages without gaps while results arrive")
    func list() async throws {
        try await withService { service in
            try await service.put("cable", cable)
            try await service.put("wire", cable.replacingOccurrences(of: "0.05", with: "1"))
            var results: [JSON] = []
            for number in 0..<6 {
                let product = number.isMultiple(of: 2) ? "cable" : "wire"
                let mode = number == 5 ? "binary" : "multitype"
                let path = "/inspect?product=\(product)&partId=P\(number)&camera=C\(number / 3)&mode=\(mode)"
                results.append(try await service.send("POST", path, body: try Golden.png()).json())
            }
            func ids(_ query: String) async throws -> [String] {
                let answer = try await service.send("GET", "/results?\(query)")
                #expect(answer.status == 200, "\(answer.text)")
                return try answer.json()["items"].items.compactMap { $0["id"].string }
            }
            let all = results.compactMap { $0["id"].string }
            try #require(all.count == 6)
            #expect(all == all.sorted(), "ids sort by time")
            #expect(try await ids("") == all.reversed())
            #expect(try await ids("product=wire") == [all[5], all[3], all[1]])
            #expect(try await ids("verdict=ok") == [all[5], all[3], all[1]])
            #expect(try await ids("partId=P4") == [all[4]])
            #expect(try await ids("camera=C0&product=cable") == [all[2], all[0]])
            #expect(try await ids("mode=binary") == [all[5]])
            #expect(try await ids("mode=multitype&product=wire") == [all[3], all[1]])
            let type = try #require(results[0]["defects"][0]["type"].string)
            #expect(try await ids("defect=\(type)") == [all[4], all[2], all[0]])
            #expect(try await ids("defect=none") == [])
            let since = try #require(results[2]["createdAt"].string)
            #expect(try await ids("since=\(since)") == [all[5], all[4], all[3], all[2]])
            #expect(try await ids("until=\(since)") == [all[1], all[0]])
            let score = try #require(results[0]["score"].double)
            #expect(try await ids("minScore=\(score)").count == 6, "the printed score finds its own result")
            #expect(try await ids("minScore=1.1") == [])

            let form = Form.body([
                ("image", "a.png", "image/png", try Golden.png()),
                ("metadata", nil, "application/json", Array(#"{"line":3,"shift":"early","plan":{"a":1}}"#.utf8)),
            ])
            let tagged = try await service.send(
                "POST", "/inspect?product=wire&partId=P9", ["Content-Type": Form.type], body: form)
            let id = try #require(try tagged.json()["id"].string)
            #expect(try await ids("metadata.line=3") == [id])
            #expect(try await ids("metadata.line=3&metadata.shift=early&product=wire&verdict=ok") == [id])
            #expect(try await ids("metadata.line=3&metadata.shift=late") == [])
            #expect(try await ids("metadata.plan=1") == [])
            #expect(try await service.send("DELETE", "/results/\(id)").status == 204)

            let first = try await service.send("GET", "/results?pageSize=4").json()
            let token = try #require(first["nextPageToken"].string)
            _ = try await service.send("POST", "/inspect?product=cable", body: try Golden.png())
            let rest = try await service.send("GET", "/results?pageSize=4&pageToken=\(token)").json()
            #expect(rest["items"].items.compactMap { $0["id"].string } == [all[1], all[0]])
            let other = try await service.send("GET", "/results?product=cable&pageToken=\(token)")
            try other.expectProblem(400, "invalid-parameter")
        }
    }
}
