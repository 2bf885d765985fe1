import Checkpoints
import Tensors

extension CLIPConfiguration {
    /// Names of configuration files, the preferred one first.
    public static let fileNames = ["open_clip_config.json", "config.json"]

    /// Reads OpenCLIP's `open_clip_config.json`, or `config.json` of a Hugging Face CLIPModel folder.
    ///
    /// - Throws: ``CLIPError``: `.badConfiguration`, `.unsupportedArchitecture`.
    static func read(_ region: ByteRegion, file: String, preprocessor: ByteRegion?) throws(CLIPError)
        -> CLIPConfiguration
    {
        let root = try ConfigurationObject(region, file: file)
        let configuration: CLIPConfiguration
        if !root.isAbsent("model_cfg") {
            configuration = try openCLIP(root)
        } else if !root.isAbsent("vision_config") || !root.isAbsent("vision_config_dict") {
            configuration = try huggingFace(root, preprocessor: preprocessor)
        } else {
            throw CLIPError(
                .badConfiguration,
                "expected model_cfg (OpenCLIP) or vision_config (Hugging Face), found neither in \(file)")
        }
        try configuration.validate(source: file)
        return configuration
    }

    private static func openCLIP(_ root: ConfigurationObject) throws(CLIPError) -> CLIPConfiguration {
        let model = try root.object("model_cfg")
        try model.requireOnly([
            "embed_dim", "vision_cfg", "text_cfg", "quick_gelu", "init_logit_scale", "init_logit_bias", "custom_text",
            "cast_dtype",
        ])
        let vision = try model.object("vision_cfg")
        try vision.requireOnly([
            "image_size", "layers", "width", "head_width", "patch_size", "mlp_ratio", "patch_dropout", "output_tokens",
        ])
        let text = try model.object("text_cfg")
        try text.requireOnly(["context_length", "vocab_size", "width", "heads", "layers", "mlp_ratio", "output_tokens"])
        let (width, headWidth) = (try vision.integer("width"), try vision.integer("head_width", default: 64))
        guard headWidth > 0, width % headWidth == 0 else {
            throw CLIPError(
                .badConfiguration,
                "expected width \(width) to be a multiple of head_width, found \(headWidth) in \(vision.location)")
        }
        let textWidth = try text.integer("width")
        let statistics = root.isAbsent("preprocess_cfg") ? nil : try root.object("preprocess_cfg")
        let standard = ImagePreprocessing.openAI
        return CLIPConfiguration(
            embedDim: try model.integer("embed_dim"),
            vision: VisionConfiguration(
                imageSize: try vision.integer("image_size"), patchSize: try vision.integer("patch_size"), width: width,
                layers: try vision.integer("layers"), heads: width / headWidth,
                mlpWidth: try mlpWidth(width, ratio: vision)),
            text: TextConfiguration(
                contextLength: try text.integer("context_length", default: 77),
                vocabularySize: try text.integer("vocab_size", default: 49408), width: textWidth,
                layers: try text.integer("layers"), heads: try text.integer("heads"),
                mlpWidth: try mlpWidth(textWidth, ratio: text)),
            activation: try model.flag("quick_gelu") ? .quickGELU : .gelu,
            preprocessing: ImagePreprocessing(
                mean: try statistics?.channels("mean", default: standard.mean) ?? standard.mean,
                standardDeviation: try statistics?.channels("std", default: standard.standardDeviation)
                    ?? standard.standardDeviation))
    }

    private static func mlpWidth(_ width: Int, ratio object: ConfigurationObject) throws(CLIPError) -> Int {
        let ratio = try object.number("mlp_ratio", default: 4)
        guard ratio > 0, ratio <= 64, width > 0, width <= 1 << 24 else {
            throw CLIPError(
                .badConfiguration, "expected mlp_ratio between 0 and 64, found \(ratio) in \(object.location)")
        }
        return Int(Double(width) * ratio)
    }

    /// Missing members take the values that the Hugging Face library leaves out when it saves a configuration.
    private static func huggingFace(
        _ root: ConfigurationObject, preprocessor: ByteRegion?
    ) throws(CLIPError) -> CLIPConfiguration {
        let vision = try root.object(root.isAbsent("vision_config") ? "vision_config_dict" : "vision_config")
        let text = try root.object(root.isAbsent("text_config") ? "text_config_dict" : "text_config")
        let visionActivation = try vision.text("hidden_act", default: "quick_gelu")
        let textActivation = try text.text("hidden_act", default: "quick_gelu")
        guard visionActivation == textActivation, let activation = Activation(rawValue: visionActivation) else {
            throw CLIPError(
                .unsupportedArchitecture,
                "expected hidden_act gelu or quick_gelu in both towers, found \(visionActivation) and \(textActivation) in \(root.location)"
            )
        }
        for tower in [vision, text] {
            let epsilon = try tower.number("layer_norm_eps", default: 1e-5)
            guard epsilon == 1e-5 else {
                throw CLIPError(
                    .unsupportedArchitecture,
                    "expected layer_norm_eps 1e-05, as in every CLIP, found \(epsilon) in \(tower.location)")
            }
        }
        let statistics = try preprocessor.map { region throws(CLIPError) in
            try ConfigurationObject(region, file: "preprocessor_config.json")
        }
        let standard = ImagePreprocessing.openAI
        return CLIPConfiguration(
            embedDim: try root.integer("projection_dim", default: 512),
            vision: VisionConfiguration(
                imageSize: try vision.integer("image_size", default: 224),
                patchSize: try vision.integer("patch_size", default: 32),
                width: try vision.integer("hidden_size", default: 768),
                layers: try vision.integer("num_hidden_layers", default: 12),
                heads: try vision.integer("num_attention_heads", default: 12),
                mlpWidth: try vision.integer("intermediate_size", default: 3072)),
            text: TextConfiguration(
                contextLength: try text.integer("max_position_embeddings", default: 77),
                vocabularySize: try text.integer("vocab_size", default: 49408),
                width: try text.integer("hidden_size", default: 512),
                layers: try text.integer("num_hidden_layers", default: 12),
                heads: try text.integer("num_attention_heads", default: 8),
                mlpWidth: try text.integer("intermediate_size", default: 2048)),
            activation: activation,
            preprocessing: ImagePreprocessing(
                mean: try statistics?.channels("image_mean", default: standard.mean) ?? standard.mean,
                standardDeviation: try statistics?.channels("image_std", default: standard.standardDeviation)
                    ?? standard.standardDeviation))
    }
}
