public import Tensors

/// Dimensions of a CLIP vision transformer.
public struct VisionConfiguration: Sendable, Equatable {
    /// Side in pixels of the pictures it was trained on.
    public var imageSize: Int
    /// Side of a patch in pixels.
    public var patchSize: Int
    /// Channels of the residual stream.
    public var width: Int
    /// Number of blocks.
    public var layers: Int
    /// Attention heads; divides `width`.
    public var heads: Int
    /// Hidden channels of the feed-forward layer.
    public var mlpWidth: Int

    /// Patches along one side at the native image size.
    public var gridSize: Int { imageSize / patchSize }

    /// Quarter, half, three quarters and all of the blocks: the stages of the paper for 24 blocks (6, 12, 18, 24).
    public var defaultStages: [Int] {
        Array(Set([1, 2, 3, 4].map { max(1, layers * $0 / 4) })).sorted()
    }
}

/// Dimensions of a CLIP text transformer.
public struct TextConfiguration: Sendable, Equatable {
    /// Longest token sequence.
    public var contextLength: Int
    /// Number of tokens in the vocabulary, the two special ones included.
    public var vocabularySize: Int
    /// Channels of the residual stream.
    public var width: Int
    /// Number of blocks.
    public var layers: Int
    /// Attention heads; divides `width`.
    public var heads: Int
    /// Hidden channels of the feed-forward layer.
    public var mlpWidth: Int
}

/// Everything about a CLIP model but its weights.
public struct CLIPConfiguration: Sendable, Equatable {
    /// Length of the common image and text embeddings.
    public var embedDim: Int
    /// The image tower.
    public var vision: VisionConfiguration
    /// The text tower.
    public var text: TextConfiguration
    /// Non-linearity of both towers.
    public var activation: Activation
    /// Channel statistics of the training pictures.
    public var preprocessing: ImagePreprocessing

    /// Refuses dimensions that no weights could have.
    ///
    /// - Parameter source: Name of the file the numbers came from, for the message.
    /// - Throws: ``CLIPError`` with `.badConfiguration`.
    public func validate(source: String) throws(CLIPError) {
        let positive: [(String, Int)] = [
            ("embed_dim", embedDim), ("image_size", vision.imageSize), ("patch_size", vision.patchSize),
            ("vision width", vision.width), ("vision layers", vision.layers), ("vision heads", vision.heads),
            ("vision mlp width", vision.mlpWidth), ("context_length", text.contextLength),
            ("vocab_size", text.vocabularySize), ("text width", text.width), ("text layers", text.layers),
            ("text heads", text.heads), ("text mlp width", text.mlpWidth),
        ]
        for (name, value) in positive where !(1...(1 << 24)).contains(value) {
            throw CLIPError(.badConfiguration, "expected \(name) between 1 and 16777216, found \(value) in \(source)")
        }
        // A colour is divided by its deviation.
        if let wrong = preprocessing.standardDeviation.first(where: { !(1e-3...1e3).contains($0) }) {
            throw CLIPError(
                .badConfiguration,
                "expected standard deviations of colours (std, image_std) between 0.001 and 1000, found \(wrong) in \(source)"
            )
        }
        let divisions: [(String, Int, String, Int)] = [
            ("image_size", vision.imageSize, "patch_size", vision.patchSize),
            ("vision width", vision.width, "vision heads", vision.heads),
            ("text width", text.width, "text heads", text.heads),
        ]
        for (name, value, divisorName, divisor) in divisions where value % divisor != 0 {
            throw CLIPError(
                .badConfiguration,
                "expected \(name) to be a multiple of \(divisorName) \(divisor), found \(value) in \(source)")
        }
    }
}
