import Checkpoints
public import Images

/// Which pixels of a picture are defective, and of which type.
public struct GroundTruth: Sendable, Equatable {
    /// Marks defective pixels whose type is not among those asked for, or unknown.
    public static let untyped: UInt8 = 255

    /// Pixels per row.
    public let width: Int
    /// Rows.
    public let height: Int
    /// [height, width], row-major: 0 is normal, k the k-th of the types asked for, ``untyped`` any other defect.
    public let labels: [UInt8]

    /// Wraps labels (traps when the count is not width·height).
    public init(width: Int, height: Int, labels: [UInt8]) {
        precondition(labels.count == width * height, "\(width)×\(height) labels expected, \(labels.count) given")
        self.width = width
        self.height = height
        self.labels = labels
    }

    /// All defective pixels.
    public var mask: BinaryMask { BinaryMask(width: width, height: height, pixels: labels) }
}

extension Dataset {
    /// Reads and decodes a picture.
    ///
    /// - Throws: ``DatasetError`` with `.badPicture`.
    public func picture(of sample: DatasetSample) throws(DatasetError) -> RGBImage {
        try decode(sample.picture, .badPicture)
    }

    /// Reads the masks of a picture and paints them one over the other.
    ///
    /// Any value but 0 is defective: masks of VisA hold small integers (in a JPEG, any from 128 on). Each mask is resized as the reference does,
    /// 8-bit bilinear with anti-aliasing, and cut at one half; very small defects may vanish.
    ///
    /// - Parameters:
    ///   - sample: A picture of this dataset.
    ///   - types: Names of defect types for the labels 1, 2, … (at most 254, else traps).
    ///   - side: Width and height of the result; nil keeps the mask's own size, or `picture` for a normal one.
    ///   - picture: Size of the decoded picture, which masks must have; nil compares the masks with each other only.
    /// - Returns: All zero for a normal picture.
    /// - Throws: ``DatasetError`` with `.missingMask`, `.badMask`, `.sizeMismatch`, or `.tooManyTypes` beyond 254.
    public func groundTruth(
        of sample: DatasetSample, types: [String], side: Int?, picture: (width: Int, height: Int)? = nil
    ) throws(DatasetError) -> GroundTruth {
        guard types.count < Int(GroundTruth.untyped) else {
            throw DatasetError(
                .tooManyTypes, path: sample.picture, "expected at most 254 defect types, found \(types.count)")
        }
        var size = picture
        var labels: [UInt8] = []
        if sample.isAnomalous, sample.masks.isEmpty {
            throw DatasetError(
                .missingMask, path: sample.picture, "expected a mask of this anomalous picture, found none")
        }
        for mask in sample.masks where sample.isAnomalous {
            let pixels = try self.mask(mask.path)
            let expected = size ?? (pixels.width, pixels.height)
            guard (pixels.width, pixels.height) == expected else {
                throw DatasetError(
                    .sizeMismatch, path: mask.path,
                    "expected the picture's \(expected.width)×\(expected.height) pixels, found "
                        + "\(pixels.width)×\(pixels.height)")
            }
            size = expected
            let label = mask.type.flatMap(types.firstIndex(of:)).map { UInt8($0 + 1) } ?? GroundTruth.untyped
            let marked = try Self.resized(pixels, to: side, path: mask.path)
            if labels.isEmpty { labels = [UInt8](repeating: 0, count: marked.pixels.count) }
            for (index, value) in marked.pixels.enumerated() where value != 0 { labels[index] = label }
        }
        let width = side ?? size?.width ?? 1
        let height = side ?? size?.height ?? 1
        if labels.isEmpty { labels = [UInt8](repeating: 0, count: width * height) }
        return GroundTruth(width: width, height: height, labels: labels)
    }

    /// Reads a mask at its own size.
    ///
    /// - Throws: ``DatasetError`` with `.badMask`.
    func mask(_ path: String) throws(DatasetError) -> BinaryMask {
        try read(path, .badMask) { bytes throws(ImageError) in try ImageDecoder.decodeMask(bytes) }
    }

    private static func resized(_ mask: BinaryMask, to side: Int?, path: String) throws(DatasetError) -> BinaryMask {
        guard let side, (mask.width, mask.height) != (side, side) else { return mask }
        let gray = GrayImage(width: mask.width, height: mask.height, pixels: mask.pixels.map { $0 == 0 ? 0 : 255 })
        do {
            let small = try Resampler.resize(gray, width: side, height: side, filter: .bilinear)
            return BinaryMask(width: side, height: side, pixels: small.pixels.map { $0 >= 128 ? 1 : 0 })
        } catch {
            throw DatasetError(.badMask, path: path, "\(error)")
        }
    }

    /// Where a file of the dataset lies; lists may name absolute paths.
    public func absolute(_ path: String) -> String { path.hasPrefix("/") ? path : "\(root)/\(path)" }

    func decode(_ path: String, _ code: DatasetError.Code) throws(DatasetError) -> RGBImage {
        try read(path, code) { bytes throws(ImageError) in try ImageDecoder.decode(bytes) }
    }

    func header(_ path: String, _ code: DatasetError.Code) throws(DatasetError) -> ImageHeader {
        try read(path, code) { bytes throws(ImageError) in try ImageDecoder.header(of: bytes) }
    }

    private func read<Value>(
        _ path: String, _ code: DatasetError.Code, _ body: (UnsafeRawBufferPointer) throws(ImageError) -> Value
    ) throws(DatasetError) -> Value {
        let region: ByteRegion
        do {
            region = try ByteRegion.map(path: absolute(path))
        } catch {
            throw DatasetError(code, path: path, error.detail)
        }
        do {
            return try body(region.bytes)
        } catch {
            throw DatasetError(code, path: path, "\(error)")
        }
    }
}
