import Checkpoints
public import Tensors

/// A CLIP model ready to encode pictures and texts.
public struct CLIPModel: Sendable {
    /// Dimensions, activation and channel statistics.
    public let configuration: CLIPConfiguration
    /// The image tower.
    public let vision: VisionTower
    /// The text tower.
    public let text: TextTower
    /// The tokenizer that belongs to the text tower.
    public let tokenizer: CLIPTokenizer
    /// SHA-256 of the weights file, 64 hexadecimal digits.
    public let digest: String
    /// How the image tower computes.
    public let arithmetic: Arithmetic
    /// How the text tower computes: the same, but for int8, whose rounding would reach every picture through the few texts.
    public let textArithmetic: Arithmetic

    /// All that a text's embedding depends on besides the text, for use as a cache key.
    ///
    /// The digests of weights and vocabulary, the activation and the text tower's number format, joined by spaces.
    public let textKey: String

    /// The same with the image tower's number format: what a picture's features depend on besides the picture, its side and the stages.
    public let imageKey: String

    /// Factor of cosine similarities before a softmax.
    ///
    /// Fixed as in MultiADS, not the checkpoint's `logit_scale`.
    public static let logitScale: Float = 100

    /// Builds both towers from a checkpoint in OpenCLIP's naming.
    ///
    /// - Parameters:
    ///   - configuration: Already validated.
    ///   - weights: Tensors by OpenCLIP name.
    ///   - tokenizer: Its vocabulary size must equal the configuration's.
    ///   - vocabularyDigest: SHA-256 of the vocabulary file.
    ///   - digest: Asked for SHA-256 of the weights file once they are read.
    ///   - arithmetic: Engine and precision of the image tower; the text tower keeps at least bfloat16.
    ///   - threads: Workers that both towers use.
    ///   - releasePages: Called when weights read so far were packed elsewhere.
    /// - Throws: ``CLIPError`` for tensors that are missing, of the wrong shape, unknown or not finite.
    init(
        configuration: CLIPConfiguration, weights: any TensorSource, tokenizer: CLIPTokenizer,
        vocabularyDigest: String, digest: () throws(CLIPError) -> String, arithmetic: Arithmetic,
        threads: ComputeThreads, releasePages: @escaping () -> Void = {}
    ) throws(CLIPError) {
        self.configuration = configuration
        self.tokenizer = tokenizer
        self.arithmetic = arithmetic
        textArithmetic = arithmetic.keeping
        var reader = WeightReader(
            weights, keepsFile: arithmetic.engine == .openblas || textArithmetic.engine == .openblas,
            releasePages: releasePages)
        var vision = try VisionTower(
            configuration: configuration, reader: &reader, arithmetic: arithmetic, threads: threads)
        try vision.keepSensitiveMaps(reader: &reader)
        self.vision = vision
        text = try TextTower(
            configuration: configuration, reader: &reader, arithmetic: textArithmetic, threads: threads)
        // The learned temperature is read and checked like any weight, though inference uses the fixed one.
        if weights.info(CLIPTensorName.logitScale.openCLIP) != nil { _ = try reader.tensor(.logitScale, []) }
        try reader.refuseUnused()
        let weightsDigest = try digest()
        self.digest = weightsDigest
        let common = [weightsDigest, vocabularyDigest, configuration.activation.rawValue].joined(separator: " ")
        textKey = "\(common) \(textArithmetic.precision.rawValue)"
        imageKey = "\(common) \(arithmetic.precision.rawValue)"
    }

    /// Tokenizes texts and decides which are encoded together, by ``TextTower/encode(_:)-(TextBatch)``.
    ///
    /// - Returns: Batches that hold each text once.
    /// - Throws: ``CLIPError`` when the tokenizer and the tower disagree.
    public func plan(texts: [String]) throws(CLIPError) -> [TextBatch] {
        try text.plan(texts.map { tokenizer.encode($0) })
    }

    /// Tokenizes and encodes texts.
    ///
    /// - Returns: [texts, embedDim], rows of Euclidean length 1.
    /// - Throws: ``CLIPError`` when the tokenizer and the tower disagree.
    public func encode(texts: [String], progress: (Int) -> Void = { _ in }) throws(CLIPError) -> Tensor {
        try text.encode(texts.map { tokenizer.encode($0) }, progress: progress)
    }
}

extension VisionTower {
    init(
        configuration: CLIPConfiguration, reader: inout WeightReader, arithmetic: Arithmetic, threads: ComputeThreads
    ) throws(CLIPError) {
        let vision = configuration.vision
        let (width, patch) = (vision.width, vision.patchSize)
        self.configuration = vision
        self.preprocessing = configuration.preprocessing
        self.threads = threads
        patchWeight = try reader.tensor(.patchEmbedding, [width, 3, patch, patch])
            .reshaped([width, 3 * patch * patch])
        classEmbedding = try reader.tensor(.classEmbedding, [width])
        positionalEmbedding = try reader.tensor(
            .visionPositionalEmbedding, [1 + vision.gridSize * vision.gridSize, width])
        lnPre = try reader.layerNorm(CLIPTensorName.visionPreNorm, width: width)
        transformer = try reader.transformer(
            .vision, width: width, layers: vision.layers, heads: vision.heads, mlpWidth: vision.mlpWidth,
            causal: false, activation: configuration.activation, arithmetic: arithmetic, threads: threads)
        lnPost = try reader.layerNorm(CLIPTensorName.visionPostNorm, width: width)
        proj = try reader.borrowed(.visionProjection, [width, configuration.embedDim]).transposed()
    }
}

extension TextTower {
    init(
        configuration: CLIPConfiguration, reader: inout WeightReader, arithmetic: Arithmetic, threads: ComputeThreads
    ) throws(CLIPError) {
        let text = configuration.text
        self.configuration = text
        self.threads = threads
        tokenEmbedding = try reader.tensor(.tokenEmbedding, [text.vocabularySize, text.width])
        positionalEmbedding = try reader.tensor(.textPositionalEmbedding, [text.contextLength, text.width])
        transformer = try reader.transformer(
            .text, width: text.width, layers: text.layers, heads: text.heads, mlpWidth: text.mlpWidth,
            causal: true, activation: configuration.activation, arithmetic: arithmetic, threads: threads)
        lnFinal = try reader.layerNorm(CLIPTensorName.textFinalNorm, width: text.width)
        projection = try reader.borrowed(.textProjection, [text.width, configuration.embedDim]).transposed()
    }
}
