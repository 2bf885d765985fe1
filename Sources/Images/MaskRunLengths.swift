/// A compact lossless form of a mask for storage: lengths of alternating runs, background first.
///
/// Each run length is a variable-length integer (7 bits per byte, low bits first, as in LEB128), over the pixels in row
/// order. A mask of a few regions takes some hundred bytes whatever the picture's size, and coding is one linear pass, so
/// a result can be stored before any PNG is made of it.
public enum MaskRunLengths {
    /// Codes a mask.
    public static func encode(_ mask: BinaryMask) -> [UInt8] {
        var bytes: [UInt8] = []
        var current: UInt8 = 0
        var length = 0
        for pixel in mask.pixels {
            if pixel != current {
                append(length, to: &bytes)
                current = pixel
                length = 0
            }
            length += 1
        }
        append(length, to: &bytes)
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
    public static func decode(_ bytes: [UInt8], width: Int, height: Int) throws(ImageError) -> BinaryMask {
        let total = width * height
        var pixels: [UInt8] = []
        pixels.reserveCapacity(total)
        var value: UInt8 = 0
        var position = 0
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
            guard byte & 0x80 == 0, length <= total - pixels.count else {
                throw ImageError(
                    .invalidArgument, expected: "runs of \(total) pixels in all",
                    found: "a longer run at byte \(position)")
            }
            pixels.append(contentsOf: repeatElement(value, count: length))
            value = 1 - value
        }
        guard pixels.count == total else {
            throw ImageError(
                .invalidArgument, expected: "runs of \(total) pixels in all", found: "\(pixels.count) pixels")
        }
        return BinaryMask(width: width, height: height, pixels: pixels)
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
