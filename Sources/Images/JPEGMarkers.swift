/// Walks the marker segments of a JPEG file (ITU-T T.81, annex B) without decoding anything.
struct JPEGMarkers {
    /// One marker and the bytes of its segment, the two length bytes left out.
    struct Segment {
        let marker: UInt8
        /// Position of the marker's first byte.
        let offset: Int
        let payload: Range<Int>
    }

    static let endOfImage: UInt8 = 0xD9
    static let startOfScan: UInt8 = 0xDA

    private let bytes: UnsafeRawBufferPointer
    private var position: Int

    /// Starts after the start-of-image marker, which the caller has recognised.
    init(bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        position = 2
    }

    /// The next segment; bytes between segments other than fill bytes are an error, as they are for the decoder.
    mutating func next() throws(ImageError) -> Segment {
        let start = position
        guard try byte(at: position) == 0xFF else {
            throw ImageError(
                .corrupt, format: .jpeg, expected: "a marker (ff)", found: hex([bytes[position]]), offset: position)
        }
        while try byte(at: position) == 0xFF { position += 1 }
        let marker = bytes[position]
        position += 1
        // End of image, start of image, restarts and TEM stand alone (table B.1).
        if marker == Self.endOfImage || marker == 0xD8 || marker == 0x01 || (0xD0...0xD7).contains(marker) {
            return Segment(marker: marker, offset: start, payload: position..<position)
        }
        let length = Int(try byte(at: position)) << 8 | Int(try byte(at: position + 1))
        guard length >= 2 else {
            throw ImageError(
                .corrupt, format: .jpeg, expected: "a segment length of at least 2", found: "\(length)",
                offset: position)
        }
        guard position + length <= bytes.count else { throw truncated("a segment of \(length) bytes", at: position) }
        let payload = position + 2..<position + length
        position += length
        return Segment(marker: marker, offset: start, payload: payload)
    }

    /// Moves past the entropy-coded data that follows a start-of-scan segment, up to the next real marker.
    mutating func skipEntropyCodedData() throws(ImageError) {
        while position + 1 < bytes.count {
            if bytes[position] == 0xFF {
                let second = bytes[position + 1]
                // ff 00 is a data byte, ff d0…d7 a restart, ff ff a fill byte.
                if second != 0, second != 0xFF, !(0xD0...0xD7).contains(second) { return }
            }
            position += 1
        }
        throw truncated("an end-of-image marker (ff d9)", at: bytes.count)
    }

    private func byte(at index: Int) throws(ImageError) -> UInt8 {
        guard index < bytes.count else { throw truncated("another marker segment", at: bytes.count) }
        return bytes[index]
    }

    private func truncated(_ expected: String, at offset: Int) -> ImageError {
        ImageError(
            .truncated, format: .jpeg, expected: expected, found: "the end of the file after \(bytes.count) bytes",
            offset: offset)
    }
}
