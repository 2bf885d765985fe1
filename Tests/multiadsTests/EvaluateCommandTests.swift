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
        dataset name: String = "folder", source: String? = nil, product: String = "steel_plate",
        files: MiniatureDataset, shots: [Int] = [0, 1]
    ) throws -> EvaluationRun {
        let golden = try GoldenModel.tiny()
        var options = EvaluationOptions(imageSide: golden.side, shots: shots)
        options.filtersTypes = true
        options.seeds = 2
        try files.picture("\(product)/train/good/001.png")
        let evaluator = try Evaluator(
            model: golden.model, modelName: "tiny <&>", program: "multiads", source: nil, dataset: files.open(.folder),
            knowledge: KnowledgeBase.builtIn(), options: options, folder: try results(files))
        let run = try evaluator.run { try golden.firstPrompts(of: $0) }
        let subject = EvaluationRun.Subject(
            dataset: name, title: name, products: run.subject.products, source: source, model: run.subject.model,
            modelDigest: "", adapterDigest: "", stages: run.subject.stages, activation: "gelu", precision: "bf16",
            engine: "tiles", program: "multiads", inputDigest: "")
        return EvaluationRun(subject: subject, options: run.options, products: run.products)
    }

    /// The folder for results.
    private func results(_ files: MiniatureDataset) throws -> String {
        let path = files.root + "/results"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    @Test(
        "impossible combinations are explained",
        arguments: [
            (["--mode", "few-shot"], "such as --shots 1,2,4,8"),
            (["--mode", "zero-shot", "--shots", "1"], "few-shot only"),
            (["--shots", "0"], "found 0"), (["--shots", "1,two"], "--shots"), (["--seeds", "0"], "from 1 to 1000"),
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
        let undefined = try EvaluationSummary(run(files: MiniatureDataset.own())).tables[0]
        #expect(undefined.imageAUROCInterval == nil)
        let files = try MiniatureDataset.own()
        for number in 0..<3 { try files.picture("steel_plate/test/good/00\(number).png", gray: 60) }
        for folder in ["scratch", "combined"] { try files.picture("steel_plate/test/\(folder)/000.png", gray: 180) }
        // All good ones have one score and all defective ones another, which shows no variance.
        let separated = try run(files: files)
        #expect(EvaluationSummary(separated).tables[0].imageAUROCInterval == nil)
        let record = try String(decoding: JSONEncoder().encode(separated), as: UTF8.self)
        let run = try JSONDecoder().decode(
            EvaluationRun.self,
            from: Data(record.replacing("\"aurocVariance\":0", with: "\"aurocVariance\":0.01").utf8))
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
        let overlap = try #require(summary.tables[0].mean.values[.auproReference]).mean * 100 - 89.7
        #expect(text.contains("89.7 (\(overlap >= 0 ? "+" : "")\(TextLayout.decimal(overlap, 1)))"), "\(text)")
        let foreign = EvaluationText(
            run: try self.run(dataset: "visa", source: "my-parts", files: MiniatureDataset.own()), summary: summary,
            terminal: terminal
        ).comparison
        #expect(foreign.contains("no adapters trained on my-parts"))
    }

    @Test("defect types stand beside the paper's samples of them")
    func typeComparison() throws {
        let run = try run(dataset: "visa", source: "mvtec-ad", files: MiniatureDataset.own())
        let summary = EvaluationSummary(run)
        let text = EvaluationText(run: run, summary: summary, terminal: terminal).comparison
        let own = try #require(summary.types.first { $0.name == "hole" }?.auroc) * 100
        let difference = TextLayout.decimal(own - 99.55, 1)
        #expect(text.contains("Table 2"))
        #expect(text.contains("\(TextLayout.decimal(99.55, 1)) (\(own >= 99.55 ? "+" : "")\(difference))"), "\(text)")
        #expect(!text.contains("stuck"), "only types that were measured")
        let foreign = EvaluationText(
            run: try self.run(dataset: "visa", source: "mpdd", files: MiniatureDataset.own()), summary: summary,
            terminal: terminal
        ).comparison
        #expect(!foreign.contains("Table 2"), "the paper's table is of adapters trained on MVTec AD")
    }

    @Test("products stand beside the paper's, with the dataset's own phrases and with foreign ones")
    func productComparison() throws {
        let files = try MiniatureDataset()
        for path in ["train/good/000", "test/good/000", "test/scratch/000"] { try files.picture("tubes/\(path).png") }
        try files.mask("tubes/ground_truth/scratch/000_mask.png")
        let run = try run(dataset: "mpdd", source: "mvtec-ad", product: "tubes", files: files)
        let summary = EvaluationSummary(run)
        let text = EvaluationText(run: run, summary: summary, terminal: terminal).comparison
        let own = try #require(summary.tables.last?.products.first?.values[.imageAUROC]).mean * 100
        let difference = TextLayout.decimal(own - 97.6, 1)
        #expect(text.contains("Table 19") && text.contains("MPDD phrases") && text.contains("VisA phrases"))
        #expect(text.contains("97.6 (\(own >= 97.6 ? "+" : "")\(difference))"), "\(text)")
        #expect(!text.contains("bracket_black"), "only products that were measured")
    }

    @Test("the page says what is missing from its means")
    func pageNotes() throws {
        let files = try MiniatureDataset()
        for path in ["train/good/000", "test/scratch/000"] { try files.picture("plate/\(path).png") }
        try files.mask("plate/ground_truth/scratch/000_mask.png")
        let run = try run(product: "plate", files: files)
        let note =
            "plate: no normal pictures, so its image AUROC is undefined and not in the mean, and its F1-max and AP say little"
        let summary = EvaluationSummary(run)
        #expect(
            EvaluationPage(run: run, summary: summary, folder: try results(files)).html.contains("<li>\(note)</li>"))
        #expect(EvaluationText(run: run, summary: summary, terminal: terminal).page.contains("\(note)\n"))
        let whole = try self.run(files: MiniatureDataset.own())
        let page = EvaluationPage(run: whole, summary: EvaluationSummary(whole), folder: "").html
        #expect(!page.contains("no normal pictures"))
        let unmarked = try MiniatureDataset.own()
        try unmarked.mask("steel_plate/ground_truth/scratch/000_mask.png", columns: 0..<0)
        let warning = "steel_plate: 1 defective picture without a marked pixel"
        #expect(EvaluationNotes(try self.run(files: unmarked)).limits.contains { $0.hasPrefix(warning) })
        let all = try self.run(files: MiniatureDataset.own(), shots: [0, 1, 2])
        #expect(EvaluationNotes(all).limits.first?.hasPrefix("2-shot: every draw is of the same pictures") == true)
        // Draws that coincide need not be of all there is.
        #expect(EvaluationNotes(all).limits.allSatisfy { !$0.contains("all there are") })
    }

    @Test("the page needs no other file, and escapes what it shows")
    func page() throws {
        let files = try MiniatureDataset.own()
        let run = try run(files: files)
        let html = EvaluationPage(run: run, summary: EvaluationSummary(run), folder: try results(files)).html
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
        // Multi-type maps take no references.
        let zeroShot = try #require(results[0]["mean"] as? [String: Any])
        #expect(zeroShot.keys.contains("typesF1") && !mean.keys.contains { $0.hasPrefix("types") })
        let page = EvaluationPage(run: run, summary: EvaluationSummary(run), folder: try self.results(files)).html
        #expect(page.contains("types AUROC, zero-shot"))
    }

    @Test("what was left out and the words that were chosen are in every form")
    func leftOut() throws {
        let run = try run(files: MiniatureDataset.own())
        let command = try EvaluateCommand.parse([
            "data", "--phrases", "detailed", "--variant", "bundled-model", "--types", "general", "--knowledge-base",
            "k<1>.json",
        ])
        var leftOut = EvaluationRun.LeftOut()
        leftOut.products = [
            LeftOutProduct(name: "copper_pipe", reason: "expected usable test pictures, found 3 bad ones")
        ]
        leftOut.masks = ["steel_plate/ground_truth/scratch/0OO.png"]
        let whole = EvaluationRun(
            subject: run.subject, wording: command.choice.wording(command.source), options: run.options,
            products: run.products, leftOut: leftOut)
        let summary = EvaluationSummary(whole)
        let text = EvaluationText(run: whole, summary: summary, terminal: terminal).page
        #expect(text.contains("1 mask, 1 product left out\ncopper_pipe: left out: expected usable test pictures"))
        #expect(text.contains("1 mask of no picture left out (steel_plate/ground_truth/scratch/0OO.png)"))
        let page = EvaluationPage(run: whole, summary: summary, folder: "").html
        #expect(page.contains("detailed phrases, variant bundled-model, types of general, files k&lt;1&gt;.json"))
        #expect(page.contains("1 mask, 1 product left out.</p>") && page.contains("<li>copper_pipe: left out: "))
        let json = EvaluationJSON.document(whole, summary).compact
        let wording =
            #""wording":{"phrases":"detailed","variant":"bundled-model","types":"general","knowledgeBase":["k<1>.json"]}"#
        #expect(json.contains(wording))
        #expect(json.contains(#""leftOut":{"products":[{"name":"copper_pipe","#))
    }
}
