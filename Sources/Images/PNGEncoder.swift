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
    public static func encode(_ mask: RunMask, compressionLevel: Int = 1) throws(ImageError) -> [UInt8] {
        // Packed bits of smooth regions are long runs already; a filter would only break them.
        try encode(
            packedBits(mask), width: mask.width, height: mask.height,
            layout: Layout(colorType: SPNG_COLOR_TYPE_GRAYSCALE, bitDepth: 1, filter: SPNG_FILTER_CHOICE_NONE),
            compressionLevel: compressionLevel)
    }

    /// Encodes a mask of bytes, to the same file as the same mask of runs.
    public static func encode(_ mask: BinaryMask, compressionLevel: Int = 1) throws(ImageError) -> [UInt8] {
        try encode(RunMask(mask), compressionLevel: compressionLevel)
    }

    /// Encodes a picture of few colours (colour type 3, 8 bits).
    ///
    /// - Parameters:
    ///   - image: The picture.
    ///   - compressionLevel: zlib level, 0 (none) to 9 (slowest).
    /// - Returns: The file.
    /// - Throws: `ImageError` with `.invalidArgument` for another level, `.encodingFailed` when memory runs out.
    public static func encode(_ image: IndexedImage, compressionLevel: Int = 1) throws(ImageError) -> [UInt8] {
        try encode(
            image.indices, width: image.width, height: image.height,
            layout: Layout(
                colorType: SPNG_COLOR_TYPE_INDEXED, bitDepth: 8, filter: SPNG_FILTER_CHOICE_NONE, palette: image.palette
            ),
            compressionLevel: compressionLevel)
    }

    private struct Layout {
        let colorType: spng_color_type
        let bitDepth: UInt8
        let filter: spng_filter_choice
        var palette: [RGBColor] = []
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
        if !layout.palette.isEmpty {
            var palette = spng_plte()
            palette.n_entries = UInt32(layout.palette.count)
            withUnsafeMutableBytes(of: &palette.entries) { entries in
                for (index, color) in layout.palette.enumerated() {
                    entries.storeBytes(
                        of: spng_plte_entry(red: color.red, green: color.green, blue: color.blue, alpha: 255),
                        toByteOffset: index * MemoryLayout<spng_plte_entry>.stride, as: spng_plte_entry.self)
                }
            }
            try checkEncoding(spng_set_plte(context.pointer, &palette))
        }
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
    private static func packedBits(_ mask: RunMask) -> [UInt8] {
        let rowBytes = (mask.width + 7) / 8
        var packed = [UInt8](repeating: 0, count: rowBytes * mask.height)
        packed.withUnsafeMutableBufferPointer { packed in
            for run in mask.runs {
                let (first, last) = (run.start / 8, (run.end - 1) / 8)
                let row = run.y * rowBytes
                let left = UInt8(0xFF) >> UInt8(run.start % 8)
                let right = UInt8(truncatingIfNeeded: 0xFF00 >> ((run.end - 1) % 8 + 1))
                if first == last {
                    packed[row + first] |= left & right
                } else {
                    packed[row + first] |= left
                    packed[row + first + 1..<row + last].update(repeating: 0xFF)
                    packed[row + last] |= right
                }
            }
        }
        return packed
    }
}
