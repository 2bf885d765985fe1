public import Images

/// Turns a decoded picture into the patch rows that the first layer multiplies (algorithms of OpenAI's CLIP transform,
/// with the picture squashed to a square instead of cropped, as MultiADS does).
public struct ImagePreprocessing: Sendable, Equatable {
    /// Mean of each colour channel on the scale 0…1.
    public let mean: [Float]
    /// Standard deviation of each colour channel on the scale 0…1.
    public let standardDeviation: [Float]

    /// The statistics of OpenAI's and LAION-400M's CLIP models.
    public static let openAI = ImagePreprocessing(
        mean: [0.481_454_66, 0.457_827_5, 0.408_210_73],
        standardDeviation: [0.268_629_54, 0.261_302_58, 0.275_777_11])

    /// Uses given channel statistics (three each; traps otherwise).
    public init(mean: [Float], standardDeviation: [Float]) {
        precondition(mean.count == 3 && standardDeviation.count == 3, "three channels expected")
        self.mean = mean
        self.standardDeviation = standardDeviation
    }

    /// Squashes a picture to `side` × `side` with Pillow's 8-bit bicubic filter; the aspect ratio is not kept.
    ///
    /// - Throws: `ImageError` when the picture cannot be resized.
    public func squash(_ image: RGBImage, side: Int) throws(ImageError) -> RGBImage {
        try Resampler.resize(image, width: side, height: side, filter: .bicubic)
    }

    /// Normalises a square picture and cuts it into patches.
    ///
    /// - Parameters:
    ///   - image: Side a multiple of `patchSize` (traps otherwise).
    ///   - patchSize: Side of a patch in pixels.
    ///   - output: [patches, 3·patchSize²], fully overwritten; patches row-major, each as channel, row, column, the order
    ///     of a convolution kernel's weights.
    func patches(of image: RGBImage, patchSize: Int, into output: UnsafeMutablePointer<Float>) {
        precondition(
            image.width == image.height && image.width % patchSize == 0,
            "a square with a side divisible by \(patchSize) expected, not \(image.width) × \(image.height)")
        let gridSize = image.width / patchSize
        let area = patchSize * patchSize
        // 256 possible values per channel: a table replaces a division per sample and keeps /255 exactly rounded.
        let tables = (0..<3).map { channel in
            (0..<256).map { (Float($0) / 255 - mean[channel]) / standardDeviation[channel] }
        }
        image.pixels.withUnsafeBufferPointer { pixels in
            for channel in 0..<3 {
                tables[channel].withUnsafeBufferPointer { table in
                    for y in 0..<image.height {
                        let rowInPatch = y % patchSize
                        let firstPatch = y / patchSize &* gridSize
                        for x in 0..<image.width {
                            let (column, columnInPatch) = x.quotientAndRemainder(dividingBy: patchSize)
                            let target =
                                (firstPatch &+ column) &* 3 &* area &+ channel &* area &+ rowInPatch &* patchSize
                                &+ columnInPatch
                            output[target] = table[Int(pixels[(y &* image.width &+ x) &* 3 &+ channel])]
                        }
                    }
                }
            }
        }
    }
}
