/// A mask with a bit for every pixel, packed as PNG packs them: eight pixels a byte, the leftmost in the highest bit.
struct MaskBits {
    let width: Int
    let height: Int
    private let rowBytes: Int
    private var bytes: [UInt8]

    /// Bytes of a row.
    static func rowBytes(width: Int) -> Int { (width + 7) / 8 }

    /// Paints the runs of a mask.
    init(_ mask: RunMask) {
        let rowBytes = Self.rowBytes(width: mask.width)
        (width, height, self.rowBytes) = (mask.width, mask.height, rowBytes)
        bytes = [UInt8](repeating: 0, count: rowBytes * mask.height)
        bytes.withUnsafeMutableBufferPointer { bytes in
            guard let start = bytes.baseAddress else { return }
            for run in mask.runs { Self.paint(run, into: start + run.y * rowBytes) }
        }
    }

    /// Marks the pixels of a run in its row, which need not be empty.
    static func paint(_ run: PixelRun, into row: UnsafeMutablePointer<UInt8>) {
        let (first, last) = (run.start / 8, (run.end - 1) / 8)
        let left = UInt8(0xFF) >> UInt8(run.start % 8)
        let right = UInt8(truncatingIfNeeded: 0xFF00 >> ((run.end - 1) % 8 + 1))
        if first == last {
            row[first] |= left & right
        } else {
            row[first] |= left
            (row + first + 1).update(repeating: 0xFF, count: last - first - 1)
            row[last] |= right
        }
    }

    /// Calls `body` with a test of single pixels; outside the mask none is marked.
    func withPixels<Output>(_ body: (_ isMarked: (Int, Int) -> Bool) -> Output) -> Output {
        bytes.withUnsafeBufferPointer { bytes in
            body { x, y in
                x >= 0 && x < width && y >= 0 && y < height
                    && bytes[y &* rowBytes &+ x &>> 3] & (0x80 &>> UInt8(truncatingIfNeeded: x & 7)) != 0
            }
        }
    }
}
