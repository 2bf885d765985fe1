import AnomalyDetection
import CLIP
import Images
import Tensors

/// One pass through everything, before the first client.
enum SelfTest {
    /// Patches along a side of the test's picture: every weight is used whatever their number, and time grows with their square.
    private static let largestGrid = 8

    /// Inspects a small synthetic picture, which also brings weights into memory, and makes the tower ready for pictures of the usual size.
    ///
    /// That the engine multiplies correctly was checked when it was chosen (`Arithmetic.select`).
    ///
    /// - Throws: `InspectionModelError`, with `.notFinite` when a number is NaN or infinite; `CLIPError` when the engine fails.
    static func run(_ model: InspectionModel) throws {
        let vision = model.clip.configuration.vision
        let side = vision.patchSize * min(vision.gridSize, largestGrid)
        let columns = try [("normal", "a photo of an object"), ("defect", "a photo of a damaged object")].map {
            (state: $0, embedding: try StateEmbeddings.embedding(of: [$1], model: model.clip))
        }
        let features = try model.features(of: SyntheticPicture.make(side: side), imageSide: side)
        _ = try model.maps(
            features: features, imageSide: side, states: try StateEmbeddings(columns),
            references: [model.reference(from: features)])
        try model.clip.vision.prepare(imageSide: model.defaultImageSide)
    }
}
