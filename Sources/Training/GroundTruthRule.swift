import Datasets
import Images

/// How masks at the picture's own size become labels at the side that the network sees.
public enum GroundTruthRule: String, Sendable, CaseIterable {
    /// Each type's area is resized with Pillow's bilinear filter and cut at one half; later types cover earlier ones.
    ///
    /// For one type per picture, the rule of the first released MultiADS program.
    case coverage
    /// Labels take the nearest pixel; the marks for Dice are resized bilinearly and cut at one half: the later program.
    ///
    /// Labels and marks may disagree along borders.
    case nearest
    /// As `nearest`, but a pixel is marked as soon as any of the mask reaches it: the later program on MVTec AD.
    case nearestDilated = "nearest-dilated"

    /// Labels for a picture.
    ///
    /// - Parameters:
    ///   - truth: Labels at the picture's own size, none untyped.
    ///   - side: Width and height of the result.
    /// - Returns: Labels and marks.
    /// - Throws: `ImageError` for a size that cannot be resized.
    func labels(from truth: GroundTruth, side: Int) throws(ImageError) -> PixelLabels {
        let present = Set(truth.labels).subtracting([0]).sorted()
        guard !present.isEmpty else {
            let none = [UInt8](repeating: 0, count: side * side)
            return PixelLabels(labels: none, foreground: none, side: side)
        }
        switch self {
        case .coverage:
            var labels = [UInt8](repeating: 0, count: side * side)
            for label in present {
                let share = try Self.share(of: truth, side: side) { $0 == label }
                for index in labels.indices where share[index] >= 128 { labels[index] = label }
            }
            return PixelLabels(labels: labels, foreground: labels, side: side)
        case .nearest, .nearestDilated:
            let cut: UInt8 = self == .nearest ? 128 : 1
            let share = try Self.share(of: truth, side: side) { $0 != 0 }
            return PixelLabels(
                labels: truth.resizedToNearest(width: side, height: side).labels,
                foreground: share.map { $0 >= cut ? 1 : 0 }, side: side)
        }
    }

    /// How much of each pixel is marked, 0…255.
    private static func share(
        of truth: GroundTruth, side: Int, _ isMarked: (UInt8) -> Bool
    ) throws(ImageError) -> [UInt8] {
        let pixels = truth.labels.map { isMarked($0) ? UInt8(255) : 0 }
        return try Resampler.resize(
            GrayImage(width: truth.width, height: truth.height, pixels: pixels), width: side, height: side,
            filter: .bilinear
        ).pixels
    }
}

extension GroundTruth {
    /// Takes the pixel under each new pixel's centre, as Pillow's nearest filter does.
    func resizedToNearest(width newWidth: Int, height newHeight: Int) -> GroundTruth {
        func source(_ index: Int, _ input: Int, _ output: Int) -> Int { (2 * index + 1) * input / (2 * output) }
        let columns = (0..<newWidth).map { source($0, width, newWidth) }
        let pixels = (0..<newHeight).flatMap { y in
            let row = source(y, height, newHeight) * width
            return columns.map { labels[row + $0] }
        }
        return GroundTruth(width: newWidth, height: newHeight, labels: pixels)
    }
}
