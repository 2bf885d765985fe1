/// A matrix's rows cut into blocks that workers take in turn.
public struct RowBlocks: Sendable {
    /// Row ranges, ascending; they cover ``paddedRows`` rows.
    public let ranges: [Range<Int>]
    /// The rows that are computed: all, and those up to a multiple of the unit where the engine wants them.
    public let paddedRows: Int

    /// Cuts `rows` (at least 1) rows into blocks of at most `largest` rows, all multiples of `unit`.
    ///
    /// Blocks are as equal as multiples of the unit allow, so that few products have to be generated, and as many as a
    /// multiple of the workers, so that none waits for the last block.
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

    /// Cuts `rows` rows into blocks that become smaller towards the end, so that workers end together whatever one of them
    /// was held up by (guided self-scheduling, Polychronopoulos & Kuck 1987); only the last may be no multiple of `unit`.
    ///
    /// - Parameters:
    ///   - rows: At least 1.
    ///   - largest: Rows of a block at most.
    ///   - smallest: Rows of a block at least, the last one excepted.
    ///   - unit: What blocks are multiples of; `largest` and `smallest` are.
    ///   - workers: At least 1.
    public init(tapering rows: Int, largest: Int, smallest: Int, unit: Int, workers: Int) {
        paddedRows = rows
        var ranges: [Range<Int>] = []
        var start = 0
        while start < rows {
            let share = Self.padded((rows - start) / (2 * workers), unit: unit)
            let end = workers == 1 ? start + largest : start + min(max(share, smallest), largest)
            ranges.append(start..<min(end, rows))
            start = end
        }
        self.ranges = ranges
    }

    /// `rows` rounded up to a multiple of `unit`.
    public static func padded(_ rows: Int, unit: Int) -> Int { (rows + unit - 1) / unit * unit }
}
