public import Images

/// The defective regions of all pictures of a product, one after the other.
///
/// Kept as runs, so that millions of normal pixels cost nothing.
public struct PixelTruth: Sendable {
    /// Defective pixels of one row.
    struct Run: Sendable {
        /// Position in all pixels of all pictures.
        let start: Int
        let count: Int32
        /// Index into ``regionAreas``.
        let region: Int32
    }

    /// Pixels of all pictures.
    public private(set) var pixels = 0
    /// Defective pixels.
    public private(set) var positives = 0
    /// Area in pixels of each 8-connected region of each picture.
    public private(set) var regionAreas: [Int] = []
    private(set) var runs: [Run] = []

    /// Starts without pictures.
    public init() {}

    /// Adds a picture's mask after the pictures added before.
    public mutating func append(_ mask: BinaryMask) {
        let components = MaskComponents(of: mask)
        let firstRegion = regionAreas.count
        regionAreas += [Int](repeating: 0, count: components.componentCount)
        for (run, component) in zip(components.runs, components.components) {
            let count = run.end - run.start
            regionAreas[firstRegion + component] += count
            positives += count
            runs.append(
                Run(
                    start: pixels + run.y * mask.width + run.start, count: Int32(count),
                    region: Int32(firstRegion + component)))
        }
        pixels += mask.pixels.count
    }
}
