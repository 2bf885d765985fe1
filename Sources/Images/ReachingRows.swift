internal import CVectorKernels

/// The rows of a resized map in which something reaches a value: what regions are made of, without anybody holding the whole.
public struct ReachingRows: Sendable {
    /// Stretches of a row that reach the value, from left to right.
    public struct Stretches: Sequence, IteratorProtocol {
        private let words: UnsafePointer<UInt64>
        private let count: Int
        private var position = 0

        /// - Parameters:
        ///   - words: A bit for each pixel, the first in the lowest; valid while this is used.
        ///   - count: Pixels.
        init(_ words: UnsafePointer<UInt64>, count: Int) {
            self.words = words
            self.count = count
        }

        /// The next stretch, which neither touches the one before nor is empty.
        public mutating func next() -> Range<Int>? {
            let start = first(from: position, inverted: 0)
            guard start < count else { return nil }
            position = first(from: start, inverted: .max)
            return start..<position
        }

        /// The first pixel from a position on whose bit differs from those of `inverted`; the number of pixels when there is none.
        private func first(from position: Int, inverted: UInt64) -> Int {
            var index = position / 64
            guard position < count else { return count }
            var word = (words[index] ^ inverted) & (UInt64.max << UInt64(position % 64))
            while word == 0 {
                index += 1
                guard index * 64 < count else { return count }
                word = words[index] ^ inverted
            }
            return Swift.min(count, index * 64 + word.trailingZeroBitCount)
        }
    }

    private let rows: BilinearRows
    private let floor: Float
    private let width: Int

    /// Prepares rows.
    ///
    /// - Parameters:
    ///   - map: [height, width], row-major; a NaN reaches nothing.
    ///   - width: Columns of `map`, at least 1.
    ///   - height: Rows of `map`, at least 1.
    ///   - newWidth: Columns of the result, at least 1.
    ///   - newHeight: Rows of the result, at least 1.
    ///   - corners: Where the grids meet.
    ///   - floor: The value.
    /// - Throws: `ImageError` with `.invalidArgument` when the count or a size does not fit.
    public init(
        of map: [Float], width: Int, height: Int, toWidth newWidth: Int, toHeight newHeight: Int,
        corners: MapResize.Corners, reaching floor: Float
    ) throws(ImageError) {
        rows = try BilinearRows(
            map, width: width, height: height, toWidth: newWidth, toHeight: newHeight, corners: corners,
            reaching: floor)
        self.floor = floor
        self.width = newWidth
    }

    /// Calls `body` for those of some rows in which something reaches the value, in order, on the calling thread.
    ///
    /// - Parameters:
    ///   - range: Of the result.
    ///   - body: Gets a row's number, its values and its stretches; these are valid during the call.
    public func forEach(
        in range: Range<Int>, _ body: (_ y: Int, _ row: UnsafeBufferPointer<Float>, _ stretches: Stretches) -> Void
    ) {
        var rows = rows
        var mixed = [Float](repeating: 0, count: width)
        var words = [UInt64](repeating: 0, count: (width + 63) / 64)
        for y in range where rows.mayReach(y) {
            rows.withRow(y) { upper, lower, share in
                mixed.withUnsafeMutableBufferPointer { mixed in
                    words.withUnsafeMutableBufferPointer { words in
                        guard let values = mixed.baseAddress, let bits = words.baseAddress else { return }
                        let any = UnsafeMutableRawPointer(bits).withMemoryRebound(
                            to: UInt16.self, capacity: 4 * words.count
                        ) { cvk_mix_reaching(upper, lower, share, width, floor, values, $0) }
                        if any != 0 { body(y, UnsafeBufferPointer(mixed), Stretches(bits, count: width)) }
                    }
                }
            }
        }
    }
}
