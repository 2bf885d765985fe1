import AnomalyDetection
import Images
import Tensors

/// One pass through everything, before the first client.
enum SelfTest {
    /// Inspects a synthetic picture; this also brings weights into memory and sizes the work buffers.
    ///
    /// - Throws: `InspectionModelError`, with `.notFinite` when a number is NaN or infinite.
    static func run(_ model: InspectionModel) throws {
        let side = model.defaultImageSide
        let image = RGBImage(
            width: 64, height: 48,
            pixels: (0..<64 * 48).flatMap { index in
                let (x, y) = (index % 64, index / 64)
                return [UInt8(x * 4), UInt8(y * 5), (x / 8 + y / 8).isMultiple(of: 2) ? 40 : 215]
            })
        let columns = try [("normal", "a photo of an object"), ("defect", "a photo of a damaged object")].map {
            (state: $0, embedding: try StateEmbeddings.embedding(of: [$1], model: model.clip))
        }
        let features = try model.features(of: image, imageSide: side)
        _ = try model.maps(
            features: features, imageSide: side, states: try StateEmbeddings(columns),
            references: [model.reference(from: features)])
    }
}
