/// The chunk structure of a PNG file (ISO/IEC 15948, 5.3): length, type, data, checksum.
enum PNGChunks {
    /// Walks from IHDR to IEND, which must be there in full; the bytes after it are ignored.
    ///
    /// Said before decoding, a cut file gets one precise error wherever the cut is; the codec would not miss the
    /// checksum of IEND at all.
    ///
    /// - Parameter bytes: A file that begins with a PNG signature.
    /// - Throws: `ImageError` with `.truncated`, or `.corrupt` for a length above 2³¹−1.
    static func checkEnd(of bytes: UnsafeRawBufferPointer) throws(ImageError) { _ = try types(of: bytes) }

    /// The types of all chunks from IHDR to IEND, after the same walk as ``checkEnd(of:)``.
    ///
    /// - Throws: As ``checkEnd(of:)``.
    static func types(of bytes: UnsafeRawBufferPointer) throws(ImageError) -> Set<String> {
        let overhead = 12
        var types: Set<String> = []
        var position = ImageFormat.pngSignature.count
        while true {
            guard position + overhead <= bytes.count else {
                throw ImageError(
                    .truncated, format: .png, expected: "chunks up to IEND",
                    found: "the end of the file after \(bytes.count) bytes", offset: position)
            }
            let length = Int(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self)))
            guard length <= Int(Int32.max) else {
                throw ImageError(
                    .corrupt, format: .png, expected: "a chunk length below 2³¹", found: "\(length)", offset: position)
            }
            guard position + overhead + length <= bytes.count else {
                throw ImageError(
                    .truncated, format: .png, expected: "a chunk of \(length) bytes",
                    found: "the end of the file after \(bytes.count) bytes", offset: position)
            }
            let type = String(decoding: bytes[position + 4..<position + 8], as: Unicode.ASCII.self)
            types.insert(type)
            if type == "IEND" { return types }
            position += overhead + length
        }
    }
}
