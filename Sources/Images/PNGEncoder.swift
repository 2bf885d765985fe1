internal import CSPNG
internal import Glibc

/// Writes 8-bit and 1-bit PNG files.
///
/// Made for streaming answers: a cheap filter and a low compression level. One filter is used for all rows, because
/// choosing per row costs more time than it saves bytes at these levels.
public enum PNGEncoder {
    /// Encodes an RGB picture (colour type 2, 8 bits).
    ///
    /// - Parameters:
    ///   - image: The picture.
    ///   - compressionLevel: zlib level, 0 (none) to 9 (slowest).
    /// - Returns: The file.
    /// - Throws: `ImageError` with `.invalidArgument` for another level, `.encodingFailed` when memory runs out.
    public static func encode(_ image: RGBImage, compressionLevel: Int = 2) throws(ImageError) -> [UInt8] {
        try encode(
            image.pixels, width: image.width, height: image.height,
            layout: Layout(colorType: SPNG_COLOR_TYPE_TRUECOLOR, bitDepth: 8, filter: SPNG_FILTER_CHOICE_SUB),
            compressionLevel: compressionLevel)
    }

    /// Encodes a greyscale picture (colour type 0, 8 bits).
    ///
    /// - Parameters:
    ///   - image: The picture.
    ///   - compressionLevel: zlib level, 0 (none) to 9 (slowest).
    /// - Returns: The file.
    /// - Throws: `ImageError` with `.invalidArgument` for another level, `.encodingFailed` when memory runs out.
    public static func encode(_ image: GrayImage, compressionLevel: Int = 2) throws(ImageError) -> [UInt8] {
        try encode(
            image.pixels, width: image.width, height: image.height,
            layout: Layout(colorType: SPNG_COLOR_TYPE_GRAYSCALE, bitDepth: 8, filter: SPNG_FILTER_CHOICE_SUB),
            compressionLevel: compressionLevel)
    }

    /// Encodes an RGB picture with straight alpha (colour type 6, 8 bits).
    ///
    /// - Parameters:
    ///   - image: The picture.
    ///   - compressionLevel: zlib level, 0 (none) to 9 (slowest).
    /// - Returns: The file.
    /// - Throws: `ImageError` with `.invalidArgument` for another level, `.encodingFailed` when memory runs out.
    public static func encode(_ image: RGBAImage, compressionLevel: Int = 2) throws(ImageError) -> [UInt8] {
        try encode(
            image.pixels, width: image.width, height: image.height,
            layout: Layout(colorType: SPNG_COLOR_TYPE_TRUECOLOR_ALPHA, bitDepth: 8, filter: SPNG_FILTER_CHOICE_SUB),
            compressionLevel: compressionLevel)
    }

    /// Encodes a mask as a 1-bit greyscale picture: marked pixels are white, the others black.
    ///
    /// - Parameters:
    ///   - mask: The mask.
    ///   - compressionLevel: zlib level, 0 (none) to 9 (slowest).
    /// - Returns: The file.
    /// - Throws: `ImageError` with `.invalidArgument` for another level, `.encodingFailed` when memory runs out.
    public static func encode(_ mask: BinaryMask, compressionLevel: Int = 1) throws(ImageError) -> [UInt8] {
        // Packed bits of smooth regions are long runs already; a filter would only break them.
        try encode(
            packBits(mask), width: mask.width, height: mask.height,
            layout: Layout(colorType: SPNG_COLOR_TYPE_GRAYSCALE, bitDepth: 1, filter: SPNG_FILTER_CHOICE_NONE),
            compressionLevel: compressionLevel)
    }

    private struct Layout {
        let colorType: spng_color_type
        let bitDepth: UInt8
        let filter: spng_filter_choice
    }

    private static func encode(
        _ samples: [UInt8], width: Int, height: Int, layout: Layout, compressionLevel: Int
    ) throws(ImageError) -> [UInt8] {
        guard (0...9).contains(compressionLevel) else {
            throw ImageError(
                .invalidArgument, format: .png, expected: "a compression level from 0 to 9",
                found: "\(compressionLevel)")
        }
        guard let width32 = UInt32(exactly: width), let height32 = UInt32(exactly: height) else {
            throw ImageError(
                .invalidArgument, format: .png, expected: "sides of 31 bits", found: "\(width)×\(height)")
        }
        var header = spng_ihdr(
            width: width32, height: height32, bit_depth: layout.bitDepth, color_type: UInt8(layout.colorType.rawValue),
            compression_method: 0, filter_method: 0, interlace_method: UInt8(SPNG_INTERLACE_NONE.rawValue))
        let context = try SPNGContext(flags: Int32(SPNG_CTX_ENCODER.rawValue))
        try checkEncoding(spng_set_option(context.pointer, SPNG_ENCODE_TO_BUFFER, 1))
        try checkEncoding(
            spng_set_option(context.pointer, SPNG_IMG_COMPRESSION_LEVEL, Int32(compressionLevel)))
        try checkEncoding(
            spng_set_option(context.pointer, SPNG_FILTER_CHOICE, Int32(layout.filter.rawValue)))
        try checkEncoding(spng_set_ihdr(context.pointer, &header))
        try checkEncoding(
            samples.withUnsafeBytes {
                spng_encode_image(
                    context.pointer, $0.baseAddress, $0.count, Int32(SPNG_FMT_PNG.rawValue),
                    Int32(SPNG_ENCODE_FINALIZE.rawValue))
            })
        var length = 0
        var status: Int32 = 0
        guard let file = spng_get_png_buffer(context.pointer, &length, &status) else {
            throw encodingError(status)
        }
        // The caller of spng_get_png_buffer owns the memory, which came from malloc.
        defer { free(file) }
        return [UInt8](UnsafeRawBufferPointer(start: file, count: length))
    }

    private static func checkEncoding(_ status: Int32) throws(ImageError) {
        guard status == 0 else { throw encodingError(status) }
    }

    private static func encodingError(_ status: Int32) -> ImageError {
        let message = spng_strerror(status).map { String(cString: $0) } ?? "an unnamed failure"
        return ImageError(
            .encodingFailed, format: .png, expected: "an encoded picture", found: "\(message) (libspng \(status))")
    }

    /// [height, ⌈width/8⌉]: eight pixels a byte, leftmost in the highest bit, as PNG packs them.
    private static func packBits(_ mask: BinaryMask) -> [UInt8] {
        let rowBytes = (mask.width + 7) / 8
        let whole = mask.width / 8
        return mask.pixels.withUnsafeBytes { pixels in
            [UInt8](unsafeUninitializedCapacity: rowBytes * mask.height) { packed, count in
                for y in 0..<mask.height {
                    let row = y * mask.width
                    let output = y * rowBytes
                    for index in 0..<whole {
                        // The product moves bit 0 of byte i to bit 63−i; no two terms meet, so nothing carries.
                        let eight = UInt64(
                            littleEndian: pixels.loadUnaligned(fromByteOffset: row + index * 8, as: UInt64.self))
                        packed[output + index] = UInt8(truncatingIfNeeded: (eight &* 0x8040_2010_0804_0201) >> 56)
                    }
                    if whole < rowBytes {
                        var last: UInt8 = 0
                        for x in whole * 8..<mask.width { last |= pixels[row + x] << UInt8(7 - x % 8) }
                        packed[output + whole] = last
                    }
                }
                count = rowBytes * mask.height
            }
        }
    }
}
