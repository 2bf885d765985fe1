import CLIP
import Tensors

/// Writes `open_clip_config.json`.
enum OpenCLIPConfigurationText {
    /// The file's text; reading it gives the same configuration.
    static func make(_ configuration: CLIPConfiguration) -> String {
        let (vision, text) = (configuration.vision, configuration.text)
        let preprocessing = configuration.preprocessing
        let value: OutputJSON = .members([
            "model_cfg": .members([
                "embed_dim": .integer(configuration.embedDim),
                "quick_gelu": .bool(configuration.activation == .quickGELU),
                "vision_cfg": .members([
                    "image_size": .integer(vision.imageSize), "layers": .integer(vision.layers),
                    "width": .integer(vision.width), "head_width": .integer(vision.width / vision.heads),
                    "patch_size": .integer(vision.patchSize),
                    "mlp_ratio": .number(ratio(vision.mlpWidth, to: vision.width)),
                ]),
                "text_cfg": .members([
                    "context_length": .integer(text.contextLength), "vocab_size": .integer(text.vocabularySize),
                    "width": .integer(text.width), "heads": .integer(text.heads), "layers": .integer(text.layers),
                    "mlp_ratio": .number(ratio(text.mlpWidth, to: text.width)),
                ]),
            ]),
            "preprocess_cfg": .members([
                "mean": .array(preprocessing.mean.map(OutputJSON.float)),
                "std": .array(preprocessing.standardDeviation.map(OutputJSON.float)),
            ]),
        ])
        return value.pretty + "\n"
    }

    /// The ratio from which truncation gives back the width exactly.
    static func ratio(_ mlpWidth: Int, to width: Int) -> Double {
        let ratio = Double(mlpWidth) / Double(width)
        return Int(Double(width) * ratio) == mlpWidth ? ratio : ratio.nextUp
    }
}
