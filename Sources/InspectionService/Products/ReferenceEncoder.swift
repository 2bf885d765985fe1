import AnomalyDetection
import CLIP
import Images
import Storage
import Synchronization
import Tensors

/// Turns pictures of good parts into memory banks.
final class ReferenceEncoder: Sendable {
    private let model: InspectionModel
    private let compute: ComputeQueue
    private let pictures: PictureQueue
    private let limits: ImageLimits
    private let element: CompactRows.Element
    private let encoded = Atomic<Int>(0)

    init(
        model: InspectionModel, compute: ComputeQueue, pictures: PictureQueue, limits: ImageLimits,
        element: CompactRows.Element
    ) {
        self.model = model
        self.compute = compute
        self.pictures = pictures
        self.limits = limits
        self.element = element
    }

    /// Pictures that went through the image tower since the service started.
    var picturesEncoded: Int { encoded.load(ordering: .relaxed) }

    /// Side of a patch in pixels of the square that the network sees.
    var patchSize: Int { model.clip.configuration.vision.patchSize }

    /// What one picture's banks take in the store and in memory, in bytes.
    func bankBytes(at key: EncodingKey) -> Int {
        let vision = model.clip.configuration.vision
        let patches = (key.imageSide / patchSize) * (key.imageSide / patchSize)
        return key.stages.count * element.byteCount(rows: patches, width: vision.width)
    }

    /// Decodes and encodes one picture.
    ///
    /// - Parameters:
    ///   - bytes: A JPEG or PNG file.
    ///   - key: The side to encode at; model and stages are this encoder's.
    ///   - lane: Who waits for it.
    /// - Returns: One bank per stage, and how the picture looks.
    /// - Throws: `ImageError` or `InspectionModelError` with `.badImage` for pictures that cannot be used.
    func encode(_ bytes: [UInt8], key: EncodingKey, lane: ComputeQueue.Lane) async throws -> ReferenceEncoding {
        let image = try await pictures.run { [limits] in try ImageDecoder.decode(bytes, limits: limits) }
        let (reference, look) = try await compute.run(lane) { [self] in
            encoded.add(1, ordering: .relaxed)
            let features = try model.features(of: image, imageSide: key.imageSide)
            return (model.reference(from: features).rounded(to: element), PictureLook(features.picture))
        }
        let banks = zip(model.stages, reference.stages).map { StageBank(stage: $0, $1) }
        return ReferenceEncoding(key: key, banks: banks, look: ReferenceLook(look))
    }

    /// Measures how a picture looks, without encoding it.
    ///
    /// - Throws: `ImageError` for pictures that cannot be used.
    func look(of bytes: [UInt8], key: EncodingKey) async throws -> PictureLook {
        try await pictures.run { [limits, preprocessing = model.clip.configuration.preprocessing] in
            PictureLook(
                try preprocessing.squash(ImageDecoder.decode(bytes, limits: limits), side: key.imageSide))
        }
    }
}

extension StageBank {
    /// A bank as the store has it.
    fileprivate init(stage: Int, _ rows: CompactRows) {
        self.init(
            stage: stage, element: BankElement(rows.element), rows: rows.rows, width: rows.width, bytes: rows.bytes)
    }
}

extension BankElement {
    init(_ element: CompactRows.Element) {
        self =
            switch element {
            case .float32: .f32
            case .float16: .f16
            case .int8: .i8
            }
    }
}

extension CompactRows.Element {
    init(_ element: BankElement) {
        self =
            switch element {
            case .f32: .float32
            case .f16: .float16
            case .i8: .int8
            }
    }
}
