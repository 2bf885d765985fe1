/// A matrix's rows cut into blocks that workers take in turn.
///
/// Blocks are as equal as multiples of the unit allow, so that few products have to be generated, and as many as a
/// multiple of the workers, so that none waits for the last block.
public struct RowBlocks: Sendable {
    /// Row ranges, ascending; they cover ``paddedRows`` rows.
    public let ranges: [Range<Int>]
    /// The rows, rounded up to a multiple of the unit.
    public let paddedRows: Int

    /// Cuts `rows` (at least 1) rows into blocks of at most `largest` rows, all multiples of `unit`.
    public init(rows: Int, largest: Int, unit: Int, workers: Int) {
        paddedRows = Self.padded(rows, unit: unit)
        let units = paddedRows / unit
        let needed = (paddedRows + largest - 1) / largest
        let count = min(units, (needed + workers - 1) / workers * workers)
        var ranges: [Range<Int>] = []
        for block in 0..<count {
            ranges.append(units * block / count * unit..<units * (block + 1) / count * unit)
        }
        self.ranges = ranges
    }

    /// `rows` rounded up to a multiple of `unit`.
    public static func padded(_ rows: Int, unit: Int) -> Int { (rows + unit - 1) / unit * unit }
}
