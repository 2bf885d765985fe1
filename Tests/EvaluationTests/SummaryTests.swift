import AnomalyDetection
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

    @Test("published AUPRO, of 200 thresholds, stands beside the one that is taken so, never beside the exact one")
    func publishedAUPRO() {
        let values = PublishedResult.all.map(\.values) + PublishedProduct.all.map(\.values)
        #expect(values.allSatisfy { $0[.aupro] == nil })
        #expect(
            values.contains { $0[.auproReference] == 91.7 } && PublishedProduct.all[0].values[.auproReference] == 89.5)
    }

    @Test("published types are types of their datasets, each with three numbers")
    func types() throws {
        let knowledge = try KnowledgeBase.builtIn()
        #expect(PublishedType.all.count == 14)
        for line in PublishedType.all {
            let dataset = try knowledge.dataset(named: line.target)
            #expect(dataset.defectTypes.contains { $0.name == line.type }, "\(line)")
            #expect(line.values.count == 3 && line.values.values.allSatisfy { (0...100).contains($0) }, "\(line)")
        }
        let hole = PublishedType.find(target: "visa").first { $0.type == "hole" }
        #expect(hole?.values == [.typesAUROC: 99.55, .typesF1: 12.64, .typesAP: 25.19] && hole?.isSeen == true)
        #expect(PublishedType.find(target: "mvtec-ad").isEmpty)
    }

    @Test("published products are products of their dataset; their means are the paper's averages")
    func products() throws {
        let known = try KnowledgeBase.builtIn().dataset(named: PublishedProduct.target).products.map(\.name)
        #expect(PublishedProduct.find(target: "mpdd", shots: 4).isEmpty)
        for (phrases, average) in [
            (PublishedProduct.Phrases.own, [97.4, 39.4, 35.6, 91.7, 81.7, 84.6]),
            (.foreign, [97.2, 37.6, 35.1, 91.4, 81.1, 84.4, 84.3]),
        ] {
            let lines = PublishedProduct.find(target: "mpdd", shots: 1).filter { $0.phrases == phrases }
            #expect(Set(lines.map(\.product)) == Set(known))
            for (metric, expected) in zip(PublishedProduct.metrics, average) {
                let values = lines.compactMap { $0.values[metric] }
                #expect(values.count == 6, "\(metric)")
                #expect(abs(values.reduce(0, +) / 6 - expected) < 0.1, "\(phrases) \(metric)")
            }
        }
        // The misprinted cell is left out.
        let connector = PublishedProduct.all.first { $0.product == "connector" && $0.phrases == .own }
        #expect(connector?.values.count == 6 && connector?.values[.imageAP] == nil)
    }
}
