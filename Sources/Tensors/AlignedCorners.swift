/// Bilinear enlargement of a square grid with aligned corners: the first and last samples fall on the first and last
/// cells, and sample i lies at i·(gridSize − 1)/(side − 1) between them.
enum AlignedCorners {
    /// The cell at or before output sample `index`, and how far the sample lies towards the next one (0…1).
    @inline(__always)
    static func sample(_ index: Int, gridSize: Int, side: Int) -> (index: Int, fraction: Float) {
        guard side > 1, gridSize > 1 else { return (0, 0) }
        let position = Float(index) * (Float(gridSize - 1) / Float(side - 1))
        let lower = min(Int(position), gridSize - 1)
        return (lower, position - Float(lower))
    }
}

/// The pixels of one axis grouped by the cell they follow, sixteen cells side by side.
///
/// Each pixel mixes its own cell and the next. With the r-th pixel of sixteen neighbouring cells in one vector, both ends
/// are plain loads of the coarse row, and the adjoint is a plain sum over r: no gathers and no additions across lanes.
struct CellLanes: Sendable {
    /// Vectors needed for all cells: ⌈gridSize / 16⌉.
    let blocks: Int
    /// Pixels of the cell that has most.
    let depth: Int
    /// [blocks, depth, 16]: pixel position, −1 in empty lanes.
    let pixels: [Int32]
    /// [blocks, depth, 16]: share of the next cell.
    let fractions: [Float]
    /// [blocks, depth, 16]: 1 where there is a pixel, else 0.
    let validity: [Float]

    /// Floats between the rows of a coarse buffer: every lane and the cell after the last have a place.
    var stride: Int { blocks * 16 + 16 }

    init(gridSize: Int, side: Int) {
        let samples = (0..<side).map { AlignedCorners.sample($0, gridSize: gridSize, side: side) }
        var members = [[Int]](repeating: [], count: gridSize)
        for (pixel, sample) in samples.enumerated() { members[sample.index].append(pixel) }
        blocks = (gridSize + 15) / 16
        depth = members.map(\.count).max() ?? 0
        var pixels = [Int32](repeating: -1, count: blocks * depth * 16)
        var fractions = [Float](repeating: 0, count: pixels.count)
        var validity = fractions
        for (cell, list) in members.enumerated() {
            for (rank, pixel) in list.enumerated() {
                let lane = (cell / 16 * depth + rank) * 16 + cell % 16
                pixels[lane] = Int32(pixel)
                fractions[lane] = samples[pixel].fraction
                validity[lane] = 1
            }
        }
        self.pixels = pixels
        self.fractions = fractions
        self.validity = validity
    }
}
