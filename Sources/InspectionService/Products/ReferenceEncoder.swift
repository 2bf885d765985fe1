import AnomalyDetection
import Images
import Storage
import Tensors

/// Turns pictures of good parts into memory banks.
struct ReferenceEncoder: Sendable {
    let model: InspectionModel
    let compute: ComputeQueue
    let pictures: PictureQueue
    let limits: ImageLimits

    /// Decodes and encodes one picture.
    ///
    /// - Parameters:
    ///   - bytes: A JPEG or PNG file.
    ///   - key: The side to encode at; model and stages are this encoder's.
    ///   - lane: Who waits for it.
    /// - Returns: One float16 bank per stage.
    /// - Throws: `ImageError` or `InspectionModelError` with `.badImage` for pictures that cannot be used.
    func encode(_ bytes: [UInt8], key: EncodingKey, lane: ComputeQueue.Lane) async throws -> ReferenceEncoding {
        let image = try await pictures.run { [limits] in try ImageDecoder.decode(bytes, limits: limits) }
        return try await compute.run(lane) { [model] in
            let reference = model.reference(from: try model.features(of: image, imageSide: key.imageSide))
            let banks = model.stages.enumerated().map { index, stage in
                StageBank(
                    stage: stage, element: .f16, rows: reference.stages[index].shape[0],
                    width: reference.stages[index].shape[1], bytes: reference.float16(stage: index))
            }
            return ReferenceEncoding(key: key, banks: banks)
        }
    }
}
