import AnomalyDetection
import CLIP
import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

/// The tiny golden model written in other layouts must be the same function.
@Suite("One model, other files")
struct ModelLayoutTests {
    let golden: GoldenModel
    let source: SafeTensorsFile
    let folder: URL

    init() throws {
        golden = try GoldenModel.tiny()
        let path = golden.folder + "/open_clip_model.safetensors"
        source = try SafeTensorsFile(region: ByteRegion.map(path: path), name: path)
        folder = FileManager.default.temporaryDirectory.appending(path: "multiads-layout-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try copy("merges.txt")
    }

    private func copy(_ name: String) throws {
        try FileManager.default.copyItem(
            at: URL(filePath: golden.folder).appending(path: name), to: folder.appending(path: name))
    }

    private func write(_ tensors: [(String, Tensor)], as type: ElementType = .float32, to name: String) throws {
        try SafeTensorsWriter.write(
            tensors.map { SafeTensorsWriter.Entry($0.0, $0.1, as: type) }, to: folder.appending(path: name).path)
    }

    private func load() throws -> InspectionModel {
        defer { try? FileManager.default.removeItem(at: folder) }
        return try InspectionModel.load(
            ModelFiles(folder: folder.path), adapterPath: golden.folder + "/adapter.safetensors",
            threads: ComputeThreads(count: 2))
    }

    /// Equal to the bit in everything the model gives.
    private func expectSame(_ model: InspectionModel, _ other: InspectionModel) throws {
        let picture = try golden.picture("query")
        let first = try model.features(of: picture, imageSide: golden.side)
        let second = try other.features(of: picture, imageSide: golden.side)
        #expect(first.embedding.values == second.embedding.values)
        #expect(first.stageTokens.map(\.values) == second.stageTokens.map(\.values))
        let texts = ["a photo of a cable.", "a bent cable"]
        #expect(try model.clip.encode(texts: texts).values == other.clip.encode(texts: texts).values)
    }

    @Test("Hugging Face's layout gives the same bits, the square text projection included")
    func huggingFace() throws {
        try write(HuggingFaceTwin.tensors(of: source), to: "model.safetensors")
        try Data(HuggingFaceTwin.configuration(golden.model.clip.configuration).utf8)
            .write(to: folder.appending(path: "config.json"))
        try expectSame(try load(), golden.model)
    }

    @Test(
        "Hugging Face's layout with another epsilon is refused, with CLIP's own it is not",
        arguments: ["1e-6", "1e-05"])
    func epsilon(_ value: String) throws {
        try write(HuggingFaceTwin.tensors(of: source), to: "model.safetensors")
        let text = HuggingFaceTwin.configuration(golden.model.clip.configuration)
            .replacing("{\"hidden_act\"", with: "{\"layer_norm_eps\": \(value), \"hidden_act\"")
        try Data(text.utf8).write(to: folder.appending(path: "config.json"))
        guard value == "1e-6" else { return try expectSame(try load(), golden.model) }
        let error = #expect(throws: InspectionModelError.self) { try load() }
        #expect(error?.description.contains("layer_norm_eps") == true)
    }

    @Test("a float16 file gives the same bits as a float32 file of the rounded weights")
    func float16() throws {
        try copy("open_clip_config.json")
        let tensors = try source.tensorNames.map { ($0, try source.tensor($0)) }
        try write(tensors, as: .float16, to: "open_clip_model.safetensors")
        let half = try load()

        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try copy("merges.txt")
        try copy("open_clip_config.json")
        let rounded = tensors.map { name, tensor in
            (name, Tensor(shape: tensor.shape, tensor.values.map { Float(Float16($0)) }))
        }
        try write(rounded, to: "open_clip_model.safetensors")
        try expectSame(half, try load())
    }
}

/// Writes OpenCLIP tensors the way Hugging Face's CLIPModel stores them; independent of the reader's own table.
private enum HuggingFaceTwin {
    static func tensors(of source: SafeTensorsFile) throws -> [(String, Tensor)] {
        try source.tensorNames.flatMap { name in try renamed(name, try source.tensor(name)) }
    }

    private static func renamed(_ name: String, _ tensor: Tensor) throws -> [(String, Tensor)] {
        let outside = [
            "visual.class_embedding": "vision_model.embeddings.class_embedding",
            "visual.conv1.weight": "vision_model.embeddings.patch_embedding.weight",
            "visual.positional_embedding": "vision_model.embeddings.position_embedding.weight",
            "token_embedding.weight": "text_model.embeddings.token_embedding.weight",
            "positional_embedding": "text_model.embeddings.position_embedding.weight", "logit_scale": "logit_scale",
        ]
        if let renamed = outside[name] { return [(renamed, tensor)] }
        if name == "visual.proj" { return [("visual_projection.weight", tensor.transposed())] }
        if name == "text_projection" { return [("text_projection.weight", tensor.transposed())] }
        var renamed = name
        for (old, new) in [
            ("visual.transformer.resblocks", "vision_model.encoder.layers"),
            ("transformer.resblocks", "text_model.encoder.layers"), ("visual.ln_pre", "vision_model.pre_layrnorm"),
            ("visual.ln_post", "vision_model.post_layernorm"), ("ln_final", "text_model.final_layer_norm"),
            ("ln_1", "layer_norm1"), ("ln_2", "layer_norm2"), ("mlp.c_fc", "mlp.fc1"), ("mlp.c_proj", "mlp.fc2"),
            ("attn.out_proj", "self_attn.out_proj"),
        ] {
            renamed = renamed.replacing(old, with: new)
        }
        guard let range = renamed.firstRange(of: "attn.in_proj_") else { return [(renamed, tensor)] }
        let rows = tensor.shape[0] / 3
        return ["q", "k", "v"].enumerated().map { index, letter in
            (
                "\(renamed[..<range.lowerBound])self_attn.\(letter)_proj.\(renamed[range.upperBound...])",
                tensor.rows(index * rows..<(index + 1) * rows)
            )
        }
    }

    static func configuration(_ configuration: CLIPConfiguration) -> String {
        let (vision, text) = (configuration.vision, configuration.text)
        return """
            {"projection_dim": \(configuration.embedDim),
             "vision_config": {"hidden_act": "gelu", "hidden_size": \(vision.width), "image_size": \(vision.imageSize),
               "intermediate_size": \(vision.mlpWidth), "num_attention_heads": \(vision.heads),
               "num_hidden_layers": \(vision.layers), "patch_size": \(vision.patchSize)},
             "text_config": {"hidden_act": "gelu", "hidden_size": \(text.width), "intermediate_size": \(text.mlpWidth),
               "max_position_embeddings": \(text.contextLength), "num_attention_heads": \(text.heads),
               "num_hidden_layers": \(text.layers), "vocab_size": \(text.vocabularySize)}}
            """
    }
}
