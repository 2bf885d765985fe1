internal import CZlib
internal import Tensors

/// Assembles a PNG file of bands that were compressed side by side (ISO/IEC 15948, clauses 5 and 11).
struct PNGFile {
    /// What the header says of the samples.
    struct Layout {
        let width: Int
        let height: Int
        let bitDepth: UInt8
        let colorType: UInt8
        var palette: [RGBColor] = []
    }

    /// Filtered bytes of a band at most, unless a row is longer: they stay in the second-level cache, and the cuts, which do not
    /// depend on the number of workers, cost next to nothing.
    private static let bandBytes = 1 << 18

    /// Encodes a picture.
    ///
    /// - Parameters:
    ///   - layout: Of the samples.
    ///   - coding: Filter and compression.
    ///   - threads: Workers; they do not change the file.
    ///   - rows: Makes a source of rows for a band.
    /// - Returns: The file.
    /// - Throws: `ImageError` with `.invalidArgument` for sizes and levels that PNG and zlib do not have, `.encodingFailed` when memory runs out.
    static func encode(
        _ layout: Layout, _ coding: PNGBand.Coding, threads: ComputeThreads, rows: (Range<Int>) -> any PNGRows
    ) throws(ImageError) -> [UInt8] {
        guard (0...9).contains(coding.level) else {
            throw ImageError(
                .invalidArgument, format: .png, expected: "a compression level from 0 to 9", found: "\(coding.level)")
        }
        guard let width = Int32(exactly: layout.width), let height = Int32(exactly: layout.height), width > 0,
            height > 0
        else {
            throw ImageError(
                .invalidArgument, format: .png, expected: "sides of 31 bits",
                found: "\(layout.width)×\(layout.height)")
        }
        let bandRows = max(1, bandBytes / (coding.rowBytes + 1))
        let count = (layout.height + bandRows - 1) / bandRows
        let chunks = threads.collect(count) { _, index -> (band: PNGBand, chunk: [UInt8])? in
            let range = index * bandRows..<min((index + 1) * bandRows, layout.height)
            // The zlib header stands before the first band: a window of 32 KB, the fastest level.
            return PNGBand(rows(range), range, coding, isLast: index == count - 1)
                .map { ($0, chunk("IDAT", index == 0 ? [0x78, 0x01] : [], $0.compressed)) }
        }
        var adler: UInt = 1
        var file = ImageFormat.pngSignature
        file.reserveCapacity(chunks.reduce(1024) { $0 + ($1?.chunk.count ?? 0) })
        file += chunk("IHDR", header(layout, width, height))
        if !layout.palette.isEmpty {
            file += chunk("PLTE", layout.palette.flatMap { [$0.red, $0.green, $0.blue] })
        }
        for part in chunks {
            guard let part else {
                throw ImageError(
                    .encodingFailed, format: .png, expected: "memory for compressing", found: "an allocation failure")
            }
            file += part.chunk
            adler = UInt(adler32_combine(adler, part.band.adler, part.band.byteCount))
        }
        file += chunk("IDAT", bigEndian(UInt32(truncatingIfNeeded: adler)))
        file += chunk("IEND", [])
        return file
    }

    private static func header(_ layout: Layout, _ width: Int32, _ height: Int32) -> [UInt8] {
        bigEndian(UInt32(width)) + bigEndian(UInt32(height)) + [layout.bitDepth, layout.colorType, 0, 0, 0]
    }

    /// Length, type, data, checksum of type and data.
    private static func chunk(_ type: String, _ start: [UInt8], _ rest: [UInt8] = []) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(start.count + rest.count + 12)
        bytes += bigEndian(UInt32(start.count + rest.count))
        bytes += Array(type.utf8)
        bytes += start
        bytes += rest
        let checksum = bytes.withUnsafeBufferPointer { bytes in
            crc32(0, bytes.baseAddress.map { $0 + 4 }, UInt32(bytes.count - 4))
        }
        bytes += bigEndian(UInt32(truncatingIfNeeded: checksum))
        return bytes
    }

    private static func bigEndian(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    }
}
