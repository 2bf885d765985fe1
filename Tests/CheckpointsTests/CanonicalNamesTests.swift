import Checkpoints
import Tensors
import Testing

@Suite("Canonical CLIP names")
struct CanonicalNamesTests {
    @Test(
        "every layout presents the same tensors",
        arguments: [
            ("openclip-f32.safetensors", CLIPLayout.openCLIP, "openclip-f32"),
            ("openai-f16.pt", .openCLIP, "openclip-f16"),
            ("customtext-f16.safetensors", .openCLIPCustomText, "openclip-f16"),
            ("huggingface.safetensors", .huggingFace, "openclip-f32"),
            ("huggingface-f16.bin", .huggingFace, "openclip-f16"),
        ])
    func presents(file: String, layout: CLIPLayout, reference: String) throws {
        let source = try CanonicalCLIPTensors(try CheckpointFixtures.open(file))
        let expected = try Reference(reference)
        #expect(source.layout == layout)
        #expect(source.unknownNames == [])
        #expect(source.tensorNames == expected.entries.map(\.name))
        for entry in expected.entries {
            #expect(source.info(entry.name) == TensorInfo(shape: entry.shape, elementType: entry.type), "\(entry.name)")
            let tensor = try source.tensor(entry.name)
            #expect(tensor.shape == entry.shape)
            expectEqual(tensor.values, try #require(entry.values), entry.name)
        }
    }

    @Test("the text projection is square in the fixture, so only its values can prove the transpose")
    func squareProjection() throws {
        let stored = try CheckpointFixtures.open("huggingface.safetensors").tensor("text_projection.weight")
        let canonical = try CanonicalCLIPTensors(try CheckpointFixtures.open("huggingface.safetensors"))
            .tensor(CLIPTensorName.textProjection.openCLIP)
        #expect(stored.shape == [16, 16] && canonical.shape == [16, 16])
        #expect(stored.values != canonical.values)
        expectEqual(canonical.values, stored.transposed().values, "text_projection")
    }

    @Test("the enumeration spells every name of a real OpenCLIP model, and nothing else")
    func spellsAll() throws {
        var spelled: [String] = []
        for tower in CLIPTensorName.Tower.allCases {
            for index in 0..<2 {
                for part: CLIPTensorName.BlockPart in [
                    .ln1, .attentionInput, .attentionOutput, .ln2, .mlpInput, .mlpOutput,
                ] {
                    for parameter in CLIPTensorName.Parameter.allCases {
                        spelled.append(CLIPTensorName.block(tower, index: index, part, parameter).openCLIP)
                    }
                }
            }
        }
        let single: [CLIPTensorName] = [
            .classEmbedding, .patchEmbedding, .visionPositionalEmbedding, .visionPreNorm(.weight),
            .visionPreNorm(.bias),
            .visionPostNorm(.weight), .visionPostNorm(.bias), .visionProjection, .tokenEmbedding,
            .textPositionalEmbedding,
            .textFinalNorm(.weight), .textFinalNorm(.bias), .textProjection, .logitScale,
        ]
        spelled += single.map(\.openCLIP)
        #expect(spelled.sorted() == (try CheckpointFixtures.open("openclip-f32.safetensors").tensorNames))
    }

    @Test(
        "prefixes that wrappers add are removed, nested ones too",
        arguments: ["module.", "state_dict.", "module._orig_mod."])
    func prefixes(prefix: String) throws {
        // An archive of OpenAI's form: its three scalars must be recognised behind the prefix as well.
        let original = try CheckpointFixtures.open("openai-f16.pt")
        let wrapped = Renamed(original) { prefix + $0 }
        let source = try CanonicalCLIPTensors(wrapped)
        #expect(source.tensorNames == (try Reference("openclip-f16").entries.map(\.name)))
        #expect(source.unknownNames == [])
        let name = CLIPTensorName.visionProjection.openCLIP
        expectEqual(try source.tensor(name).values, try original.tensor(name).values, name)
    }

    @Test("tensors that no CLIP ViT has are listed under their own names")
    func unknown() throws {
        let original = try CheckpointFixtures.open("openclip-f32.safetensors")
        let odd = Renamed(original) { name in
            switch name {
            case "visual.ln_post.bias": "visual.ln_post.beta"
            case "transformer.resblocks.1.ln_2.weight": "transformer.resblocks.01.ln_2.weight"
            case "logit_scale": "logit_bias"
            default: name
            }
        }
        let source = try CanonicalCLIPTensors(odd)
        #expect(source.unknownNames == ["logit_bias", "transformer.resblocks.01.ln_2.weight", "visual.ln_post.beta"])
        #expect(source.info("logit_scale") == nil)
        #expect(Set(source.tensorNames).isSuperset(of: source.unknownNames))
        expectEqual(
            try source.tensor("logit_bias").values, try original.tensor("logit_scale").values, "under its own name")
    }

    @Test("two layouts mixed in one file are refused")
    func mixed() throws {
        let original = try CheckpointFixtures.open("huggingface.safetensors")
        let odd = Renamed(original) { $0 == "text_model.embeddings.position_ids" ? "visual.proj" : $0 }
        let message = expectFailure(.duplicateName) { _ = try CanonicalCLIPTensors(odd) }
        #expect(message.contains("visual.proj") && message.contains("Hugging Face"))
    }

    @Test("buffers that follow from the configuration are ignored")
    func ignorable() throws {
        let tensors = [
            "visual.conv1.weight", "token_embedding.weight", "attn_mask", "transformer.attn_mask", "input_resolution",
            "context_length", "vocab_size", "text_model.embeddings.position_ids",
        ]
        let bytes = try SafeTensorsWriter.serialize(tensors.map { .init($0, Tensor(shape: [1], [1])) })
        let source = try CanonicalCLIPTensors(try SafeTensorsFile(region: ByteRegion(bytes), name: "tiny"))
        #expect(source.unknownNames == [])
        #expect(source.tensorNames == ["token_embedding.weight", "visual.conv1.weight"])
    }

    @Test("a file of something else is refused", arguments: ["adapter.pth", "views.pt"])
    func notCLIP(file: String) throws {
        let source = try CheckpointFixtures.open(file)
        let message = expectFailure(.notCLIP) { _ = try CanonicalCLIPTensors(source) }
        #expect(message.contains(file) && message.contains("\(source.tensorNames.count) tensors"))
    }

    @Test("an empty file is refused")
    func empty() throws {
        let bytes = try SafeTensorsWriter.serialize([])
        let source = try SafeTensorsFile(region: ByteRegion(bytes), name: "empty")
        expectFailure(.notCLIP) { _ = try CanonicalCLIPTensors(source) }
    }

    @Test("a key map without its value map is an error that names both")
    func incompleteAttention() throws {
        let original = try CheckpointFixtures.open("huggingface.safetensors")
        let odd = Renamed(original) {
            $0.replacing("layers.1.self_attn.v_proj.bias", with: "layers.1.self_attn.x_proj.bias")
        }
        let message = expectFailure(.missingTensor) { _ = try CanonicalCLIPTensors(odd) }
        #expect(message.contains("v_proj.bias") && message.contains("q_proj.bias"))
    }

    @Test("parts of different shape are refused")
    func unequalParts() throws {
        let names = ["q", "k", "v"].map { "vision_model.encoder.layers.0.self_attn.\($0)_proj.weight" }
        var entries = names.enumerated().map { index, name in
            SafeTensorsWriter.Entry(name, Tensor(shape: [2 + index, 2], [Float](repeating: 0, count: 2 * (2 + index))))
        }
        for name in ["vision_model.embeddings.patch_embedding.weight", "text_model.embeddings.token_embedding.weight"] {
            entries.append(.init(name, Tensor(shape: [1], [0])))
        }
        let source = try SafeTensorsFile(region: ByteRegion(try SafeTensorsWriter.serialize(entries)), name: "odd")
        expectFailure(.shapeMismatch) { _ = try CanonicalCLIPTensors(source) }
    }

    @Test("adapter names are those of the published checkpoints")
    func adapters() throws {
        let names = (0..<4).flatMap { [AdapterTensorName.bias(stage: $0), AdapterTensorName.weight(stage: $0)] }
        #expect(try CheckpointFixtures.open("adapter.pth").tensorNames == names)
    }
}

/// A source under other names.
private struct Renamed: TensorSource {
    let inner: any TensorSource
    let originals: [String: String]
    var file: String { inner.file }
    var metadata: [String: String] { [:] }
    var tensorNames: [String] { originals.keys.sorted() }

    init(_ inner: any TensorSource, _ rename: (String) -> String) {
        self.inner = inner
        originals = Dictionary(uniqueKeysWithValues: inner.tensorNames.map { (rename($0), $0) })
    }

    func info(_ name: String) -> TensorInfo? { originals[name].flatMap { inner.info($0) } }

    func tensor(_ name: String) throws(CheckpointError) -> Tensor { try inner.tensor(originals[name] ?? name) }
}
