/// What the scans of a JPEG file bring (ITU-T T.81, B.2.3 and G.1.1.1.1): coefficients of components, down to which bit.
///
/// A file of several scans that was cut between two of them and closed with an end-of-image marker decodes without a word: to a grey
/// picture, or a blurred one. Encoders send all of every coefficient.
struct JPEGScans {
    /// Scans that an honest file stays well below (ten is usual for a progressive file); each costs a pass over all blocks.
    static let maximum = 100

    private static let coefficients = 64

    private let isProgressive: Bool
    private let components: [UInt8]
    /// By component and coefficient the lowest bit that came; nil before any.
    private var lowestBits: [[UInt8?]]
    private var count = 0

    /// Walks the whole file: it must end in an end-of-image marker, hold a bearable number of scans, and these all of the picture.
    ///
    /// Bytes after the end-of-image marker are ignored: cameras append thumbnails and second pictures there.
    ///
    /// - Parameters:
    ///   - bytes: The file.
    ///   - frame: Its frame header.
    /// - Throws: `ImageError` with `.truncated`, `.corrupt` or `.limitExceeded`.
    static func check(_ bytes: UnsafeRawBufferPointer, frame: JPEGFrame) throws(ImageError) {
        var scans = JPEGScans(frame)
        var markers = JPEGMarkers(bytes: bytes)
        while true {
            let segment = try markers.next()
            if segment.marker == JPEGMarkers.endOfImage { return try scans.checkAllCame(before: segment.offset) }
            guard segment.marker == JPEGMarkers.startOfScan else { continue }
            try scans.add(segment, in: bytes)
            try markers.skipEntropyCodedData()
        }
    }

    private init(_ frame: JPEGFrame) {
        isProgressive = frame.isProgressive
        components = frame.componentNumbers
        lowestBits = components.map { _ in [UInt8?](repeating: nil, count: Self.coefficients) }
    }

    /// Reads a scan's header: a count, two bytes for each component, the first and last coefficient, and the bits.
    private mutating func add(_ segment: JPEGMarkers.Segment, in bytes: UnsafeRawBufferPointer) throws(ImageError) {
        count += 1
        guard count <= Self.maximum else {
            throw ImageError(
                .limitExceeded, format: .jpeg, expected: "at most \(Self.maximum) scans", found: "more",
                offset: segment.offset)
        }
        let header = bytes[segment.payload]
        let number = header.first.map(Int.init) ?? 0
        guard number > 0, header.count == 4 + 2 * number else {
            throw ImageError(
                .corrupt, format: .jpeg, expected: "a scan header of 4 bytes and 2 for each component",
                found: "\(header.count) bytes", offset: segment.offset)
        }
        let field = { (index: Int) in header[header.startIndex + index] }
        let last = min(Int(field(2 * number + 2)), Self.coefficients - 1)
        let first = min(Int(field(2 * number + 1)), last)
        let sent = isProgressive ? first...last : 0...Self.coefficients - 1
        let bit = isProgressive ? field(2 * number + 3) & 15 : 0
        for index in 0..<number {
            guard let component = components.firstIndex(of: field(1 + 2 * index)) else { continue }
            for coefficient in sent { lowestBits[component][coefficient] = bit }
        }
    }

    private func checkAllCame(before offset: Int) throws(ImageError) {
        for (component, bits) in lowestBits.enumerated() {
            guard let coefficient = bits.firstIndex(where: { $0 != 0 }) else { continue }
            let found = bits[coefficient].map { "them down to bit \($0) only" } ?? "none of them"
            throw ImageError(
                .truncated, format: .jpeg,
                expected: "scans that bring all of coefficient \(coefficient) of component \(component + 1)",
                found: "\(found) in \(count) \(count == 1 ? "scan" : "scans")", offset: offset)
        }
    }
}
