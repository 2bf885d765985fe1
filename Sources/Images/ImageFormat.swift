/// The file formats that are read and written.
public enum ImageFormat: String, Sendable {
    /// ITU-T T.81, in the JFIF or Exif wrapping.
    case jpeg
    /// ISO/IEC 15948.
    case png

    static let pngSignature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    static let jpegSignature: [UInt8] = [0xFF, 0xD8, 0xFF]

    /// Recognises a file by its first bytes, never by its name.
    ///
    /// - Parameter bytes: The whole file or its beginning.
    /// - Throws: `ImageError` with `.emptyInput`, `.notAnImage` (its text shows the first bytes), or `.truncated`
    ///   when the input is a bare beginning of a signature.
    public init(recognizing bytes: UnsafeRawBufferPointer) throws(ImageError) {
        guard !bytes.isEmpty else {
            throw ImageError(.emptyInput, expected: "a JPEG or PNG file", found: "0 bytes")
        }
        for (format, signature) in [(ImageFormat.jpeg, Self.jpegSignature), (.png, Self.pngSignature)]
        where bytes.prefix(signature.count).elementsEqual(signature.prefix(bytes.count)) {
            guard bytes.count >= signature.count else {
                throw ImageError(
                    .truncated, format: format, expected: "a signature of \(signature.count) bytes",
                    found: "\(bytes.count) of them", offset: bytes.count)
            }
            self = format
            return
        }
        throw ImageError(
            .notAnImage, expected: "a JPEG (ff d8 ff) or PNG (89 50 4e 47 0d 0a 1a 0a)",
            found: "a file beginning with \(hex(bytes.prefix(8)))", offset: 0)
    }
}

/// What a file says about itself before any pixel is decoded.
public struct ImageHeader: Sendable, Equatable {
    /// The file format.
    public let format: ImageFormat
    /// Pixels per row, at least 1.
    public let width: Int
    /// Rows, at least 1.
    public let height: Int
    /// Memory that decoding takes for each pixel: 3 for the RGB picture, more when the codec keeps coefficients.
    let bytesPerPixel: Int

    /// Upper bound, in bytes, on the memory that decoding takes: the RGB picture and what the codec keeps besides it.
    public var decodingBytes: Int { bytes(perPixel: bytesPerPixel) }

    /// The same with what drawing an overlay on the picture takes: the drawing, what its lines cover, a heat map, the PNG.
    public var drawingBytes: Int { bytes(perPixel: bytesPerPixel + 3 + 1 + 4 + 3) }

    private func bytes(perPixel count: Int) -> Int {
        let (pixels, pixelsOverflow) = width.multipliedReportingOverflow(by: height)
        let (bytes, overflow) = pixels.multipliedReportingOverflow(by: count)
        return pixelsOverflow || overflow ? Int.max : bytes
    }
}

/// Upper bounds on what may be decoded.
public struct ImageLimits: Sendable, Equatable {
    /// Largest width·height.
    public var maxPixels: Int
    /// Largest width and largest height, in pixels.
    public var maxSide: Int

    /// Makes limits; by default 50 megapixels and 32 768 pixels a side.
    public init(maxPixels: Int = 50_000_000, maxSide: Int = 32_768) {
        self.maxPixels = maxPixels
        self.maxSide = maxSide
    }

    /// Throws `.tooLarge` when a picture of this size is not allowed.
    func check(_ header: ImageHeader) throws(ImageError) {
        let (pixels, overflow) = header.width.multipliedReportingOverflow(by: header.height)
        guard header.width <= maxSide, header.height <= maxSide, !overflow, pixels <= maxPixels else {
            throw ImageError(
                .tooLarge, format: header.format,
                expected: "at most \(maxPixels) pixels and \(maxSide) a side",
                found: "\(header.width)×\(header.height)")
        }
    }
}

/// Bytes as two hexadecimal digits each, separated by spaces.
func hex(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
}
