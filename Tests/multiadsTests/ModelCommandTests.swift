import AnomalyDetection
import CLIP
import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@testable import ModelFetch
@testable import multiads

@Suite("Model folders")
struct ModelCommandTests {
    let folder = FileManager.default.temporaryDirectory.appending(path: "multiads-model-\(UUID().uuidString)").path
    let tiny = Fixtures.path("CLIP/tiny")
    let progress = ProgressReporter(
        terminal: Terminal(descriptor: 2, isInteractive: false, environment: [:]), now: { .zero })
    init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }

    private func conversion(_ source: String, activation: Activation? = nil) -> ModelConversion {
        ModelConversion(source: source, activation: activation, progress: progress)
    }

    @Test("a converted folder is the same model, with digests of all files")
    func conversion() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let target = folder + "/out"
        try conversion(tiny, activation: .quickGELU).write(to: target, replaces: false)
        var expected = try CLIPConfiguration.load(ModelFiles(folder: tiny))
        expected.activation = .quickGELU
        #expect(try CLIPConfiguration.load(ModelFiles(folder: target)) == expected)
        let files = Set(try FileManager.default.contentsOfDirectory(atPath: target))
        #expect(
            files == [
                "open_clip_config.json", "open_clip_model.safetensors", "merges.txt", "adapter.safetensors",
                "model-card.md", "digests.json",
            ])
        let digests = try #require(try FileDigests.read(folder: target))
        #expect(Set(digests.files.keys) == files.subtracting(["digests.json"]))
        let report = ModelReport(folder: ModelFiles(folder: target), path: target, progress: progress)
        #expect(report.problems.isEmpty)
        #expect(report.parameters.vision + report.parameters.text + report.parameters.other == 385_447)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["out"])
    }

    @Test("nothing is replaced unasked, and nothing but model folders at all")
    func replacing() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let target = folder + "/out"
        try conversion(tiny).write(to: target, replaces: false)
        #expect(throws: CommandFailure.self) { try conversion(tiny).write(to: target, replaces: false) }
        try conversion(tiny, activation: .quickGELU).write(to: target, replaces: true)
        #expect(try CLIPConfiguration.load(ModelFiles(folder: target)).activation == .quickGELU)
        try Data().write(to: URL(filePath: folder + "/precious"))
        #expect(throws: CommandFailure.self) { try conversion(tiny).write(to: folder, replaces: true) }
        #expect(Set(try FileManager.default.contentsOfDirectory(atPath: folder)) == ["out", "precious"])
    }

    @Test("a folder that would not load does not appear")
    func brokenWeights() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let source = folder + "/source"
        try FileManager.default.copyItem(atPath: tiny, toPath: source)
        let path = source + "/open_clip_model.safetensors"
        let original = try SafeTensorsFile(
            region: ByteRegion.map(path: tiny + "/open_clip_model.safetensors"), name: path)
        let entries = try original.tensorNames.map { name in
            var values = try original.tensor(name).values
            if name == "visual.proj" { values[3] = .nan }
            return SafeTensorsWriter.Entry(name, Tensor(shape: try original.tensor(name).shape, values))
        }
        try SafeTensorsWriter.write(entries, to: path)
        #expect { try conversion(source).write(to: folder + "/out", replaces: false) } throws: {
            ($0 as? CLIPError)?.code == .nonFiniteWeight
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["source"])
    }

    @Test("a single file needs its activation and a vocabulary named")
    func singleFile() {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let source = Fixtures.path("Checkpoints/openai-f16.pt")
        for (activation, word) in [(nil, "--activation"), (.gelu, "--merges")] as [(Activation?, String)] {
            #expect {
                try conversion(source, activation: activation).write(to: folder + "/out", replaces: false)
            } throws: {
                "\($0)".contains(word)
            }
        }
    }

    @Test("a training script's adapter becomes adapter.safetensors with what is known of it")
    func adapter() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let opened = try CheckpointFile.open(path: Fixtures.path("Checkpoints/adapter.pth"))
        let shape = try #require(AdapterShape(opened))
        #expect((shape.stages, shape.width, shape.embedDim) == (4, 24, 16))
        let conversion = AdapterConversion(source: opened, shape: shape, metadata: ["stages": "1,2,3,4"])
        let path = try conversion.write(to: folder, replaces: false)
        #expect(path == folder + "/adapter.safetensors")
        #expect(throws: CommandFailure.self) { try conversion.write(to: folder, replaces: false) }
        let written = try CheckpointFile.open(path: path)
        let adapter = try Adapter(source: written, digest: "", width: 24, embedDim: 16)
        #expect(adapter.stages == [1, 2, 3, 4])
        #expect(try written.tensor("fc.3.weight").values == opened.tensor("fc.3.weight").values)
    }

    @Test("an adapter that is put into a recorded folder is recorded there, and nothing else is taken for one")
    func adapterAgain() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let opened = try CheckpointFile.open(path: Fixtures.path("Checkpoints/adapter.pth"))
        let conversion = AdapterConversion(source: opened, shape: try #require(AdapterShape(opened)), metadata: [:])
        let path = try conversion.write(to: folder, replaces: false)
        let old = FileDigests.Entry(byteCount: 1, sha256: SHA256Digest.of([1]))
        try FileDigests(files: ["adapter.safetensors": old, "other": old]).write(folder: folder)
        _ = try conversion.write(to: folder, replaces: true)
        let digests = try #require(try FileDigests.read(folder: folder))
        #expect(digests.files["adapter.safetensors"]?.sha256 == SHA256Digest.of(try ByteRegion.map(path: path)))
        #expect(digests.files["other"] == old)
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.copyItem(atPath: tiny + "/open_clip_model.safetensors", toPath: path)
        #expect { try conversion.write(to: folder, replaces: true) } throws: { "\($0)".contains("expected an adapter") }
    }

    @Test("what an ended conversion left behind does not get into a later one's folder")
    func leftovers() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let left = folder + "/.out.\(getpid()).0.tmp"
        try FileManager.default.createDirectory(atPath: left, withIntermediateDirectories: true)
        try Data("old".utf8).write(to: URL(filePath: left + "/strange.txt"))
        try conversion(tiny).write(to: folder + "/out", replaces: false)
        #expect(!FileManager.default.fileExists(atPath: folder + "/out/strange.txt"))
        #expect(FileManager.default.fileExists(atPath: left + "/strange.txt"))
    }

    @Test("a report names every problem of a folder")
    func problems() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let target = folder + "/out"
        try conversion(tiny).write(to: target, replaces: false)
        try Data("#version: 0.2\n".utf8).write(to: URL(filePath: target + "/merges.txt"))
        try FileManager.default.removeItem(atPath: target + "/open_clip_model.safetensors")
        let report = ModelReport(folder: ModelFiles(folder: target), path: target, progress: progress)
        #expect(report.problems.count == 3)
        #expect(report.problems.contains { $0.contains("merges.txt") && $0.contains("the file was changed") })
        #expect(report.problems.contains { $0.contains("expected model weights") })
    }

    @Test("the mlp ratio gives back the width exactly", arguments: [(198, 72), (4096, 1024), (1001, 333), (5, 3)])
    func ratio(mlpWidth: Int, width: Int) {
        #expect(Int(Double(width) * OpenCLIPConfigurationText.ratio(mlpWidth, to: width)) == mlpWidth)
    }

    @Test("a download shows bar, rate and time left")
    func fetchLine() {
        let state = FetchProgress(
            file: "w", fileNumber: 3, fileCount: 3, phase: .downloading, completedBytes: 250_000_000,
            totalBytes: 1_000_000_000, bytesPerSecond: 10_000_000)
        #expect(
            FetchReport.line(state, showsBar: true)
                == "w (3/3)  [######··················]  250 MB of 1.00 GB  10.0 MB/s  1:15 left")
        #expect([0, 65, 7384.9, -1].map(TextLayout.duration) == ["0:00", "1:05", "2:03:04", "0:00"])
    }
}
