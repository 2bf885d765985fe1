internal import CTurboJPEG

/// Resolution at which JPEG keeps colour, relative to brightness.
public enum ChromaSubsampling: Sendable, CaseIterable {
    /// Full resolution (4:4:4).
    case none
    /// Half across (4:2:2).
    case horizontal
    /// Half across and down (4:2:0).
    case both
}

/// Writes baseline JPEG files.
public enum JPEGEncoder {
    /// Encodes a picture with the accurate forward DCT.
    ///
    /// - Parameters:
    ///   - image: At most 65 500 pixels a side, the library's own limit.
    ///   - quality: 1 (smallest file) to 100 (finest).
    ///   - subsampling: How much colour detail is kept.
    /// - Returns: The file.
    /// - Throws: `ImageError` with `.invalidArgument` for a quality or a size out of range, `.encodingFailed` when the
    ///   library refuses.
    public static func encode(
        _ image: RGBImage, quality: Int, subsampling: ChromaSubsampling = .both
    ) throws(ImageError) -> [UInt8] {
        guard (1...100).contains(quality) else {
            throw ImageError(
                .invalidArgument, format: .jpeg, expected: "a quality from 1 to 100", found: "\(quality)")
        }
        guard image.width <= 65_500, image.height <= 65_500 else {
            throw ImageError(
                .invalidArgument, format: .jpeg, expected: "at most 65500 pixels a side",
                found: "\(image.width)×\(image.height)")
        }
        guard let handle = tjInitCompress() else {
            throw ImageError(
                .encodingFailed, format: .jpeg, expected: "memory for an encoder", found: "an allocation failure")
        }
        defer { tjDestroy(handle) }
        let samples: TJSAMP =
            switch subsampling {
            case .none: TJSAMP_444
            case .horizontal: TJSAMP_422
            case .both: TJSAMP_420
            }
        var file: UnsafeMutablePointer<UInt8>?
        var length: UInt = 0
        let status = tjCompress2(
            handle, image.pixels, Int32(image.width), Int32(image.width * 3), Int32(image.height),
            Int32(TJPF_RGB.rawValue), &file, &length, Int32(samples.rawValue), Int32(quality), TJFLAG_ACCURATEDCT)
        // The library allocates the file and leaves freeing it to us, also after a failure.
        defer { tjFree(file) }
        guard status == 0, let file else {
            throw ImageError(
                .encodingFailed, format: .jpeg, expected: "an encoded picture", found: turboJPEGMessage(handle))
        }
        return [UInt8](UnsafeBufferPointer(start: file, count: Int(length)))
    }
}
