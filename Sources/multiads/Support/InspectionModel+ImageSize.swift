import AnomalyDetection
import ArgumentParser
import CLIP

extension InspectionModel {
    /// The side in pixels that pictures are squashed to.
    ///
    /// - Parameter imageSize: What the command line says; nil for the model's own.
    /// - Returns: A multiple of the patch size.
    /// - Throws: `ValidationError`.
    func imageSide(_ imageSize: Int?) throws -> Int {
        let side = imageSize ?? defaultImageSide
        let patch = clip.configuration.vision.patchSize
        guard (1...VisionTower.maximumSide).contains(side), side % patch == 0 else {
            throw ValidationError(
                "expected --image-size as a multiple of the patch size \(patch), at most \(VisionTower.maximumSide), found "
                    + "\(side)")
        }
        return side
    }
}
