/// A tensor of a CLIP model with a ViT image tower, independent of how a checkpoint spells it.
///
/// This file alone knows parameter names; elsewhere tensors are asked for by case. The canonical spelling is
/// OpenCLIP's, which is also OpenAI's. D is the vision width, W the text width, E the embedding width.
public enum CLIPTensorName: Hashable, Sendable {
    /// Which of the two transformers a block belongs to.
    public enum Tower: Hashable, Sendable, CaseIterable { case vision, text }

    /// The two parameters of a layer normalisation or the two of a linear map.
    public enum Parameter: String, Hashable, Sendable, CaseIterable { case weight, bias }

    /// The parts of one residual attention block of width D.
    public enum BlockPart: Hashable, Sendable {
        /// First layer normalisation, before attention: [D].
        case ln1
        /// Query, key and value maps stacked in this order: weight [3D, D], bias [3D].
        case attentionInput
        /// Attention's output map: weight [D, D], bias [D].
        case attentionOutput
        /// Second layer normalisation, before the perceptron: [D].
        case ln2
        /// First map of the perceptron: weight [4D, D], bias [4D].
        case mlpInput
        /// Second map of the perceptron: weight [D, 4D], bias [D].
        case mlpOutput

        static let all: [BlockPart] = [.ln1, .attentionInput, .attentionOutput, .ln2, .mlpInput, .mlpOutput]
    }

    /// The CLS token: [D].
    case classEmbedding
    /// Patch convolution without bias: [D, 3, patch, patch].
    case patchEmbedding
    /// Positions of the CLS token and of the patches, row by row: [grid²+1, D].
    case visionPositionalEmbedding
    /// Layer normalisation before the first vision block: [D].
    case visionPreNorm(Parameter)
    /// Layer normalisation after the last vision block: [D].
    case visionPostNorm(Parameter)
    /// Projection of the CLS token, applied from the right: [D, E].
    case visionProjection
    /// Token table: [vocabulary, W].
    case tokenEmbedding
    /// Positions of the text tokens: [context, W].
    case textPositionalEmbedding
    /// Layer normalisation after the last text block: [W].
    case textFinalNorm(Parameter)
    /// Projection of the end-of-text token, applied from the right: [W, E].
    case textProjection
    /// Natural logarithm of the temperature's inverse: a scalar.
    case logitScale
    /// One part of block `index` (from 0) of a tower.
    case block(Tower, index: Int, BlockPart, Parameter)

    /// The canonical (OpenCLIP) name.
    public var openCLIP: String {
        switch self {
        case .classEmbedding: "visual.class_embedding"
        case .patchEmbedding: "visual.conv1.weight"
        case .visionPositionalEmbedding: "visual.positional_embedding"
        case .visionPreNorm(let parameter): "visual.ln_pre.\(parameter)"
        case .visionPostNorm(let parameter): "visual.ln_post.\(parameter)"
        case .visionProjection: "visual.proj"
        case .tokenEmbedding: "token_embedding.weight"
        case .textPositionalEmbedding: "positional_embedding"
        case .textFinalNorm(let parameter): "ln_final.\(parameter)"
        case .textProjection: "text_projection"
        case .logitScale: "logit_scale"
        case .block(let tower, let index, let part, let parameter):
            "\(Self.openCLIPBlocks(tower))\(index).\(Self.openCLIPPart(part, parameter))"
        }
    }

    private static func openCLIPPart(_ part: BlockPart, _ parameter: Parameter) -> String {
        switch part {
        case .ln1: "ln_1.\(parameter)"
        case .attentionInput: "attn.in_proj_\(parameter)"
        case .attentionOutput: "attn.out_proj.\(parameter)"
        case .ln2: "ln_2.\(parameter)"
        case .mlpInput: "mlp.c_fc.\(parameter)"
        case .mlpOutput: "mlp.c_proj.\(parameter)"
        }
    }

    /// How the Hugging Face `CLIPModel` stores this tensor.
    var huggingFace: StoredForm {
        switch self {
        case .classEmbedding: .same("vision_model.embeddings.class_embedding")
        case .patchEmbedding: .same("vision_model.embeddings.patch_embedding.weight")
        case .visionPositionalEmbedding: .same("vision_model.embeddings.position_embedding.weight")
        case .visionPreNorm(let parameter): .same("vision_model.pre_layrnorm.\(parameter)")  // sic
        case .visionPostNorm(let parameter): .same("vision_model.post_layernorm.\(parameter)")
        case .visionProjection: .transposed("visual_projection.weight")
        case .tokenEmbedding: .same("text_model.embeddings.token_embedding.weight")
        case .textPositionalEmbedding: .same("text_model.embeddings.position_embedding.weight")
        case .textFinalNorm(let parameter): .same("text_model.final_layer_norm.\(parameter)")
        case .textProjection: .transposed("text_projection.weight")
        case .logitScale: .same("logit_scale")
        case .block(let tower, let index, let part, let parameter):
            Self.huggingFacePart("\(Self.huggingFaceBlocks(tower))\(index).", part, parameter)
        }
    }

    private static func huggingFacePart(_ block: String, _ part: BlockPart, _ parameter: Parameter) -> StoredForm {
        switch part {
        case .ln1: .same("\(block)layer_norm1.\(parameter)")
        case .attentionInput: .stacked(["q", "k", "v"].map { "\(block)self_attn.\($0)_proj.\(parameter)" })
        case .attentionOutput: .same("\(block)self_attn.out_proj.\(parameter)")
        case .ln2: .same("\(block)layer_norm2.\(parameter)")
        case .mlpInput: .same("\(block)mlp.fc1.\(parameter)")
        case .mlpOutput: .same("\(block)mlp.fc2.\(parameter)")
        }
    }

    /// The same tensor under a Custom-Text OpenCLIP checkpoint's name, where the text tower is a module of its own.
    var customText: StoredForm {
        switch self {
        case .tokenEmbedding, .textPositionalEmbedding, .textFinalNorm, .textProjection, .block(.text, _, _, _):
            .same("text.\(openCLIP)")
        default: .same(openCLIP)
        }
    }

    static func openCLIPBlocks(_ tower: Tower) -> String {
        tower == .vision ? "visual.transformer.resblocks." : "transformer.resblocks."
    }

    static func huggingFaceBlocks(_ tower: Tower) -> String {
        tower == .vision ? "vision_model.encoder.layers." : "text_model.encoder.layers."
    }

    /// Every tensor that does not belong to a block.
    static let outsideBlocks: [CLIPTensorName] =
        [
            .classEmbedding, .patchEmbedding, .visionPositionalEmbedding, .visionProjection, .tokenEmbedding,
            .textPositionalEmbedding, .textProjection, .logitScale,
        ] + Parameter.allCases.flatMap { [.visionPreNorm($0), .visionPostNorm($0), .textFinalNorm($0)] }
}

/// How a checkpoint stores a canonical tensor.
enum StoredForm {
    /// Unchanged under this name.
    case same(String)
    /// As the transposed matrix.
    case transposed(String)
    /// In parts, to be stacked along the first axis.
    case stacked([String])

    var names: [String] {
        switch self {
        case .same(let name), .transposed(let name): [name]
        case .stacked(let names): names
        }
    }
}

/// The naming scheme found in a CLIP checkpoint.
public enum CLIPLayout: String, Sendable, CaseIterable {
    /// OpenCLIP's names, also used by OpenAI's archives.
    case openCLIP = "OpenCLIP"
    /// OpenCLIP's names with the text tower under `text.`.
    case openCLIPCustomText = "OpenCLIP (custom text)"
    /// Hugging Face's `CLIPModel`.
    case huggingFace = "Hugging Face"

    /// The layout whose telling tensor is among `names`, or nil.
    static func detect(in names: Set<String>) -> CLIPLayout? {
        allCases.last { layout in
            layout.signature.allSatisfy { name in layout.storedForm(of: name).names.allSatisfy(names.contains) }
        }
    }

    /// Tensors present in every checkpoint of this layout and enough to tell it from the others.
    private var signature: [CLIPTensorName] { [.patchEmbedding, .tokenEmbedding] }

    func storedForm(of name: CLIPTensorName) -> StoredForm {
        switch self {
        case .openCLIP: .same(name.openCLIP)
        case .openCLIPCustomText: name.customText
        case .huggingFace: name.huggingFace
        }
    }

    /// What stands before the block index in a tower's tensor names.
    func blockPrefix(_ tower: CLIPTensorName.Tower) -> String {
        switch (self, tower) {
        case (.huggingFace, _): CLIPTensorName.huggingFaceBlocks(tower)
        case (.openCLIPCustomText, .text): "text." + CLIPTensorName.openCLIPBlocks(tower)
        default: CLIPTensorName.openCLIPBlocks(tower)
        }
    }
}

/// Names around the model's own that training scripts and wrappers add.
enum CheckpointWrapping {
    /// Prefixes put before every name by data-parallel training, compilation and saving of a whole trainer.
    static let prefixes = ["module.", "_orig_mod.", "state_dict."]

    /// Dictionary keys under which training scripts put the weights, most specific first.
    static let containers = ["state_dict", "model_state_dict", "trainable_linearlayer", "model"]

    /// Removes the prefixes that all names share, however they are nested.
    static func unwrapped(_ names: [String]) -> String {
        var shared = ""
        while let prefix = prefixes.first(where: { candidate in names.allSatisfy { $0.hasPrefix(shared + candidate) } }
        ),
            !names.isEmpty
        {
            shared += prefix
        }
        return shared
    }

    /// True for buffers that follow from the configuration: positions, the causal mask, OpenAI's three scalars.
    static func isIgnorable(_ name: String) -> Bool {
        let last = name.split(separator: ".").last.map(String.init) ?? name
        return ["position_ids", "attn_mask"].contains(last)
            || ["input_resolution", "context_length", "vocab_size"].contains(name)
    }
}

/// Names of the adapters' tensors: one linear map per stage, counted from 0.
public enum AdapterTensorName {
    /// Weight of a stage's map: [E, D].
    public static func weight(stage: Int) -> String { "fc.\(stage).weight" }

    /// Bias of a stage's map: [E].
    public static func bias(stage: Int) -> String { "fc.\(stage).bias" }
}
