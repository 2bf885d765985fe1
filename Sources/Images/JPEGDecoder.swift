internal import CTurboJPEG
internal import LargePages

/// JPEG to RGB by libjpeg-turbo's TurboJPEG interface, which reports errors by return code and never by longjmp.
enum JPEGDecoder {
    /// Size and memory need from the frame header alone.
    static func header(of bytes: UnsafeRawBufferPointer) throws(ImageError) -> ImageHeader {
        let frame = try JPEGFrame(of: bytes)
        // Several scans make the codec keep every coefficient: two bytes each, one per sample at most.
        let bytesPerPixel = frame.isSinglePass ? 3 : 3 + 2 * frame.componentNumbers.count
        return ImageHeader(format: .jpeg, width: frame.width, height: frame.height, bytesPerPixel: bytesPerPixel)
    }

    /// Decodes the whole picture with the accurate inverse DCT and smooth chroma upsampling, libjpeg's defaults.
    ///
    /// - Parameters:
    ///   - bytes: The file.
    ///   - header: From `header(of:)`, already checked against the limits.
    /// - Returns: The picture in RGB.
    /// - Throws: `ImageError` with `.truncated`, `.corrupt` or `.limitExceeded`.
    static func decode(_ bytes: UnsafeRawBufferPointer, header: ImageHeader) throws(ImageError) -> RGBImage {
        try JPEGScans.check(bytes, frame: try JPEGFrame(of: bytes))
        guard let width = Int32(exactly: header.width), let height = Int32(exactly: header.height) else {
            throw ImageError(
                .tooLarge, format: .jpeg, expected: "sides of 31 bits", found: "\(header.width)×\(header.height)")
        }
        let decoder = try Decompressor()
        let rowBytes = width * 3
        var failure: ImageError?
        let pixels = [UInt8](unsafeUninitializedCapacity: header.width * header.height * 3) { buffer, count in
            LargePages.advise(UnsafeMutableRawBufferPointer(buffer))
            // A warning means that libjpeg guessed at damaged data; a guess is not a picture to judge a part by.
            let status = tjDecompress2(
                decoder.handle, bytes.assumingMemoryBound(to: UInt8.self).baseAddress, UInt(bytes.count),
                buffer.baseAddress, width, rowBytes, height, Int32(TJPF_RGB.rawValue),
                TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS | TJFLAG_ACCURATEDCT)
            if status == 0 {
                count = buffer.count
            } else {
                failure = decoder.error(.corrupt, expected: "decodable JPEG data")
            }
        }
        if let failure { throw failure }
        return RGBImage(width: header.width, height: header.height, pixels: pixels)
    }

    /// Owns a TurboJPEG decompressor.
    private struct Decompressor: ~Copyable {
        let handle: tjhandle

        init() throws(ImageError) {
            guard let handle = tjInitDecompress() else {
                throw ImageError(
                    .limitExceeded, format: .jpeg, expected: "memory for a decoder", found: "an allocation failure")
            }
            self.handle = handle
        }

        deinit { tjDestroy(handle) }

        func error(_ code: ImageError.Code, expected: String) -> ImageError {
            ImageError(code, format: .jpeg, expected: expected, found: turboJPEGMessage(handle))
        }
    }
}

/// The library's own words about the last failure of `handle`.
func turboJPEGMessage(_ handle: tjhandle) -> String {
    tjGetErrorStr2(handle).map { String(cString: $0) } ?? "an unnamed failure"
}
