internal import CSPNG

/// Owns one libspng decoder or encoder.
struct SPNGContext: ~Copyable {
    let pointer: OpaquePointer

    /// Makes a codec.
    ///
    /// - Parameter flags: 0 to decode, `SPNG_CTX_ENCODER` to encode.
    /// - Throws: `ImageError` with `.limitExceeded` when memory runs out.
    init(flags: Int32) throws(ImageError) {
        guard let pointer = spng_ctx_new(flags) else {
            throw ImageError(
                .limitExceeded, format: .png, expected: "memory for a codec", found: "an allocation failure")
        }
        self.pointer = pointer
    }

    deinit { spng_ctx_free(pointer) }

    /// Turns a libspng status other than 0 into an error.
    func check(_ status: Int32) throws(ImageError) {
        guard status != 0 else { return }
        let code: ImageError.Code
        switch status {
        case Int32(SPNG_IO_EOF.rawValue), Int32(SPNG_EOF.rawValue): code = .truncated
        case Int32(SPNG_ECHUNK_LIMITS.rawValue), Int32(SPNG_EMEM.rawValue): code = .limitExceeded
        default: code = .corrupt
        }
        let message = spng_strerror(status).map { String(cString: $0) } ?? "an unnamed failure"
        throw ImageError(code, format: .png, expected: "well-formed PNG data", found: "\(message) (libspng \(status))")
    }
}
