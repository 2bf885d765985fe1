import Foundation
import Storage
import Testing

@testable import InspectionService

@Suite("Summaries of results", .timeLimit(.minutes(2)))
struct ResultSummaryTests {
    @Test("count verdicts by product, defect and hour, with the filters of lists")
    func counts() async throws {
        try await withService { service in
            try await service.put("cable", cable)
            try await service.put("wire", cable.replacingOccurrences(of: "0.05", with: "1"))
            var results: [JSON] = []
            for product in ["cable", "wire", "cable", "cable"] {
                let answer = try await service.send("POST", "/inspect?product=\(product)", body: try Golden.png())
                results.append(try answer.json())
            }
            let byProduct = try await service.send("GET", "/results/summary?by=product").json()
            #expect(byProduct["by"].string == "product")
            #expect(byProduct["truncated"].value as? Bool == false)
            #expect(byProduct["items"].items.map { $0["product"].string } == ["cable", "wire"])
            #expect(byProduct["items"][0]["total"].int == 3)
            #expect(byProduct["items"][0]["verdicts"]["notOk"].int == 3)
            #expect(byProduct["items"][1]["verdicts"]["ok"].int == 1)
            #expect(byProduct["items"][1]["verdicts"]["undecidable"].int == 0)
            #expect(byProduct["items"][0]["score"]["max"].double == results[0]["score"].double)

            let byDefect = try await service.send("GET", "/results/summary?by=defect&product=cable").json()
            let types = Set(results[0]["defects"].items.compactMap { $0["type"].string })
            #expect(Set(byDefect["items"].items.compactMap { $0["defect"].string }) == types)
            #expect(byDefect["items"].items.allSatisfy { $0["total"].int == 3 })

            let byHour = try await service.send("GET", "/results/summary?by=hour&verdict=notOk").json()
            #expect(byHour["items"].count == 1)
            let hour = try #require(results[0]["createdAt"].string?.prefix(13))
            #expect(byHour["items"][0]["hour"].string == "\(hour):00:00.000000Z")
            #expect(byHour["items"][0]["total"].int == 3)
            let none = try await service.send("GET", "/results/summary?by=hour&camera=none").json()
            #expect(none["items"].count == 0)
        }
    }
}

@Suite("DELETE /results/{id}", .timeLimit(.minutes(2)))
struct ResultDeletionTests {
    @Test("removes a result with all its pictures, once")
    func deletion() async throws {
        try await withService(.socket) { service in
            try await service.put("cable", cable.dropLast() + ",\"keepImages\":\"all\"}")
            var ids: [String] = []
            for _ in 0..<2 {
                let answer = try await service.send("POST", "/inspect?product=cable", body: try Golden.png())
                ids.append(try #require(try answer.json()["id"].string))
            }
            let gone = try await service.send("DELETE", "/results/\(ids[0])")
            #expect(gone.status == 204 && gone.body.isEmpty)
            for path in ["", "/image", "/heatmap.png", "/overlay.png", "/masks/bent.png"] {
                try await service.send("GET", "/results/\(ids[0])\(path)").expectProblem(404, "unknown-result")
            }
            try await service.send("DELETE", "/results/\(ids[0])").expectProblem(404, "unknown-result")
            #expect(try await service.send("GET", "/results").json()["items"].items.map { $0["id"].string } == [ids[1]])
            #expect(try await service.send("GET", "/results/\(ids[1])/image").status == 200)
        }
    }
}

@Suite("Retention in the service", .timeLimit(.minutes(2)))
struct RetentionWorkerTests {
    /// Stores results of each verdict, one per day, the last one now.
    private func fill(_ service: Service, days: Int) async throws {
        try await service.put("cable", cable)
        let answer = try await service.send("POST", "/inspect?product=cable", body: try Golden.png())
        let id = try #require(try answer.json()["id"].string)
        let record = try #require(try await service.store.result(id))
        let now = service.core.environment.now().microseconds
        for verdict in Verdict.allCases {
            for day in 0..<days {
                var copy = record
                copy.id = "\(verdict)-\(day)"
                copy.verdict = verdict
                copy.createdAt = Timestamp(microseconds: now - Int64(day) * 86_400_000_000)
                copy.document = [UInt8](repeating: 0x20, count: 8976)
                try await service.store.insertResult(NewResult(record: copy, defects: [], files: []))
            }
        }
        _ = try await service.store.deleteResult(id)
    }

    private func left(_ service: Service) async throws -> [String: Int] {
        let items = try await service.store.results(matching: ResultFilter(), after: nil, limit: 1000).items
        return Dictionary(grouping: items) { $0.verdict.rawValue }.mapValues(\.count)
    }

    @Test("removes nothing unless it is told to")
    func off() async throws {
        try await withService { service in
            try await fill(service, days: 3)
            await service.core.retention.run()
            #expect(try await left(service) == ["ok": 3, "notOk": 3, "undecidable": 3])
            #expect(service.core.retention.report.runs == 1)
        }
    }

    @Test("removes by age, for each verdict its own, and reports it")
    func age() async throws {
        try await withDataFolder { folder in
            let log = LogCapture()
            try await withService(in: folder, log: log) {
                $0.retention.ok.maxAgeDays = 1.5
                $0.retention.notOk.maxAgeDays = 3.5
            } _: { service in
                try await fill(service, days: 6)
                await service.core.retention.run()
                #expect(try await left(service) == ["ok": 2, "notOk": 4, "undecidable": 6])
                let details = try await service.send("GET", "/readyz?verbose").json()
                #expect(details["retention"]["active"].value as? Bool == true)
                #expect(details["retention"]["removed"]["ok"].int == 4)
                #expect(details["retention"]["removed"]["notOk"].int == 2)
                #expect(details["retention"]["removedBytes"].int == 6 * 10_000)
                #expect(details["retention"]["problem"].isNull)
                #expect(details["results"]["all"]["count"].int == 12)
                #expect(details["results"]["all"]["bytes"].int == 120_000)
                let line = try #require(log.lines("retention removed results").last)
                #expect(line.fields["bytes"] != nil)
            }
        }
    }

    @Test("removes the oldest beyond a size: of a verdict, or of all, good parts first and defects last")
    func size() async throws {
        try await withService {
            $0.retention.undecidable.maxBytes = 35_000
            $0.retention.maxBytes = 100_000
        } _: { service in
            try await fill(service, days: 6)
            await service.core.retention.run()
            // 3 undecidable, then 9 of 15 results have to go: all 6 good ones would, but 5 suffice.
            #expect(try await left(service) == ["ok": 1, "notOk": 6, "undecidable": 3])
            let ids = try await service.store.results(matching: ResultFilter(), after: nil, limit: 100).items.map(\.id)
            #expect(ids.contains("ok-0") && ids.contains("undecidable-2") && !ids.contains("undecidable-3"))
        }
    }

    @Test("runs by itself, and ends when the service does")
    func background() async throws {
        try await withService {
            $0.retention.ok.maxAgeDays = 1.5
        } _: { service in
            await service.eventually { service.core.retention.report.runs > 0 }
            await service.core.retention.stop()
            await service.core.retention.stop()
        }
    }

    @Test("says why it could not finish, and goes on next time")
    func failing() async throws {
        try await withDataFolder { folder in
            let log = LogCapture()
            try await withService(in: folder, log: log) {
                $0.retention.ok.maxAgeDays = 0.5
            } _: { service in
                try await fill(service, days: 2)
                try await service.setQueryOnly(true)
                await service.core.retention.run()
                #expect(service.core.retention.report.failure?.code == .readOnly)
                #expect(log.lines("retention could not finish").count == 1)
                try await service.setQueryOnly(false)
                await service.core.retention.run()
                #expect(service.core.retention.report.failure == nil)
                #expect(try await left(service)["ok"] == 1)
            }
        }
    }
}
