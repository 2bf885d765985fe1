internal import CZlib

/// Rows of a picture in order, made where they are asked for.
protocol PNGRows: AnyObject {
    /// A row's samples as PNG packs them.
    ///
    /// - Parameters:
    ///   - y: The next row, or the first of a band.
    ///   - scratch: Room for a row.
    /// - Returns: The row, there or elsewhere; valid until the row after the next is asked for, which gets other scratch memory.
    func row(_ y: Int, scratch: UnsafeMutablePointer<UInt8>) -> UnsafePointer<UInt8>
}

/// Some rows of a picture compressed by themselves: a piece of one deflate stream that other pieces may surround (RFC 1951).
///
/// Its first row refers to no row before it. So bands are compressed side by side, and need no more memory than they take.
struct PNGBand {
    /// How rows become bytes that compress well (ISO/IEC 15948, 9.2).
    enum Filter: UInt8 {
        case none = 0
        /// Differences from the pixel to the left.
        case sub = 1
        /// Differences from the row above.
        case up = 2
    }

    /// How bands are compressed.
    struct Coding {
        var filter: Filter
        /// zlib's, 0 to 9.
        var level: Int
        /// Looks for repeated bytes only, which is all there is in smooth pictures of few colours.
        var findsRunsOnly = false
        /// Bytes of a row.
        let rowBytes: Int
        /// Bytes of a pixel, at least 1.
        let pixelBytes: Int
    }

    /// Deflate blocks that end at a byte.
    let compressed: [UInt8]
    /// Of the filtered rows (RFC 1950).
    let adler: UInt
    let byteCount: Int

    /// Compresses rows; nil when memory runs out.
    ///
    /// - Parameters:
    ///   - rows: Makes them.
    ///   - range: Not empty.
    ///   - coding: How.
    ///   - isLast: Whether the stream ends here.
    init?(_ rows: any PNGRows, _ range: Range<Int>, _ coding: Coding, isLast: Bool) {
        let rowBytes = coding.rowBytes
        byteCount = range.count * (rowBytes + 1)
        let filtered = UnsafeMutablePointer<UInt8>.allocate(capacity: byteCount)
        let scratch = UnsafeMutablePointer<UInt8>.allocate(capacity: 2 * rowBytes)
        defer {
            filtered.deallocate()
            scratch.deallocate()
        }
        var previous: UnsafePointer<UInt8>?
        for (index, y) in range.enumerated() {
            let row = rows.row(y, scratch: scratch + (index & 1) * rowBytes)
            Self.filter(row, above: previous, coding, into: filtered + index &* (rowBytes &+ 1))
            previous = row
        }
        adler = UInt(adler32(1, filtered, UInt32(byteCount)))
        guard let compressed = Self.deflate(filtered, byteCount, coding, isLast: isLast) else { return nil }
        self.compressed = compressed
    }

    private static func filter(
        _ row: UnsafePointer<UInt8>, above: UnsafePointer<UInt8>?, _ coding: Coding,
        into target: UnsafeMutablePointer<UInt8>
    ) {
        let (count, output) = (coding.rowBytes, target + 1)
        switch (coding.filter, above) {
        case (.up, let above?):
            target[0] = Filter.up.rawValue
            for index in 0..<count { output[index] = row[index] &- above[index] }
        case (.none, _), (.up, nil):
            target[0] = Filter.none.rawValue
            output.update(from: row, count: count)
        case (.sub, _):
            target[0] = Filter.sub.rawValue
            let pixel = min(coding.pixelBytes, count)
            output.update(from: row, count: pixel)
            for index in pixel..<count { output[index] = row[index] &- row[index &- pixel] }
        }
    }

    private static func deflate(
        _ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ coding: Coding, isLast: Bool
    ) -> [UInt8]? {
        var stream = z_stream()
        guard
            zlib_deflate_raw(&stream, Int32(coding.level), coding.findsRunsOnly ? Z_RLE : Z_DEFAULT_STRATEGY) == Z_OK
        else { return nil }
        defer { deflateEnd(&stream) }
        // Beside the bound there is room for the empty block that ends a band at a byte.
        let room = Int(deflateBound(&stream, UInt(count))) + 16
        var succeeded = false
        let compressed = [UInt8](unsafeUninitializedCapacity: room) { output, written in
            stream.next_in = bytes
            stream.avail_in = UInt32(count)
            stream.next_out = output.baseAddress
            stream.avail_out = UInt32(room)
            let status = CZlib.deflate(&stream, isLast ? Z_FINISH : Z_SYNC_FLUSH)
            succeeded = status == (isLast ? Z_STREAM_END : Z_OK) && stream.avail_in == 0
            written = succeeded ? Int(stream.total_out) : 0
        }
        return succeeded ? compressed : nil
    }
}
