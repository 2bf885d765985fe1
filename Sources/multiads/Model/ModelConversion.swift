import AnomalyDetection
import CLIP
import Checkpoints
import Foundation
import Tensors

/// Writes a CLIP checkpoint of any readable form as a model folder.
struct ModelConversion {
    /// A checkpoint file, or a folder of OpenCLIP or Hugging Face.
    let source: String
    /// Number format of the written weights; nil keeps the source's.
    var elementType: ElementType?
    /// Overrides the configuration's; needed for files that come without one.
    var activation: Activation?
    /// Vocabulary outside the source folder.
    var mergesPath: String?
    let progress: ProgressReporter

    /// Writes the folder and proves that it loads.
    ///
    /// - Parameters:
    ///   - target: Path of the new folder.
    ///   - replaces: Whether a model folder there may be replaced.
    /// - Throws: ``CommandFailure``, `CheckpointError` or `CLIPError`; nothing is left behind then.
    func write(to target: String, replaces: Bool) throws {
        let parts = try open()
        let staging = try StagingFolder(target: target, replaces: replaces)
        try writeText(OpenCLIPConfigurationText.make(parts.configuration), staging, "open_clip_config.json")
        try writeWeights(parts.weights, to: staging.path + "/open_clip_model.safetensors")
        try writeBytes(parts.vocabulary.bytes, staging, Self.vocabularyName(parts.vocabulary.bytes))
        let adapterName = InspectionModel.adapterFileName
        if let adapter = try parts.folder?.region(adapterName) { try writeBytes(adapter.bytes, staging, adapterName) }
        try writeText(try card(parts), staging, "model-card.md")
        // A folder that does not load, say because of a NaN among the weights, must not appear.
        _ = try CLIPModel.load(ModelFiles(folder: staging.path), threads: .available()) { progress.step($0) }
        try writeDigests(staging.path)
        try staging.commit()
    }

    /// What is needed of the source.
    private struct Parts {
        let configuration: CLIPConfiguration
        let weights: CanonicalCLIPTensors
        let weightsDigest: SHA256Digest
        let vocabulary: ByteRegion
        let folder: ModelFiles?
    }

    private func open() throws -> Parts {
        var isFolder: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: source, isDirectory: &isFolder)
        let folder = isFolder.boolValue ? ModelFiles(folder: source) : nil
        let (name, region) =
            try folder?.first(of: CLIPModel.weightFileNames, purpose: "model weights")
            ?? (source, try ByteRegion.map(path: source))
        let weights = try CanonicalCLIPTensors(try CheckpointFile.open(region: region, name: name))
        if let stranger = weights.unknownNames.first {
            throw CommandFailure("\(name): expected only tensors of a CLIP ViT, found \(stranger)")
        }
        var configuration: CLIPConfiguration
        if let folder {
            configuration = try CLIPConfiguration.load(folder)
            configuration.activation = activation ?? configuration.activation
        } else {
            guard let activation else {
                throw CommandFailure(
                    "expected --activation gelu or quick_gelu: a single file does not say which one its weights are run "
                        + "with, and the wrong one gives wrong features")
            }
            configuration = try CLIPConfiguration.infer(from: weights, activation: activation)
        }
        return Parts(
            configuration: configuration, weights: weights,
            weightsDigest: SHA256Digest.of(region) { done in
                progress.advance("reading \(name) (MB)", done / 1_000_000, of: max(1, region.count / 1_000_000))
            },
            vocabulary: try vocabulary(folder), folder: folder)
    }

    private func vocabulary(_ folder: ModelFiles?) throws -> ByteRegion {
        if let mergesPath { return try ByteRegion.map(path: mergesPath) }
        guard let folder else {
            throw CommandFailure(
                "expected --merges with the vocabulary (merges.txt, tokenizer.json or bpe_simple_vocab_16e6.txt), "
                    + "since \(source) is a single file")
        }
        return try folder.first(of: CLIPModel.vocabularyFileNames, purpose: "a vocabulary").region
    }

    /// The loader recognises vocabularies by content but finds them by name.
    private static func vocabularyName(_ bytes: UnsafeRawBufferPointer) -> String {
        bytes.first { !" \t\r\n".utf8.contains($0) } == UInt8(ascii: "{") ? "tokenizer.json" : "merges.txt"
    }

    private func writeWeights(_ weights: CanonicalCLIPTensors, to path: String) throws {
        var entries: [SafeTensorsWriter.Entry] = []
        var total = 0
        for name in weights.tensorNames {
            guard let info = weights.info(name) else { continue }
            let written = TensorInfo(shape: info.shape, elementType: elementType ?? info.elementType)
            total += written.count * written.elementType.byteCount
            entries.append(
                SafeTensorsWriter.Entry(name, written) { () throws(CheckpointError) in try weights.tensor(name) })
        }
        try SafeTensorsWriter.write(entries, metadata: ["format": "pt"], to: path) { done in
            progress.advance("writing weights (MB)", done / 1_000_000, of: max(1, total / 1_000_000))
        }
    }

    private func card(_ parts: Parts) throws -> String {
        let original = try parts.folder?.region("model-card.md").map {
            String(decoding: $0.bytes, as: UTF8.self) + "\n"
        }
        return """
            \(original ?? "# CLIP \(parts.configuration.architectureName)\n")
            ## Conversion

            Written by `multiads model convert` (\(Version.text)) from `\(URL(filePath: source).lastPathComponent)`, \
            \(parts.weights.layout.rawValue) names, weights file SHA-256 `\(parts.weightsDigest)`. Activation: \
            `\(parts.configuration.activation.rawValue)`. Number format: \(elementType?.rawValue ?? "as in the source").

            """
    }

    private func writeDigests(_ folder: String) throws {
        var digests = FileDigests()
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            let region = try ByteRegion.map(path: "\(folder)/\(name)")
            digests.files[name] = FileDigests.Entry(region)
        }
        try digests.write(folder: folder)
    }

    private func writeText(_ text: String, _ folder: StagingFolder, _ name: String) throws {
        try Array(text.utf8).withUnsafeBytes { try writeBytes($0, folder, name) }
    }

    private func writeBytes(_ bytes: UnsafeRawBufferPointer, _ folder: StagingFolder, _ name: String) throws {
        try OutputFile.write(bytes, to: "\(folder.path)/\(name)")
    }
}
