import Datasets
import Images
import Tensors

/// Four pictures of one product as one picture, 2 × 2 (augmentation of April-GAN and MultiADS).
///
/// Every tile keeps its own labels.
struct Mosaic {
    /// Positions of a product's pictures, by what is in them: normal, or the same defects.
    private let groups: [[Int]]

    /// - Parameter members: Position and content of each picture of the product.
    init(_ members: [(index: Int, content: String)]) {
        let grouped = Dictionary(grouping: members, by: \.content)
        groups = grouped.keys.sorted().compactMap { grouped[$0]?.map(\.index) }
    }

    /// What a picture shows, as mosaics distinguish it.
    static func content(of sample: DatasetSample) -> String {
        sample.isAnomalous ? sample.rawNames.joined(separator: "+") : ""
    }

    /// Four pictures: a content uniformly, then a picture of it uniformly, with replacement.
    func draw(_ generator: inout SplitMix64) -> [Int] {
        (0..<4).map { _ in
            let group = groups[generator.below(groups.count)]
            return group[generator.below(group.count)]
        }
    }

    /// Joins tiles row by row; all take the first one's size.
    ///
    /// - Parameter tiles: Four pictures with labels of their own size (traps otherwise).
    /// - Returns: A picture of twice the first tile's width and height, and its labels.
    /// - Throws: `ImageError` when a tile cannot be resized.
    static func join(
        _ tiles: [(picture: RGBImage, truth: GroundTruth)]
    ) throws(ImageError) -> (picture: RGBImage, truth: GroundTruth) {
        precondition(tiles.count == 4, "four tiles expected, not \(tiles.count)")
        let (width, height) = (tiles[0].picture.width, tiles[0].picture.height)
        var pixels = [UInt8](repeating: 0, count: 12 * width * height)
        var labels = [UInt8](repeating: 0, count: 4 * width * height)
        for (index, tile) in tiles.enumerated() {
            var (picture, truth) = tile
            if (picture.width, picture.height) != (width, height) {
                picture = try Resampler.resize(picture, width: width, height: height, filter: .bicubic)
            }
            if (truth.width, truth.height) != (width, height) {
                truth = truth.resizedToNearest(width: width, height: height)
            }
            for row in 0..<height {
                let start = (index / 2 * height + row) * 2 * width + index % 2 * width
                labels.replaceSubrange(start..<start + width, with: truth.labels[row * width..<(row + 1) * width])
                pixels.replaceSubrange(
                    3 * start..<3 * (start + width), with: picture.pixels[3 * row * width..<3 * (row + 1) * width])
            }
        }
        return (
            RGBImage(width: 2 * width, height: 2 * height, pixels: pixels),
            GroundTruth(width: 2 * width, height: 2 * height, labels: labels)
        )
    }
}
