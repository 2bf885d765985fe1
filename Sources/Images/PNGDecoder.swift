internal import CSPNG
internal import LargePages

/// PNG to RGB by libspng, which reports errors by return code.
enum PNGDecoder {
    /// Largest single metadata chunk, after inflation, and all kept ones together; pixels are not counted.
    static let maxMetadataBytes = 16 << 20

    /// Reads width and height from IHDR, which must be the first chunk (ISO/IEC 15948, 11.2.2).
    ///
    /// - Throws: `ImageError` with `.truncated` or `.corrupt`.
    static func header(of bytes: UnsafeRawBufferPointer) throws(ImageError) -> ImageHeader {
        guard bytes.count >= 33 else {
            throw ImageError(
                .truncated, format: .png, expected: "a signature and an IHDR chunk, 33 bytes",
                found: "\(bytes.count) bytes", offset: bytes.count)
        }
        guard bytes[8..<16].elementsEqual([0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]) else {
            throw ImageError(
                .corrupt, format: .png, expected: "an IHDR chunk of 13 bytes", found: hex(bytes[8..<16]), offset: 8)
        }
        let width = Int(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt32.self)))
        let height = Int(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 20, as: UInt32.self)))
        let allowed = 1...Int(Int32.max)
        guard allowed.contains(width), allowed.contains(height) else {
            throw ImageError(
                .corrupt, format: .png, expected: "sides from 1 to 2³¹−1", found: "\(width)×\(height)", offset: 16)
        }
        return ImageHeader(format: .png, width: width, height: height, bytesPerPixel: 3)
    }

    /// Decodes the whole picture: greys and palettes are expanded, alpha is dropped (not blended), 16-bit samples keep
    /// their high byte, gamma and colour profiles are ignored.
    ///
    /// - Parameters:
    ///   - bytes: The file.
    ///   - header: From `header(of:)`, already checked against the limits.
    /// - Returns: The picture in RGB.
    /// - Throws: `ImageError` with `.truncated`, `.corrupt` or `.limitExceeded`.
    static func decode(_ bytes: UnsafeRawBufferPointer, header: ImageHeader) throws(ImageError) -> RGBImage {
        RGBImage(
            width: header.width, height: header.height,
            pixels: try samples(bytes, header, format: SPNG_FMT_RGB8, bytesPerPixel: 3))
    }

    /// Whether samples have 16 bits or pixels may be transparent: by the two bytes of IHDR behind the size, and by the chunk tRNS.
    ///
    /// - Throws: `ImageError` with `.truncated` or `.corrupt` for a broken chain of chunks.
    static func hasWideOrTransparentSamples(_ bytes: UnsafeRawBufferPointer) throws(ImageError) -> Bool {
        guard bytes.count >= 33, bytes[24] != 16, bytes[25] & 4 == 0 else { return true }
        return try PNGChunks.types(of: bytes).contains("tRNS")
    }

    /// Decodes a mask of 16-bit samples or with transparency, be it a channel or a colour's: 1 where a colour is not 0.
    ///
    /// - Throws: As ``decode(_:header:)``, and `.unsupportedFeature` for pixels that are not opaque.
    static func decodeWideMask(
        _ bytes: UnsafeRawBufferPointer, header: ImageHeader
    ) throws(ImageError) -> BinaryMask {
        let samples = try samples(
            bytes, header, format: SPNG_FMT_RGBA16, bytesPerPixel: 8, flags: Int32(SPNG_DECODE_TRNS.rawValue))
        var pixels = [UInt8](repeating: 0, count: header.width * header.height)
        let isOpaque = samples.withUnsafeBytes { buffer in
            let values = buffer.bindMemory(to: UInt16.self)
            var least = UInt16.max
            for index in pixels.indices {
                let first = index &* 4
                pixels[index] = values[first] | values[first &+ 1] | values[first &+ 2] == 0 ? 0 : 1
                least = min(least, values[first &+ 3])
            }
            return least == .max
        }
        guard isOpaque else {
            throw ImageError(
                .unsupportedFeature, format: .png, expected: "a mask in the colours of opaque pixels",
                found: "transparency that is in use; save it as black and white without transparency")
        }
        return BinaryMask(width: header.width, height: header.height, pixels: pixels)
    }

    private static func samples(
        _ bytes: UnsafeRawBufferPointer, _ header: ImageHeader, format: spng_format, bytesPerPixel: Int,
        flags: Int32 = 0
    ) throws(ImageError) -> [UInt8] {
        try PNGChunks.checkEnd(of: bytes)
        let context = try SPNGContext(flags: 0)
        try context.check(spng_set_image_limits(context.pointer, UInt32(header.width), UInt32(header.height)))
        try context.check(spng_set_chunk_limits(context.pointer, maxMetadataBytes, maxMetadataBytes))
        // A damaged metadata chunk says that the file was damaged; by default the library would skip it.
        let stop = Int32(SPNG_CRC_ERROR.rawValue)
        try context.check(spng_set_crc_action(context.pointer, stop, stop))
        try context.check(spng_set_png_buffer(context.pointer, bytes.baseAddress, bytes.count))

        let format = Int32(format.rawValue)
        var size = 0
        try context.check(spng_decoded_image_size(context.pointer, format, &size))
        let expected = header.width * header.height * bytesPerPixel
        guard size == expected else {
            throw ImageError(
                .corrupt, format: .png, expected: "\(expected) bytes of pixels",
                found: "\(size)")
        }
        var status: Int32 = 0
        let pixels = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            LargePages.advise(UnsafeMutableRawBufferPointer(buffer))
            status = spng_decode_image(context.pointer, buffer.baseAddress, size, format, flags)
            count = status == 0 ? size : 0
        }
        try context.check(status)
        // Reads on to IEND, so that damage after the pixels is noticed too.
        try context.check(spng_decode_chunks(context.pointer))
        return pixels
    }
}
