import Evaluation
import Testing

@Suite("Summaries and published numbers")
struct SummaryTests {
    @Test("mean and sample standard deviation over draws")
    func deviation() throws {
        let value = try #require(MetricValue([0.8, 0.9, 1.0]))
        #expect(abs(value.mean - 0.9) < 1e-12)
        let deviation = try #require(value.deviation)
        #expect(abs(deviation - 0.1) < 1e-12)
        #expect(MetricValue([0.5])?.deviation == nil)
        #expect(MetricValue([]) == nil)
    }

    @Test(
        "published lines are found by source, target and shots",
        arguments: [
            ("mvtec-ad", "visa", 0, ["Table 1", "Table 4", "Table 4", "Table 4"]),
            ("visa", "mvtec-ad", 4, ["Tables 21–23", "Tables 21–23"]),
            ("visa", "real-iad", 0, []),
        ])
    func published(source: String, target: String, shots: Int, tables: [String]) {
        #expect(PublishedResult.find(source: source, target: target, shots: shots).map(\.table) == tables)
    }

    @Test("published values are percentages, each line complete")
    func complete() {
        for line in PublishedResult.all {
            let expected = ["Table 1": 3, "Table 4": 4, "Tables 21–23": 5][line.table]
            #expect(line.values.count == expected, "\(line)")
            #expect(line.values.values.allSatisfy { (20...100).contains($0) }, "\(line)")
        }
        #expect(PublishedResult.find(source: "mvtec-ad", target: "visa", shots: 8)[0].values[.imageAUROC] == 94.7)
    }
}
