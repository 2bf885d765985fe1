/// What each pixel of a picture should be, arranged as ``UpsampledSegmentationLoss`` reads it.
public struct SegmentationTarget: Sendable {
    /// Marked pixels.
    public let foregroundCount: Int
    /// [side, blocks, depth, 16]: class of each pixel, 0 in empty lanes.
    let labels: [UInt8]
    /// [side, blocks, depth, 16]: 1 for pixels of any defect.
    let foreground: [Float]
    /// [side, blocks]: whether any label there is not 0, and whether any pixel is marked.
    let contents: [Contents]

    struct Contents: OptionSet {
        let rawValue: UInt8
        static let defectLabels = Contents(rawValue: 1)
        static let foreground = Contents(rawValue: 2)
    }

    /// Arranges `labels` and `marks`, each [side²] and row-major, for the lanes of that side.
    init(labels: [UInt8], foreground marks: [UInt8], side: Int, lanes: CellLanes) {
        let vectors = lanes.blocks * lanes.depth
        var labelLanes = [UInt8](repeating: 0, count: side * vectors * 16)
        var markLanes = [Float](repeating: 0, count: side * vectors * 16)
        var contents = [Contents](repeating: [], count: side * lanes.blocks)
        var count = 0
        for y in 0..<side {
            // Nearly all rows of nearly all pictures are empty; they stay as initialised.
            let row = y * side..<(y + 1) * side
            let marked = marks[row].contains { $0 != 0 }
            guard marked || labels[row].contains(where: { $0 != 0 }) else { continue }
            for lane in 0..<vectors * 16 {
                let pixel = Int(lanes.pixels[lane])
                guard pixel >= 0 else { continue }
                let label = labels[y * side + pixel]
                let mark = marks[y * side + pixel] != 0
                labelLanes[y * vectors * 16 + lane] = label
                let block = y * lanes.blocks + lane / (lanes.depth * 16)
                if label != 0 { contents[block].insert(.defectLabels) }
                guard mark else { continue }
                markLanes[y * vectors * 16 + lane] = 1
                contents[block].insert(.foreground)
                count += 1
            }
        }
        self.labels = labelLanes
        self.foreground = markLanes
        self.contents = contents
        foregroundCount = count
    }
}
