/// Reads JPEG and PNG files into 8-bit RGB.
///
/// The type is recognised by content. The Exif orientation tag is ignored, as the method's reference does: pixels come
/// in the order of the file. Colour profiles and gamma are ignored too. A file is decoded whole or not at all: truncated
/// and damaged files throw. Bytes after a JPEG's end-of-image marker or a PNG's IEND chunk are ignored.
public enum ImageDecoder {
    /// Reads format and size without decoding, and refuses what is above the limits.
    ///
    /// - Parameters:
    ///   - bytes: The whole file; its beginning up to the frame header (JPEG) or the first 33 bytes (PNG) will do.
    ///   - limits: Largest picture allowed.
    /// - Returns: What the file says about itself.
    /// - Throws: `ImageError` with `.emptyInput`, `.notAnImage`, `.tooLarge`, or one of the format's own codes.
    /// - Complexity: Reads marker segments only; allocates no pixel.
    public static func header(
        of bytes: UnsafeRawBufferPointer, limits: ImageLimits = ImageLimits()
    ) throws(ImageError) -> ImageHeader {
        let header =
            switch try ImageFormat(recognizing: bytes) {
            case .jpeg: try JPEGDecoder.header(of: bytes)
            case .png: try PNGDecoder.header(of: bytes)
            }
        try limits.check(header)
        return header
    }

    /// Reads format and size without decoding, and refuses what is above the limits.
    ///
    /// - Parameters:
    ///   - bytes: The whole file, or its beginning.
    ///   - limits: Largest picture allowed.
    /// - Returns: What the file says about itself.
    /// - Throws: As the overload that takes a buffer.
    public static func header(
        of bytes: [UInt8], limits: ImageLimits = ImageLimits()
    ) throws(ImageError) -> ImageHeader {
        try withBytes(bytes) { buffer throws(ImageError) in try header(of: buffer, limits: limits) }
    }

    /// Decodes a JPEG or PNG file.
    ///
    /// JPEG: baseline, extended and progressive; grey, YCbCr and RGB with any chroma subsampling. PNG: every colour type
    /// and depth, interlaced or not; alpha is dropped without blending, 16-bit samples keep their high byte.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - limits: Largest picture allowed; checked against the header before any pixel buffer exists.
    /// - Returns: The picture, grey ones with three equal channels.
    /// - Throws: `ImageError` with `.emptyInput`, `.notAnImage`, `.tooLarge`, `.truncated`, `.corrupt`,
    ///   `.unsupportedColorSpace` (CMYK, YCCK), `.unsupportedFeature` or `.limitExceeded`.
    public static func decode(
        _ bytes: UnsafeRawBufferPointer, limits: ImageLimits = ImageLimits()
    ) throws(ImageError) -> RGBImage {
        let header = try header(of: bytes, limits: limits)
        return switch header.format {
        case .jpeg: try JPEGDecoder.decode(bytes, header: header)
        case .png: try PNGDecoder.decode(bytes, header: header)
        }
    }

    /// Decodes a JPEG or PNG file.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - limits: Largest picture allowed.
    /// - Returns: The picture, grey ones with three equal channels.
    /// - Throws: As the overload that takes a buffer.
    public static func decode(_ bytes: [UInt8], limits: ImageLimits = ImageLimits()) throws(ImageError) -> RGBImage {
        try withBytes(bytes) { buffer throws(ImageError) in try decode(buffer, limits: limits) }
    }

    /// Decodes a JPEG or PNG file as a mask: 1 where a sample is not 0, all bits of 16-bit samples counted.
    ///
    /// A JPEG's samples are not those that were drawn, so there the line is one half. Transparency is no mask: some tools keep the mask in
    /// the alpha channel, others leave it at random, and nothing in the file says which.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - limits: Largest picture allowed.
    /// - Returns: The mask.
    /// - Throws: As ``decode(_:limits:)``, and `.unsupportedFeature` for a PNG with pixels that are not opaque.
    public static func decodeMask(
        _ bytes: UnsafeRawBufferPointer, limits: ImageLimits = ImageLimits()
    ) throws(ImageError) -> BinaryMask {
        let header = try header(of: bytes, limits: limits)
        switch header.format {
        case .jpeg: return marked(try JPEGDecoder.decode(bytes, header: header), from: 128)
        case .png:
            guard try PNGDecoder.hasWideOrTransparentSamples(bytes) else {
                return marked(try PNGDecoder.decode(bytes, header: header), from: 1)
            }
            return try PNGDecoder.decodeWideMask(bytes, header: header)
        }
    }

    /// Pixels of which any channel reaches `level`.
    private static func marked(_ image: RGBImage, from level: UInt8) -> BinaryMask {
        let count = image.width * image.height
        let pixels = [UInt8](unsafeUninitializedCapacity: count) { output, initialized in
            image.pixels.withUnsafeBufferPointer { input in
                for index in 0..<count {
                    let largest = max(input[index &* 3], input[index &* 3 &+ 1], input[index &* 3 &+ 2])
                    output[index] = largest < level ? 0 : 1
                }
            }
            initialized = count
        }
        return BinaryMask(width: image.width, height: image.height, pixels: pixels)
    }

    /// `withUnsafeBytes` with a typed error, which the standard library's array method does not offer.
    private static func withBytes<Result>(
        _ bytes: [UInt8], _ body: (UnsafeRawBufferPointer) throws(ImageError) -> Result
    ) throws(ImageError) -> Result {
        let outcome = bytes.withUnsafeBytes { buffer in
            Swift.Result { () throws(ImageError) in try body(buffer) }
        }
        return try outcome.get()
    }
}
