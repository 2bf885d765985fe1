import Foundation
import Testing

@testable import InspectionService

/// The samples of a text in Prometheus' format, read strictly.
private struct Scrape {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Kinds by family.
    var kinds: [String: String] = [:]
    /// Values by name and labels, as written.
    var values: [String: Double] = [:]

    init(_ text: String) throws {
        let sample = #/([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\.)*",?)*\})? ([^ ]+)/#
        guard text.hasSuffix("\n") else { throw Failure(description: "no line feed at the end") }
        for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("# HELP ") { continue }
            if line.hasPrefix("# TYPE ") {
                let words = line.split(separator: " ")
                guard words.count == 4, kinds.updateValue(String(words[3]), forKey: String(words[2])) == nil else {
                    throw Failure(description: String(line))
                }
                continue
            }
            guard let match = try sample.wholeMatch(in: line), let value = Double(match.3) else {
                throw Failure(description: String(line))
            }
            let family = String(match.1)
            let base = family.replacing(#/_(bucket|sum|count)$/#, with: "")
            guard kinds[family] != nil || kinds[base] == "histogram" else {
                throw Failure(description: "no TYPE before \(line)")
            }
            guard values.updateValue(value, forKey: "\(match.1)\(match.2 ?? "")") == nil else {
                throw Failure(description: "twice: \(line)")
            }
        }
    }
}

@Suite("GET /metrics", .timeLimit(.minutes(2)))
struct MetricsTests {
    @Test("counts inspections, verdicts, refusals and requests, by route and never by path")
    func counts() async throws {
        try await withService(.socket) { service in
            try await service.put("cable", cable)
            for dryRun in [false, false, true] {
                _ = try await service.send("POST", "/inspect?product=cable&dryRun=\(dryRun)", body: try Golden.png())
            }
            _ = try await service.send("POST", "/inspect?product=cable", body: Array("text".utf8))
            _ = try await service.send("GET", "/secret-path-7")
            _ = try await service.send("GET", "/results/unknown-id-8")
            _ = try await service.send("POST", "/products/cable/references", body: try Golden.png("reference_0"))
            await service.eventually { service.application.activeConnections == 0 }
            let answer = try await service.send("GET", "/metrics")
            #expect(answer["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
            let scrape = try Scrape(answer.text)
            #expect(scrape.values[#"inspect_verdicts_total{product="cable",verdict="notOk"}"#] == 2)
            #expect(scrape.values["inspect_dry_runs_total"] == 1)
            #expect(scrape.values[#"inspect_rejected_total{reason="not-an-image"}"#] == 1)
            #expect(scrape.values[#"inspect_reference_images{product="cable"}"#] == 1)
            #expect(scrape.values[#"inspect_score_count{product="cable"}"#] == 2)
            #expect(scrape.values[#"inspect_stage_duration_seconds_count{stage="encode"}"#] == 3)
            #expect(scrape.values[#"inspect_stage_duration_seconds_count{stage="commit"}"#] == 2)
            #expect(scrape.values["inspect_queue_depth"] == 0 && scrape.values["inspect_ready"] == 1)
            let name = "http_server_request_duration_seconds_count"
            #expect(scrape.values[name + #"{method="POST",route="/inspect",status="200"}"#] == 3)
            #expect(scrape.values[name + #"{method="POST",route="/inspect",status="415"}"#] == 1)
            #expect(scrape.values[name + #"{method="GET",route="/results/{result}",status="404"}"#] == 1)
            #expect(scrape.values[name + #"{method="GET",route="none",status="404"}"#] == 1)
            #expect(!answer.text.contains("secret-path-7") && !answer.text.contains("unknown-id-8"))
            #expect(try #require(scrape.values["process_resident_memory_bytes"]) > 1e6)
            #expect(scrape.kinds["http_server_request_duration_seconds"] == "histogram")
        }
    }

    @Test("tells how many log lines were lost, where somebody counts them", arguments: [nil, 7] as [Int?])
    func lostLogLines(count: Int?) async throws {
        try await withService {
            if let count { $0.lostLogLines = { count } }
        } _: { service in
            let scrape = try Scrape(try await service.send("GET", "/metrics").text)
            #expect(scrape.values["inspect_log_lines_lost_total"] == count.map(Double.init))
        }
    }

    @Test("has histograms whose buckets add up")
    func histograms() throws {
        var histogram = Histogram([0.1, 0.5, 1])
        for value in [0, 0.1, 0.2, 0.5, 0.7, 3] { histogram.observe(value) }
        var text = PrometheusText()
        text.histograms("test_seconds", "A test.", [([("a", "b")], histogram)])
        let scrape = try Scrape(text.text)
        #expect(
            ["0.1", "0.5", "1", "+Inf"].map { scrape.values[#"test_seconds_bucket{a="b",le="\#($0)"}"#] } == [
                2, 4, 5, 6,
            ])
        #expect(scrape.values[#"test_seconds_count{a="b"}"#] == 6 && scrape.values[#"test_seconds_sum{a="b"}"#] == 4.5)
    }

    @Test("escapes labels, and gives the first hundred products a label of their own")
    func labels() throws {
        var text = PrometheusText()
        text.family("test", .gauge, "A test.", [([("a", "quote \" slash \\ line \n")], 1)])
        #expect(text.text.hasSuffix(#"test{a="quote \" slash \\ line \n"} 1"# + "\n"))
        var counts = ServiceMetrics.Counts()
        let labels = (0..<200).map { counts.label("product-\($0)") }
        #expect(Set(labels).count == ServiceMetrics.maxProducts + 1)
        #expect(counts.label("product-7") == "product-7" && counts.label("product-150") == ServiceMetrics.other)
    }
}
