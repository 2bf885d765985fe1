/// A matrix's rows cut into blocks that workers take in turn.
///
/// Blocks are as equal as multiples of 16 rows allow, so that few products have to be generated, and as many as a
/// multiple of the workers, so that none waits for the last block.
public struct RowBlocks: Sendable {
    /// Rows are padded to a multiple of this; kernels like it, and it keeps the number of block sizes small.
    public static let unit = 16

    /// Row ranges, ascending; they cover ``paddedRows`` rows.
    public let ranges: [Range<Int>]
    /// The rows, rounded up to a multiple of ``unit``.
    public let paddedRows: Int

    /// Cuts `rows` (at least 1) rows into blocks of at most `largest` rows (a multiple of ``unit``).
    public init(rows: Int, largest: Int, workers: Int) {
        paddedRows = Self.padded(rows)
        let units = paddedRows / Self.unit
        let needed = (paddedRows + largest - 1) / largest
        let count = min(units, (needed + workers - 1) / workers * workers)
        var ranges: [Range<Int>] = []
        for block in 0..<count {
            ranges.append(units * block / count * Self.unit..<units * (block + 1) / count * Self.unit)
        }
        self.ranges = ranges
    }

    /// `rows` rounded up to a multiple of ``unit``.
    public static func padded(_ rows: Int) -> Int { (rows + unit - 1) / unit * unit }
}
