import ArgumentParser
import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@testable import multiads

@Suite("inspect, from files to files")
struct InspectCommandTests {
    let folder = FileManager.default.temporaryDirectory.appending(path: "multiads-inspect-\(UUID().uuidString)")
    let tiny = Fixtures.path("CLIP/tiny")
    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    /// The golden model's three templates in the knowledge base's form.
    private func templates() throws -> String {
        let texts = try String(contentsOf: URL(filePath: tiny + "/templates.json"), encoding: .utf8)
        let file = folder.appending(path: "templates.json")
        try Data(#"{"format": 1, "kind": "templates", "templates": \#(texts)}"#.utf8).write(to: file)
        return file.path
    }

    private func tensors(_ name: String) throws -> SafeTensorsFile {
        let path = folder.appending(path: name).path
        return try SafeTensorsFile(region: ByteRegion.map(path: path), name: name)
    }

    @Test("--maps writes what OpenCLIP and the paper's formulas give", arguments: [true, false])
    func maps(fewShot: Bool) throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let references = fewShot ? ["--reference", tiny + "/reference_0.png", tiny + "/reference_1.png"] : []
        let command = try InspectCommand.parse(
            [tiny + "/query.png", "--model", tiny, "--states", tiny + "/states.json", "--no-cache", "--json"]
                + ["--knowledge-base", try templates(), "--maps", folder.appending(path: "m.safetensors").path]
                + references)
        #expect(throws: ExitCode(1)) { try command.run() }

        let golden = try GoldenModel.tiny().golden
        let written = try tensors("m.safetensors")
        var names = ["text", "global_embedding", "global_probabilities", "multitype_map", "anomaly_map"]
        names += ["stage_0", "stage_1", "stage_2", "stage_3"] + (fewShot ? ["reference_map", "final_map"] : [])
        #expect(written.tensorNames == (names + ["image_score"]).sorted())
        for name in names {
            let (actual, expected) = (try written.tensor(name), try golden.tensor(name))
            #expect(actual.shape == expected.shape, "\(name)")
            // Maps follow a softmax at temperature 100, which amplifies; tokens are compared relative to their size.
            if name.hasPrefix("stage_") {
                expectNormalizedError(actual, expected, atMost: 1e-12, name)
            } else {
                expectClose(actual.values, expected.values, within: name.hasSuffix("_map") ? 1e-4 : 5e-5, name)
            }
        }
        let score = try golden.tensor(fewShot ? "image_score" : "image_score_zero_shot")
        expectClose(try written.tensor("image_score").values, score.values, within: 5e-5, "image score")
        #expect(written.metadata["states"] == "normal,scratch,hole,bent")
    }

    @Test("a picture that cannot be read does not hide the others")
    func partialFailure() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let command = try InspectCommand.parse([
            folder.path + "/missing.png", tiny + "/query.png", "--model", tiny, "--defects", "scratch", "--no-cache",
            "--threshold", "1.5", "--overlay", folder.path + "/o.png",
        ])
        #expect(throws: ExitCode(2)) { try command.run() }
        #expect(FileManager.default.fileExists(atPath: folder.path + "/o-2.png"))
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/o-1.png"))
    }
}
