/// What the frame header of a JPEG says (ITU-T T.81, B.2.2), checked to be something this decoder can turn to RGB.
struct JPEGFrame {
    let width: Int
    let height: Int
    /// What scans call the components: one is grey, three are YCbCr or RGB.
    let componentNumbers: [UInt8]
    let isProgressive: Bool
    /// True when one sequential scan carries every component, so that the codec needs no coefficient store.
    let isSinglePass: Bool

    /// Reads the frame header.
    ///
    /// - Parameter bytes: A file that begins with a start-of-image marker.
    /// - Throws: `ImageError` with `.truncated`, `.corrupt`, `.unsupportedColorSpace` or `.unsupportedFeature`.
    init(of bytes: UnsafeRawBufferPointer) throws(ImageError) {
        var markers = JPEGMarkers(bytes: bytes)
        var segment = try markers.next()
        while !Self.isFrameHeader(segment.marker) {
            guard segment.marker != JPEGMarkers.endOfImage, segment.marker != JPEGMarkers.startOfScan else {
                throw ImageError(
                    .corrupt, format: .jpeg, expected: "a frame header before the first scan",
                    found: "marker \(hex([0xFF, segment.marker]))", offset: segment.offset)
            }
            segment = try markers.next()
        }
        try Self.checkProcess(segment)

        let payload = segment.payload
        guard payload.count >= 6, payload.count == 6 + 3 * Int(bytes[payload.lowerBound + 5]) else {
            throw ImageError(
                .corrupt, format: .jpeg, expected: "a frame header of 6 bytes and 3 for each component",
                found: "\(payload.count) bytes", offset: segment.offset)
        }
        let field = { (index: Int) in Int(bytes[payload.lowerBound + index]) }
        guard field(0) == 8 else {
            throw ImageError(
                .unsupportedFeature, format: .jpeg, expected: "8 bits a sample", found: "\(field(0))",
                offset: segment.offset)
        }
        height = field(1) << 8 | field(2)
        width = field(3) << 8 | field(4)
        let components = field(5)
        componentNumbers = (0..<components).map { bytes[payload.lowerBound + 6 + 3 * $0] }
        isProgressive = segment.marker == 0xC2 || segment.marker == 0xCA
        guard width > 0, height > 0 else {
            // Height 0 announces a DNL marker after the first scan, which no camera or library writes.
            throw ImageError(
                .unsupportedFeature, format: .jpeg, expected: "a size in the frame header",
                found: "\(width)×\(height)", offset: segment.offset)
        }
        guard components == 1 || components == 3 else {
            throw ImageError(
                .unsupportedColorSpace, format: .jpeg, expected: "grey, YCbCr or RGB (1 or 3 components)",
                found: components == 4
                    ? "CMYK or YCCK (4 components); convert it to RGB first" : "\(components) components",
                offset: segment.offset)
        }
        isSinglePass = !isProgressive && Self.firstScanComponents(markers, in: bytes) == components
    }

    /// C0…CF are frame headers but for C4 (Huffman tables), C8 (reserved) and CC (arithmetic conditioning).
    private static func isFrameHeader(_ marker: UInt8) -> Bool {
        (0xC0...0xCF).contains(marker) && marker != 0xC4 && marker != 0xC8 && marker != 0xCC
    }

    /// Accepts baseline, extended and progressive, Huffman or arithmetic; refuses lossless and hierarchical frames.
    private static func checkProcess(_ segment: JPEGMarkers.Segment) throws(ImageError) {
        guard [0xC0, 0xC1, 0xC2, 0xC9, 0xCA].contains(segment.marker) else {
            throw ImageError(
                .unsupportedFeature, format: .jpeg, expected: "a baseline, extended or progressive frame",
                found: "a lossless or hierarchical one (marker \(hex([0xFF, segment.marker])))", offset: segment.offset)
        }
    }

    /// Number of components in the first scan, or nil when the file ends or breaks before it.
    private static func firstScanComponents(_ markers: JPEGMarkers, in bytes: UnsafeRawBufferPointer) -> Int? {
        var markers = markers
        while let segment = try? markers.next(), segment.marker != JPEGMarkers.endOfImage {
            if segment.marker == JPEGMarkers.startOfScan, !segment.payload.isEmpty {
                return Int(bytes[segment.payload.lowerBound])
            }
        }
        return nil
    }
}
