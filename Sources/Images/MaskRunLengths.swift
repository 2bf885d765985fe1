/// A compact lossless form of a mask for storage: lengths of alternating runs, background first.
///
/// Each run length is a variable-length integer (7 bits per byte, low bits first, as in LEB128), over the pixels in row
/// order. A mask of a few regions takes some hundred bytes whatever the picture's size, and coding is one linear pass, so
/// a result can be stored before any PNG is made of it.
public enum MaskRunLengths {
    /// Codes a mask.
    public static func encode(_ mask: RunMask) -> [UInt8] {
        var bytes: [UInt8] = []
        var (start, end) = (0, 0)
        var position = 0
        func flush() {
            guard end > start else { return }
            append(start - position, to: &bytes)
            append(end - start, to: &bytes)
            position = end
        }
        for run in mask.runs {
            let first = run.y * mask.width + run.start
            // A run that ends its row and one that begins the next are one here.
            if first != end {
                flush()
                start = first
            }
            end = run.y * mask.width + run.end
        }
        flush()
        let total = mask.width * mask.height
        if position < total { append(total - position, to: &bytes) }
        return bytes
    }

    /// Restores a mask of known size.
    ///
    /// - Parameters:
    ///   - bytes: Written by ``encode(_:)``.
    ///   - width: Columns of the mask.
    ///   - height: Rows of the mask.
    /// - Returns: The mask that was coded.
    /// - Throws: `ImageError` with `.invalidArgument` when the runs do not add up to the size.
    public static func decode(_ bytes: [UInt8], width: Int, height: Int) throws(ImageError) -> RunMask {
        let total = width * height
        var runs: [PixelRun] = []
        var isMarked = false
        var (pixel, position) = (0, 0)
        while position < bytes.count {
            var length = 0
            var shift = 0
            var byte: UInt8 = 0x80
            while byte & 0x80 != 0, position < bytes.count, shift < 56 {
                byte = bytes[position]
                length |= Int(byte & 0x7F) << shift
                shift += 7
                position += 1
            }
            guard byte & 0x80 == 0, length <= total - pixel else {
                throw ImageError(
                    .invalidArgument, expected: "runs of \(total) pixels in all",
                    found: "a longer run at byte \(position)")
            }
            if isMarked { appendRows(of: pixel..<pixel + length, width: width, to: &runs) }
            pixel += length
            isMarked.toggle()
        }
        guard pixel == total else {
            throw ImageError(
                .invalidArgument, expected: "runs of \(total) pixels in all", found: "\(pixel) pixels")
        }
        return RunMask(width: width, height: height, runs: runs)
    }

    /// Cuts pixels in reading order where rows end.
    private static func appendRows(of pixels: Range<Int>, width: Int, to runs: inout [PixelRun]) {
        var start = pixels.lowerBound
        while start < pixels.upperBound {
            let y = start / width
            let end = min(pixels.upperBound, (y + 1) * width)
            runs.append(PixelRun(y: y, start: start - y * width, end: end - y * width))
            start = end
        }
    }

    private static func append(_ value: Int, to bytes: inout [UInt8]) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
