import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@testable import CLIP

@Suite("Model folder")
struct ModelFolderTests {
    private func error(_ folder: TinyFolder) -> CLIPError? {
        do {
            _ = try folder.load()
            return nil
        } catch {
            return error as? CLIPError
        }
    }

    @Test(
        "names the missing file",
        arguments: [
            ("open_clip_config.json", "open_clip_config.json or config.json"),
            ("open_clip_model.safetensors", "model weights"), ("merges.txt", "a vocabulary"),
        ])
    func missingFile(file: String, mention: String) throws {
        var folder = try TinyFolder()
        folder.files[file] = nil
        let error = try #require(self.error(folder))
        #expect(error.code == .missingFile)
        #expect(error.description.contains(mention))
        #expect(error.description.contains("a test folder"))
    }

    @Test("weights cut anywhere are refused", arguments: [0, 1, 7, 8, 100, 5000, 700_000])
    func cutWeights(count: Int) throws {
        var folder = try TinyFolder()
        let region = try #require(folder.files["open_clip_model.safetensors"])
        folder.files["open_clip_model.safetensors"] = ByteRegion(Array(region.bytes.prefix(count)))
        #expect(error(folder)?.code == .unreadableFile)
    }

    @Test("a tensor that is missing, of another shape, unknown or not finite is named")
    func badTensors() throws {
        let name = "visual.transformer.resblocks.3.mlp.c_fc.bias"
        var folder = try TinyFolder()
        try folder.rewriteWeights { $0 == name ? nil : $1 }
        var found = try #require(error(folder))
        #expect(found.code == .missingTensor && found.description.contains(name))

        folder = try TinyFolder()
        try folder.rewriteWeights { $0 == name ? Tensor(shape: [3], [1, 2, 3]) : $1 }
        found = try #require(error(folder))
        #expect(found.code == .wrongShape && found.description.contains(name) && found.description.contains("[3]"))

        folder = try TinyFolder()
        try folder.rewriteWeights(extra: [("visual.attnpool.q", Tensor(shape: [1], [1]))])
        found = try #require(error(folder))
        #expect(found.code == .unknownTensor && found.description.contains("visual.attnpool.q"))

        folder = try TinyFolder()
        try folder.rewriteWeights { tensor, value in
            guard tensor == name else { return value }
            var values = value.values
            values[5] = .nan
            return Tensor(shape: value.shape, values)
        }
        found = try #require(error(folder))
        #expect(found.code == .nonFiniteWeight && found.description.contains(name) && found.description.contains("5"))
    }

    @Test(
        "configuration faults say what was expected and where",
        arguments: [
            ("\"layers\": 5", "\"layers\": -5", CLIPError.Code.badConfiguration, "layers"),
            ("\"width\": 72", "\"width\": 73", .badConfiguration, "head_width"),
            ("\"patch_size\": 8", "\"patch_size\": 9", .badConfiguration, "patch_size"),
            ("\"patch_size\": 8", "\"patch_size\": \"8\"", .badConfiguration, "patch_size"),
            ("\"layers\": 5", "\"layers\": [3, 4, 6, 3]", .badConfiguration, "layers"),
            (
                "\"layers\": 5", "\"layers\": 5, \"attentional_pool\": true", .unsupportedArchitecture,
                "attentional_pool"
            ),
            ("\"layers\": 5", "\"layers\": 5, \"layers\": 6", .badConfiguration, "open_clip_config.json"),
            ("\"embed_dim\": 40", "\"embed_dim\": 0", .badConfiguration, "embed_dim"),
            ("\"model_cfg\"", "\"model\"", .badConfiguration, "model_cfg"),
            ("\"std\": [\n", "\"std\": [0, 0.2, 0.2], \"unused\": [\n", .badConfiguration, "found 0.0"),
            ("\"std\": [\n", "\"std\": [0.2, -0.2, 0.2], \"unused\": [\n", .badConfiguration, "found -0.2"),
            ("\"context_length\": 40", "\"context_length\": 41", .wrongShape, "positional_embedding"),
        ])
    func badConfiguration(old: String, new: String, code: CLIPError.Code, mention: String) throws {
        var folder = try TinyFolder()
        try folder.replaceInConfiguration(old, new)
        let found = try #require(error(folder))
        #expect(found.code == code)
        #expect(found.description.contains(mention), "\(found)")
    }

    @Test("a vocabulary of another size is refused")
    func wrongVocabulary() throws {
        var folder = try TinyFolder()
        folder.files["merges.txt"] = ByteRegion(Array("#version: 0.2\na b\n".utf8))
        #expect(error(folder)?.code == .badVocabulary)
    }

    @Test("float16 files give the embeddings of their rounded weights")
    func float16() throws {
        var rounded = try TinyFolder()
        try rounded.rewriteWeights { name, tensor in
            // The widest spread of exponents: what rounding to float16 and back leaves.
            Tensor(shape: tensor.shape, tensor.values.map { Float(Float16($0)) })
        }
        var half = try TinyFolder()
        try half.rewriteWeights(as: .float16)
        let texts = ["a photo of a cable.", "a hole on cable"]
        let expected = try rounded.load().encode(texts: texts).values
        #expect(try half.load().encode(texts: texts).values == expected)
        let full = try TinyFolder().load().encode(texts: texts).values
        #expect(Difference(expected, full).cosine > 0.9999)
        #expect(expected != full)
    }

    @Test("the activation is the caller's, else the configuration's, and changes the features")
    func activation() throws {
        var folder = try TinyFolder()
        #expect(try folder.load().configuration.activation == .gelu)
        #expect(try folder.load(activation: .quickGELU).configuration.activation == .quickGELU)
        let gelu = try folder.load().encode(texts: ["a hole on cable"]).values
        try folder.replaceInConfiguration("\"embed_dim\": 40", "\"quick_gelu\": true, \"embed_dim\": 40")
        let quick = try folder.load()
        #expect(quick.configuration.activation == .quickGELU)
        #expect(Difference(try quick.encode(texts: ["a hole on cable"]).values, gelu).maximum > 1e-3)
    }

    @Test("dimensions can be read off the tensors alone")
    func inference() throws {
        let region = try ByteRegion.map(path: Fixtures.path("CLIP/tiny/open_clip_model.safetensors"))
        let source = try SafeTensorsFile(region: region, name: "tiny")
        let read = try TinyFolder().load().configuration
        var inferred = try CLIPConfiguration.infer(from: source, activation: .gelu)
        // Heads are not visible in shapes: 64 channels each are assumed.
        inferred.vision.heads = read.vision.heads
        inferred.text.heads = read.text.heads
        #expect(inferred == read)
    }

    @Test(
        "tensors of absurd shapes are refused, empty ones too",
        arguments: [
            ("visual.conv1.weight", [0, 1, 1 << 62, 1]), ("visual.positional_embedding", [Int.max, 0]),
            ("visual.conv1.weight", [0, 1, 4, 4]), ("token_embedding.weight", [1 << 25, 0]),
        ])
    func absurdShapes(name: String, shape: [Int]) throws {
        let region = try ByteRegion.map(path: Fixtures.path("CLIP/tiny/open_clip_model.safetensors"))
        let source = Reshaped(base: try SafeTensorsFile(region: region, name: "tiny"), name: name, shape: shape)
        #expect { try CLIPConfiguration.infer(from: source, activation: .gelu) } throws: {
            ($0 as? CLIPError)?.code == .wrongShape && "\($0)".contains(name)
        }
    }

    @Test(
        "standard configurations: heads, grids and stages",
        arguments: [
            ("ViT-B-32", 512, 224, 32, 768, 12, "", 12, [3, 6, 9, 12]),
            ("ViT-B-16", 512, 224, 16, 768, 12, "", 12, [3, 6, 9, 12]),
            ("ViT-L-14", 768, 224, 14, 1024, 24, "", 16, [6, 12, 18, 24]),
            ("ViT-L-14-336", 768, 336, 14, 1024, 24, "", 16, [6, 12, 18, 24]),
            ("ViT-H-14", 1024, 224, 14, 1280, 32, ", \"head_width\": 80", 16, [8, 16, 24, 32]),
        ])
    func standard(
        name: String, embed: Int, side: Int, patch: Int, width: Int, layers: Int, extra: String, heads: Int,
        stages: [Int]
    ) throws {
        let json = """
            {"model_cfg": {"embed_dim": \(embed), "vision_cfg": {"image_size": \(side), "layers": \(layers),
             "width": \(width), "patch_size": \(patch)\(extra)},
             "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 512, "heads": 8, "layers": 12}}}
            """
        let configuration = try CLIPConfiguration.read(
            ByteRegion(Array(json.utf8)), file: name, preprocessor: nil)
        #expect(configuration.vision.heads == heads)
        #expect(configuration.vision.mlpWidth == 4 * width)
        #expect(configuration.vision.gridSize == side / patch)
        #expect(configuration.vision.defaultStages == stages)
        #expect(configuration.activation == .gelu)
        #expect(configuration.preprocessing == .openAI)
    }
}

/// A file one tensor of which claims another shape.
private struct Reshaped: TensorSource {
    let base: SafeTensorsFile
    let name: String
    let shape: [Int]

    var file: String { base.file }
    var tensorNames: [String] { base.tensorNames }
    var metadata: [String: String] { base.metadata }

    func info(_ name: String) -> TensorInfo? {
        name == self.name ? TensorInfo(shape: shape, elementType: .float16) : base.info(name)
    }

    func tensor(_ name: String) throws(CheckpointError) -> Tensor { try base.tensor(name) }
}
