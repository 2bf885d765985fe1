public import CLIP
import Checkpoints
import Images
import Tensors

/// The frozen tower as training uses it: pictures in, stage tokens rounded to float16 out.
///
/// Tokens are rounded whether or not they were kept on disk, so that a run gives the same bits with a cache and without.
public struct FeatureEncoder: Sendable {
    /// The frozen model.
    public let clip: CLIPModel
    /// 1-based block numbers, ascending.
    public let stages: [Int]
    /// Side in pixels that the network sees.
    public let side: Int

    /// Patches along one side.
    public var gridSize: Int { side / clip.configuration.vision.patchSize }
    /// Bytes of one picture's features.
    public var bytesPerPicture: Int { stages.count * gridSize * gridSize * width * 2 }
    /// Workers of the tower; sums over another number of them may differ in the last bits.
    var threadCount: Int { clip.vision.threads.count }
    var width: Int { clip.configuration.vision.width }

    /// Checks that the model can be used so.
    ///
    /// - Parameters:
    ///   - clip: The frozen model.
    ///   - stages: Block numbers; nil for quarters of the tower's blocks.
    ///   - side: A positive multiple of the patch size.
    /// - Throws: ``TrainingError`` with `.badOption`.
    public init(clip: CLIPModel, stages: [Int]? = nil, side: Int) throws(TrainingError) {
        let (layers, patch) = (clip.configuration.vision.layers, clip.configuration.vision.patchSize)
        let chosen = stages ?? clip.configuration.vision.defaultStages
        guard !chosen.isEmpty, zip(chosen, chosen.dropFirst()).allSatisfy(<),
            chosen.allSatisfy({ (1...layers).contains($0) })
        else {
            throw TrainingError(.badOption, "expected ascending stages between 1 and \(layers), found \(chosen)")
        }
        guard (1...VisionTower.maximumSide).contains(side), side % patch == 0 else {
            throw TrainingError(
                .badOption,
                "expected an image side that is a positive multiple of the patch size \(patch), at most "
                    + "\(VisionTower.maximumSide), found \(side)")
        }
        self.clip = clip
        self.stages = chosen
        self.side = side
    }

    /// All that a picture's features depend on besides the picture: 64 hexadecimal digits.
    var key: String {
        let preprocessing = clip.configuration.preprocessing
        let parts =
            [
                "multiads.features.3", clip.digest, clip.configuration.activation.rawValue,
                clip.arithmetic.precision.rawValue, clip.arithmetic.engine.rawValue, "\(threadCount)", "\(stages)",
                "\(side)",
            ] + (preprocessing.mean + preprocessing.standardDeviation).map { "\($0.bitPattern)" }
        return SHA256Digest.of(Array(parts.joined(separator: " ").utf8)).hex
    }

    /// Encodes a picture: one float32 tensor [patches, width] per stage, holding float16 values.
    ///
    /// - Throws: ``TrainingError``: `.badPicture`, or `.badFeatures` when a token is beyond float16's range.
    func features(of picture: RGBImage, name: String) throws(TrainingError) -> [Tensor] {
        let features: VisionTower.Features
        do {
            features = try clip.vision.encode(picture, imageSide: side, stages: stages)
        } catch {
            throw TrainingError(.badPicture, "\(name): \(error)")
        }
        var rounded: [Tensor] = []
        for (stage, tokens) in features.stageTokens.enumerated() {
            let half = tokens.withUnsafeBufferPointer { FloatFormats.narrowToFloat16($0) }
            let tensor = Tensor(shape: tokens.shape) { output in
                half.withUnsafeBytes { FloatFormats.widen(float16: $0, into: output) }
            }
            guard tensor.firstNonFinite == nil else {
                throw TrainingError(
                    .badFeatures,
                    "\(name): expected tokens within float16's ±65504 at stage \(stages[stage]), found larger ones")
            }
            rounded.append(tensor)
        }
        return rounded
    }
}
