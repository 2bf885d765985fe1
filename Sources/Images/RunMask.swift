/// A mask as the horizontal runs of its marked pixels: small where little is marked, whatever the picture's size.
public struct RunMask: Sendable, Equatable {
    /// Pixels per row, at least 1.
    public let width: Int
    /// Rows, at least 1.
    public let height: Int
    /// In reading order, inside the picture; no two of a row touch.
    public let runs: [PixelRun]

    /// Wraps runs that are already in order.
    package init(width: Int, height: Int, runs: [PixelRun]) {
        self.width = width
        self.height = height
        self.runs = runs
    }

    /// Finds the runs of a mask of bytes.
    public init(_ mask: BinaryMask) {
        var runs: [PixelRun] = []
        mask.pixels.withUnsafeBytes { pixels in
            for y in 0..<mask.height { Self.appendRuns(of: pixels, row: y, width: mask.width, to: &runs) }
        }
        self.init(width: mask.width, height: mask.height, runs: runs)
    }

    /// Number of marked pixels.
    public var area: Int { runs.reduce(0) { $0 + $1.end - $1.start } }

    /// The same mask with a byte for every pixel.
    public var binary: BinaryMask {
        var pixels = [UInt8](repeating: 0, count: width * height)
        pixels.withUnsafeMutableBufferPointer { pixels in
            for run in runs { pixels[run.y * width + run.start..<run.y * width + run.end].update(repeating: 1) }
        }
        return BinaryMask(width: width, height: height, zerosAndOnes: pixels)
    }

    private static func appendRuns(
        of pixels: UnsafeRawBufferPointer, row y: Int, width: Int, to runs: inout [PixelRun]
    ) {
        let end = (y + 1) * width
        var position = y * width
        while position < end {
            // Most of a mask is empty: eight zero bytes at a time.
            while position &+ 8 <= end, pixels.loadUnaligned(fromByteOffset: position, as: UInt64.self) == 0 {
                position &+= 8
            }
            while position < end, pixels[position] == 0 { position &+= 1 }
            guard position < end else { break }
            let start = position
            while position < end, pixels[position] != 0 { position &+= 1 }
            runs.append(PixelRun(y: y, start: start - y * width, end: position - y * width))
        }
    }
}
