import CLIP
import Checkpoints
import Foundation
import Images
import Tensors
import TestSupport
import Testing

@testable import AnomalyDetection

/// Model folders on disk: what becomes of a model when its files change before or after loading.
@Suite("Files of a model")
struct ModelFilesTests {
    static let names = ["open_clip_config.json", "open_clip_model.safetensors", "merges.txt", "adapter.safetensors"]

    /// Runs `body` with a copy of the tiny model's folder.
    private func withCopy(_ body: (_ folder: String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "model-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for name in Self.names {
            let original = URL(filePath: Fixtures.path("CLIP/tiny/\(name)"))
            try FileManager.default.copyItem(at: original, to: folder.appending(path: name))
        }
        try body(folder.path(percentEncoded: false))
    }

    private func load(_ folder: String, _ arithmetic: Arithmetic = .reference) throws -> InspectionModel {
        try InspectionModel.load(
            ModelFiles(folder: folder), arithmetic: arithmetic, threads: ComputeThreads(count: 2))
    }

    @Test("may be cut or removed once the model is loaded, unless OpenBLAS uses the weights where they lie")
    func cutAfterLoading() throws {
        var packing: [Arithmetic] = []
        for precision in Precision.allCases {
            for engine in [MatrixEngine.tiles, .onednn] {
                if let usable = try? Arithmetic.resolve(engine: engine, precision: precision) { packing.append(usable) }
            }
        }
        for arithmetic in packing {
            try withCopy { folder in
                let model = try load(folder, arithmetic)
                let picture = SyntheticPicture.make(side: 64)
                let text = ["a photo of a cable"]
                let before = try model.features(of: picture, imageSide: 56)
                let words = try model.clip.encode(texts: text).values
                // A page of a mapped file that was cut ends the process when it is touched.
                for name in Self.names { #expect(truncate("\(folder)/\(name)", 0) == 0) }
                let after = try model.features(of: picture, imageSide: 56)
                #expect(after.embedding.values == before.embedding.values, "\(arithmetic.description)")
                #expect(after.stageTokens.map(\.values) == before.stageTokens.map(\.values))
                #expect(try model.clip.encode(texts: text).values == words)
                let states = try StateEmbeddings(
                    ["normal", "bent"].map { ($0, try StateEmbeddings.embedding(of: text, model: model.clip)) })
                #expect(throws: Never.self) { try model.maps(features: after, imageSide: 56, states: states) }
            }
        }
    }

    @Test(
        "that differ from the recorded digests are refused and named",
        arguments: ["open_clip_model.safetensors", "merges.txt", "adapter.safetensors"])
    func changed(name: String) throws {
        try withCopy { folder in
            var digests = FileDigests()
            for name in Self.names {
                let region = try ByteRegion.map(path: "\(folder)/\(name)")
                digests.files[name] = .init(byteCount: region.count, sha256: SHA256Digest.of(region))
            }
            try digests.write(folder: folder)
            let model = try load(folder)
            #expect(model.clip.digest == digests.files["open_clip_model.safetensors"]?.sha256.hex)

            // The last byte: weights and merges stay readable.
            var bytes = try Data(contentsOf: URL(filePath: "\(folder)/\(name)"))
            bytes[bytes.count - 1] ^= 1
            try bytes.write(to: URL(filePath: "\(folder)/\(name)"))
            let error = try #require(throws: InspectionModelError.self) { try load(folder) }
            #expect(error.code == (name == "adapter.safetensors" ? .badAdapter : .badModel))
            #expect(error.description.contains(name) && error.description.contains("the file was changed"))

            // Also when it cannot be read any more at all.
            try Data(bytes.prefix(bytes.count / 2)).write(to: URL(filePath: "\(folder)/\(name)"))
            if name == "open_clip_model.safetensors" {
                let cut = try #require(throws: InspectionModelError.self) { try load(folder) }
                #expect(cut.description.contains("the file was changed"))
            }
        }
    }
}
