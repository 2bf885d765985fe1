import AnomalyDetection
import ArgumentParser
import Datasets
import Evaluation
import Foundation
import TestSupport
import Testing

@testable import multiads

@Suite("multiads evaluate")
struct EvaluateCommandTests {
    private let terminal = Terminal(descriptor: 1, isInteractive: false, environment: [:])

    /// A run of a random model on a miniature dataset, under another dataset's name.
    private func run(
        dataset name: String = "folder", source: String? = nil, files: MiniatureDataset
    ) throws -> EvaluationRun {
        let golden = try GoldenModel.tiny()
        var options = EvaluationOptions(imageSide: golden.side, shots: [0, 1])
        options.filtersTypes = true
        options.seeds = 2
        try files.picture("steel_plate/train/good/001.png")
        let evaluator = try Evaluator(
            model: golden.model, modelName: "tiny <&>", source: source, dataset: files.open(.folder),
            knowledge: KnowledgeBase.builtIn(), options: options, folder: files.root)
        let run = try evaluator.run { state, ensemble in
            try StateEmbeddings.embedding(of: Array(ensemble.prompts(of: state).prefix(1)), model: golden.model.clip)
        }
        let subject = EvaluationRun.Subject(
            dataset: name, title: name, products: run.subject.products, source: source, model: run.subject.model,
            modelDigest: "", adapterDigest: "", stages: run.subject.stages, activation: "gelu", inputDigest: "")
        return EvaluationRun(subject: subject, options: run.options, products: run.products)
    }

    @Test(
        "impossible combinations are explained",
        arguments: [
            (["--mode", "few-shot"], "such as --shots 1,2,4,8"),
            (["--mode", "zero-shot", "--shots", "1"], "few-shot only"),
            (["--shots", "0"], "found 0"), (["--shots", "1,two"], "--shots"), (["--seeds", "0"], "1 or more"),
            (["--fpr-limit", "1.5"], "at most 1"), (["--list", "a.json", "--folders"], "found both"),
            (["--dataset", "mvtech"], "--dataset"),
        ])
    func arguments(arguments: [String], part: String) throws {
        let error = try #require(throws: (any Error).self) { _ = try EvaluateCommand.parse(["data"] + arguments) }
        #expect(EvaluateCommand.message(for: error).contains(part), "\(EvaluateCommand.message(for: error))")
    }

    @Test("one run measures zero-shot and every number of shots, ascending")
    func options() throws {
        let command = try EvaluateCommand.parse([
            "data", "--dataset", "mvtec", "--shots", "4,1,4", "--seeds", "3", "--filter",
        ])
        let options = try command.choice.options(GoldenModel.tiny().model)
        #expect(options.shots == [0, 1, 4])
        #expect(options.settings.count == 1 + 3 + 3)
        #expect(options.filtersTypes && command.source.dataset == .mvtecAD)
        #expect(throws: (any Error).self) {
            var choice = command.choice
            choice.imageSize = 33
            _ = try choice.options(GoldenModel.tiny().model)
        }
    }

    @Test("tables show every product and metric, spread over draws, and what is missing from means")
    func tables() throws {
        let files = try MiniatureDataset.own()
        let run = try run(files: files)
        let text = EvaluationText(run: run, summary: EvaluationSummary(run), terminal: terminal).page
        #expect(text.contains("zero-shot\n"))
        #expect(text.contains("1 shot, mean ± standard deviation of 2 draws"))
        #expect(text.contains("AUPRO-ref") && text.contains("steel_plate") && text.contains("±"))
        #expect(text.contains("3 pictures of 1 product\n"))
        #expect(!text.split(separator: "\n").contains { $0.hasSuffix(" ") })
    }

    @Test("the interval over pictures is 1.96 standard errors of the mean of the products' AUROCs, where defined")
    func interval() throws {
        let files = try MiniatureDataset.own()
        let undefined = try EvaluationSummary(run(files: files)).tables[0]
        #expect(undefined.imageAUROCInterval == nil)
        try files.picture("steel_plate/test/good/001.png")
        try files.picture("steel_plate/test/good/002.png")
        let run = try run(files: files)
        let table = EvaluationSummary(run).tables[0]
        let metrics = try #require(run.products[0].settings.first { $0.setting.shots == 0 }).image
        let auroc = try #require(metrics.auroc)
        let half = try 1.959964 * #require(metrics.aurocVariance).squareRoot()
        let interval = try #require(table.imageAUROCInterval)
        #expect(abs(interval.lowerBound - max(0, auroc - half)) < 1e-9)
        #expect(abs(interval.upperBound - min(1, auroc + half)) < 1e-9)
        let text = EvaluationText(run: run, summary: EvaluationSummary(run), terminal: terminal).page
        #expect(text.contains("mean image AUROC, 95 % interval over pictures: "))
    }

    @Test("the paper's lines stand beside this run with their differences")
    func comparison() throws {
        let files = try MiniatureDataset.own()
        let run = try run(dataset: "visa", source: "mvtec-ad", files: files)
        let summary = EvaluationSummary(run)
        let text = EvaluationText(run: run, summary: summary, terminal: terminal).comparison
        let own = try #require(summary.tables[0].mean.values[.pixelAUROC]).mean * 100
        let difference = TextLayout.decimal(own - 95, 1)
        #expect(text.contains("MultiADS, Table 4") && text.contains("April-GAN, Tables 21–23"))
        #expect(text.contains("95.0 (\(own >= 95 ? "+" : "")\(difference))"))
        let foreign = EvaluationText(
            run: try self.run(dataset: "visa", source: "my-parts", files: MiniatureDataset.own()), summary: summary,
            terminal: terminal
        ).comparison
        #expect(foreign.contains("no adapters trained on my-parts"))
    }

    @Test("the page needs no other file, and escapes what it shows")
    func page() throws {
        let files = try MiniatureDataset.own()
        let run = try run(files: files)
        let html = EvaluationPage(run: run, summary: EvaluationSummary(run), folder: files.root).html
        #expect(html.contains("tiny &lt;&amp;&gt;") && !html.contains("tiny <&>"))
        #expect(html.contains("data:image/jpeg;base64,"))
        #expect(html.components(separatedBy: "<svg").count == 5)
        for outside in ["http:", "https:", "<script", "<link", "url("] { #expect(!html.contains(outside)) }
        #expect(html.contains("prefers-color-scheme: dark"))
    }

    @Test("the JSON form and the table of scores are complete")
    func json() throws {
        let files = try MiniatureDataset.own()
        let run = try run(files: files)
        let text = EvaluationJSON.document(run, EvaluationSummary(run)).compact
        let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let results = try #require(object["results"] as? [[String: Any]])
        #expect(results.map { $0["shots"] as? Int } == [0, 1])
        let mean = try #require(results[1]["mean"] as? [String: [String: Any]])
        #expect(mean["imageAUROC"]?["deviation"] is Double)
        #expect(mean.keys.contains("aupro") && mean.keys.contains("auproReference"))
    }
}
