import ArgumentParser
import Checkpoints
import Datasets
import Foundation
import TestSupport
import Testing
import Training

@testable import multiads

@Suite("train, from the command line to adapters that inspect takes")
struct TrainCommandTests {
    let dataset: MiniatureDataset
    let tiny = Fixtures.path("CLIP/tiny")
    init() throws { dataset = try MiniatureDataset.mvtec() }

    private var out: String { dataset.root + "/trained" }

    private func train(_ arguments: [String]) throws {
        let command = try TrainCommand.parse(
            [dataset.root, "--out", out, "--model", tiny, "--image-size", "56", "--stages", "1,2,3,5", "--no-cache"]
                + ["--types", "mpdd", "--knowledge-base", try knowledge(), "--list", dataset.root + "/list.json"]
                + arguments)
        try command.run()
    }

    /// Few and short phrases: the tiny model's text tower need not run for seconds.
    private func knowledge() throws -> String {
        let path = dataset.root + "/templates.json"
        try dataset.write(
            "templates.json", #"{"format": 1, "kind": "templates", "templates": ["a photo of a {}."]}"#)
        try dataset.write(
            "list.json",
            #"""
            {"train": {}, "test": {"bottle": [
            {"img_path": "bottle/test/good/000.png", "mask_path": "", "cls_name": "bottle", "specie_name": "good", "anomaly": 0},
            {"img_path": "bottle/test/broken_large/000.png", "cls_name": "bottle", "specie_name": "hole", "anomaly": 1,
             "mask_path": "bottle/ground_truth/broken_large/000_mask.png"}]}}
            """#)
        return path
    }

    @Test("adapters, loss table and chart; the features are removed in the end")
    func trains() throws {
        try train(["--epochs", "2", "--mosaic-rate", "0.5"])
        let names = try FileManager.default.contentsOfDirectory(atPath: out).sorted()
        #expect(
            names == [
                "adapter-epoch-01.safetensors", "adapter-epoch-02.safetensors", "adapter.safetensors", "loss.csv",
                "loss.svg", "training.safetensors",
            ])
        let metadata = try CheckpointFile.open(path: out + "/adapter.safetensors").metadata
        #expect(metadata["defect_types"] == "hole" && metadata["stages"] == "1,2,3,5" && metadata["image_side"] == "56")
        #expect(metadata["source_dataset"] == "mpdd" && metadata["engine"] == Version.text)

        let inspect = try InspectCommand.parse([
            tiny + "/query.png", "--model", tiny, "--adapter", out + "/adapter.safetensors", "--no-cache", "--json",
            "--threshold", "1.5", "--maps", dataset.root + "/maps.safetensors",
        ])
        try inspect.run()
        let maps = try CheckpointFile.open(path: dataset.root + "/maps.safetensors")
        #expect(maps.metadata["states"] == "normal,hole")
    }

    @Test("a used folder is refused, and continued with --resume")
    func resumes() throws {
        try train(["--epochs", "1"])
        #expect(throws: ExitCode(1)) { try train(["--epochs", "2"]) }
        try train(["--epochs", "2", "--resume"])
        let metadata = try CheckpointFile.open(path: out + "/adapter.safetensors").metadata
        #expect(metadata["epoch"] == "2" && metadata["steps"] == "2")
        #expect(throws: ExitCode(1)) { try train(["--epochs", "2", "--resume", "--seed", "9"]) }
    }

    @Test("training goes on from the model's own adapters, at their side and stages")
    func fromModel() throws {
        try train(["--epochs", "1", "--from-adapter", "model"])
        let metadata = try CheckpointFile.open(path: out + "/adapter.safetensors").metadata
        #expect(metadata["started_from"]?.count == 64)
        #expect(throws: ExitCode(1)) {
            try train(["--epochs", "1", "--from-adapter", "model", "--stages", "1,2,3,4", "--resume"])
        }
    }

    @Test(
        "options out of range are refused before the dataset is read",
        arguments: [
            ("--epochs", "0"), ("--batch-size", "0"), ("--learning-rate", "0"), ("--mosaic-rate", "2"),
            ("--save-every", "0"),
        ])
    func outOfRange(option: String, value: String) throws {
        let error = try #require(throws: (any Error).self) {
            _ = try TrainCommand.parse(["/nowhere", "--out", "x", option, value])
        }
        #expect(TrainCommand.exitCode(for: error).rawValue == 64)
        #expect(TrainCommand.message(for: error).contains("found \(value)"), "\(TrainCommand.message(for: error))")
    }

    @Test(
        "sizes in decimal units",
        arguments: [
            ("0", 0), ("500", 500), ("500B", 500), ("2kB", 2000), ("1.5 GB", nil), ("1.5GB", 1_500_000_000), ("x", nil),
            ("-1", nil), ("20gb", 20_000_000_000), ("", nil), ("9e30", nil), ("nan", nil),
        ] as [(String, Int?)])
    func sizes(text: String, bytes: Int?) {
        #expect(ByteCount(argument: text)?.bytes == bytes)
    }
}
