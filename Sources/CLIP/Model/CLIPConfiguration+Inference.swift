public import Checkpoints
public import Tensors

extension CLIPConfiguration {
    /// Reads the dimensions off the tensors of a checkpoint that comes without a configuration file.
    ///
    /// Shapes do not tell the number of heads or the activation: heads are 64 channels wide (80 in the one standard
    /// configuration with 1280 channels, ViT-H-14), and the activation must be given.
    ///
    /// - Parameters:
    ///   - source: Tensors by OpenCLIP name.
    ///   - activation: Which non-linearity the weights are run with.
    /// - Returns: A validated configuration.
    /// - Throws: ``CLIPError``: `.missingTensor`, `.unsupportedArchitecture`, `.badConfiguration`.
    public static func infer(from source: any TensorSource, activation: Activation) throws(CLIPError)
        -> CLIPConfiguration
    {
        let patch = try shape(.patchEmbedding, axes: 4, source)
        let positions = try shape(.visionPositionalEmbedding, axes: 2, source)
        let gridSize = Int(Double(max(0, positions[0] - 1)).squareRoot().rounded())
        guard gridSize > 0, gridSize * gridSize + 1 == positions[0] else {
            throw CLIPError(
                .unsupportedArchitecture,
                "expected a square grid of positions and one for the class token, found \(positions[0]) positions in \(source.file)"
            )
        }
        let projection = try shape(.textProjection, axes: 2, source)
        let tokens = try shape(.tokenEmbedding, axes: 2, source)
        let context = try shape(.textPositionalEmbedding, axes: 2, source)
        let visionMLP = try shape(.block(.vision, index: 0, .mlpInput, .weight), axes: 2, source)
        let textMLP = try shape(.block(.text, index: 0, .mlpInput, .weight), axes: 2, source)
        let (width, textWidth) = (patch[0], tokens[1])
        let configuration = CLIPConfiguration(
            embedDim: projection[1],
            vision: VisionConfiguration(
                imageSize: gridSize * patch[2], patchSize: patch[2], width: width,
                layers: blockCount(.vision, source), heads: max(1, width / (width == 1280 ? 80 : 64)),
                mlpWidth: visionMLP[0]),
            text: TextConfiguration(
                contextLength: context[0], vocabularySize: tokens[0], width: textWidth,
                layers: blockCount(.text, source), heads: max(1, textWidth / 64), mlpWidth: textMLP[0]),
            activation: activation, preprocessing: .openAI)
        try configuration.validate(source: source.file)
        return configuration
    }

    /// No axis of a model is longer.
    private static let maximumExtent = 1 << 24

    private static func shape(_ tensor: CLIPTensorName, axes: Int, _ source: any TensorSource) throws(CLIPError)
        -> [Int]
    {
        let name = tensor.openCLIP
        guard let info = source.info(name) else {
            throw CLIPError(.missingTensor, "expected tensor \(name), found none of that name in \(source.file)")
        }
        guard info.shape.count == axes else {
            throw CLIPError(.wrongShape, "expected \(name) with \(axes) axes, found \(info.shape) in \(source.file)")
        }
        guard info.shape.allSatisfy({ (1...maximumExtent).contains($0) }) else {
            throw CLIPError(
                .wrongShape,
                "expected \(name) with axes of 1 to \(maximumExtent), found \(info.shape) in \(source.file)")
        }
        return info.shape
    }

    private static func blockCount(_ tower: CLIPTensorName.Tower, _ source: any TensorSource) -> Int {
        var count = 0
        while source.info(CLIPTensorName.block(tower, index: count, .attentionInput, .weight).openCLIP) != nil {
            count += 1
        }
        return count
    }
}
