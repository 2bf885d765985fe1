import ArgumentParser
import Datasets
import Foundation
import Tensors
import TestSupport
import Testing

@testable import multiads

@Suite("multiads dataset check")
struct DatasetCommandTests {
    private let terminal = Terminal(descriptor: 1, isInteractive: false, environment: [:])

    private func page(_ dataset: Dataset) -> String {
        let report = DatasetCheck(dataset, threads: ComputeThreads(count: 1)).run()
        return DatasetReportText(dataset: dataset, report: report, terminal: terminal).page
    }

    @Test("counts of a public dataset stand beside the published ones")
    func published() throws {
        let files = try MiniatureDataset.mvtec()
        let text = page(try files.open(.mvtecAD))
        #expect(text.contains("bottle   2 (p 209)  1 (p 20)   2 (p 63)  broken_large 1 (p 20), broken_small 0 (p 22)"))
        #expect(text.contains("counts differ from the published ones: bottle, screw"))
        #expect(text.contains("not here, of 15 published products: cable, capsule"))
        #expect(text.hasSuffix("no fault found\n"))
    }

    @Test("a dataset has its own list, not that of the folder one works in")
    func ownList() throws {
        let (asked, other) = (try MiniatureDataset.mvtec(), try MiniatureDataset())
        let path = "bottle/test/broken_large/000.png"
        try asked.write(
            "meta.json",
            #"{"train": {"bottle": []}, "test": {"bottle": [{"img_path": "\#(path)", "mask_path": "bottle/ground_truth/broken_large/000_mask.png", "cls_name": "bottle", "specie_name": "broken_large", "anomaly": 1}]}}"#
        )
        try other.write("meta.json", #"{"test": {"other": [{"img_path": "x.png", "anomaly": 0}]}}"#)
        let run = try Program.run(
            ["dataset", "check", asked.root, "--dataset", "mvtec-ad", "--quick"], in: other.root)
        #expect(run.output.contains("bottle") && !run.output.contains("other  "), "\(run)")
    }

    @Test("faults are listed under their title")
    func faults() throws {
        let files = try MiniatureDataset.own()
        try files.picture("steel_plate/test/kratzer/000.png")
        let text = page(try files.open(.folder))
        #expect(text.contains("masks that are not there: 1\n  steel_plate/test/kratzer/000.png: expected a mask"))
        #expect(text.contains("names that the knowledge base does not know: 1\n  kratzer:"))
        #expect(!text.contains("published"))
    }

    @Test(
        "a foreign layout needs its kind, and wrong names are explained",
        arguments: [
            (["/nowhere"], "nothing there"), (["."], "expected a dataset of a known layout"),
            ([".", "--dataset", "visa"], "expected split_csv/1cls.csv"),
            ([".", "--dataset", "mvtec", "--variant", "single-phrases"], "did you mean “single-phrase”?"),
        ])
    func failures(arguments: [String], part: String) throws {
        let files = try MiniatureDataset()
        let folder = arguments[0] == "." ? files.root : arguments[0]
        let parsed = try DatasetArguments.parse([folder] + arguments.dropFirst())
        let error = try #require(throws: (any Error).self) { _ = try parsed.open(parsed.knowledge()) }
        #expect("\(error)".contains(part), "\(error)")
    }

    @Test("the JSON form counts the same")
    func json() throws {
        let files = try MiniatureDataset.mvtec()
        let dataset = try files.open(.mvtecAD)
        let report = DatasetCheck(dataset, threads: ComputeThreads(count: 1)).run()
        let text = DatasetReportJSON.document(dataset, report).compact
        #expect(text.contains(#""name":"bottle","train":2,"normal":1,"anomalous":2,"#))
        #expect(text.hasSuffix(#""issueCounts":{},"issues":[]}"#))
    }
}
