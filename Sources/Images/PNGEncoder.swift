public import Tensors

/// Writes 8-bit and 1-bit PNG files.
///
/// Made for streaming answers: a cheap filter and a low compression level. One filter is used for all rows, because
/// choosing per row costs more time than it saves bytes at these levels. The file does not depend on the number of workers.
public enum PNGEncoder {
    /// Colour types (ISO/IEC 15948, table 11.1).
    private enum ColorType: UInt8 {
        case grey = 0
        case trueColor = 2
        case indexed = 3
        case trueColorAlpha = 6
    }

    /// Encodes an RGB picture (colour type 2, 8 bits).
    ///
    /// - Parameters:
    ///   - image: The picture.
    ///   - compressionLevel: zlib level, 0 (none) to 9 (slowest).
    ///   - threads: Workers to use.
    /// - Returns: The file.
    /// - Throws: `ImageError` with `.invalidArgument` for another level, `.encodingFailed` when memory runs out.
    public static func encode(
        _ image: RGBImage, compressionLevel: Int = 2, threads: ComputeThreads = ComputeThreads(count: 1)
    ) throws(ImageError) -> [UInt8] {
        try encode(
            image.pixels, width: image.width, height: image.height, .trueColor, channels: 3, compressionLevel, threads)
    }

    /// Encodes a greyscale picture (colour type 0, 8 bits).
    ///
    /// - Parameters:
    ///   - image: The picture.
    ///   - compressionLevel: zlib level, 0 (none) to 9 (slowest).
    ///   - threads: Workers to use.
    /// - Returns: The file.
    /// - Throws: `ImageError` with `.invalidArgument` for another level, `.encodingFailed` when memory runs out.
    public static func encode(
        _ image: GrayImage, compressionLevel: Int = 2, threads: ComputeThreads = ComputeThreads(count: 1)
    ) throws(ImageError) -> [UInt8] {
        try encode(
            image.pixels, width: image.width, height: image.height, .grey, channels: 1, compressionLevel, threads)
    }

    /// Encodes an RGB picture with straight alpha (colour type 6, 8 bits).
    ///
    /// - Parameters:
    ///   - image: The picture.
    ///   - compressionLevel: zlib level, 0 (none) to 9 (slowest).
    ///   - threads: Workers to use.
    /// - Returns: The file.
    /// - Throws: `ImageError` with `.invalidArgument` for another level, `.encodingFailed` when memory runs out.
    public static func encode(
        _ image: RGBAImage, compressionLevel: Int = 2, threads: ComputeThreads = ComputeThreads(count: 1)
    ) throws(ImageError) -> [UInt8] {
        try encode(
            image.pixels, width: image.width, height: image.height, .trueColorAlpha, channels: 4, compressionLevel,
            threads)
    }

    /// Encodes a mask as a 1-bit greyscale picture: marked pixels are white, the others black.
    ///
    /// - Parameters:
    ///   - mask: The mask; nowhere is a byte kept for each of its pixels.
    ///   - threads: Workers to use.
    /// - Returns: The file.
    /// - Throws: `ImageError` with `.encodingFailed` when memory runs out.
    public static func encode(
        _ mask: RunMask, threads: ComputeThreads = ComputeThreads(count: 1)
    ) throws(ImageError) -> [UInt8] {
        let rowBytes = MaskBits.rowBytes(width: mask.width)
        return try PNGFile.encode(
            PNGFile.Layout(
                width: mask.width, height: mask.height, bitDepth: 1, colorType: ColorType.grey.rawValue),
            PNGBand.Coding(filter: .up, level: 1, findsRunsOnly: true, rowBytes: rowBytes, pixelBytes: 1),
            threads: threads
        ) { MaskRows(mask, rowBytes: rowBytes, from: $0.lowerBound) }
    }

    /// Encodes a mask of bytes, to the same file as the same mask of runs.
    public static func encode(_ mask: BinaryMask) throws(ImageError) -> [UInt8] { try encode(RunMask(mask)) }

    /// Encodes a score map drawn in another size, with the colours of ``HeatMap/render(map:width:height:scale:)`` of the resized map (colour type 3, 8 bits).
    ///
    /// - Parameters:
    ///   - heatMap: The map and its scale.
    ///   - width: Columns of the picture, at least 1.
    ///   - height: Rows of the picture, at least 1.
    ///   - threads: Workers to use.
    /// - Returns: The file.
    /// - Throws: `ImageError` with `.invalidArgument` when a count or a size does not fit, `.encodingFailed` when memory runs out.
    public static func encode(
        _ heatMap: ScaledMap, width: Int, height: Int, threads: ComputeThreads = ComputeThreads(count: 1)
    ) throws(ImageError) -> [UInt8] {
        let rows = try BilinearRows(
            heatMap.values, width: heatMap.width, height: heatMap.height, toWidth: width, toHeight: height,
            corners: .edges)
        return try PNGFile.encode(
            PNGFile.Layout(
                width: width, height: height, bitDepth: 8, colorType: ColorType.indexed.rawValue,
                palette: ColorMap.table),
            // Differences of smooth rows are long runs of zeros.
            PNGBand.Coding(filter: .up, level: 1, findsRunsOnly: true, rowBytes: width, pixelBytes: 1),
            threads: threads
        ) { _ in HeatMapRows(rows, width: width, scale: heatMap.scale) }
    }

    private static func encode(
        _ samples: [UInt8], width: Int, height: Int, _ colorType: ColorType, channels: Int, _ level: Int,
        _ threads: ComputeThreads
    ) throws(ImageError) -> [UInt8] {
        try PNGFile.encode(
            PNGFile.Layout(width: width, height: height, bitDepth: 8, colorType: colorType.rawValue),
            PNGBand.Coding(filter: .sub, level: level, rowBytes: width * channels, pixelBytes: channels),
            threads: threads
        ) { _ in SampleRows(samples, rowBytes: width * channels) }
    }
}

/// Rows of samples that are there.
private final class SampleRows: PNGRows {
    private let samples: [UInt8]
    private let rowBytes: Int

    init(_ samples: [UInt8], rowBytes: Int) {
        self.samples = samples
        self.rowBytes = rowBytes
    }

    func row(_ y: Int, scratch: UnsafeMutablePointer<UInt8>) -> UnsafePointer<UInt8> {
        samples.withUnsafeBufferPointer { samples in
            scratch.update(from: samples.baseAddress.unsafelyUnwrapped + y &* rowBytes, count: rowBytes)
        }
        return UnsafePointer(scratch)
    }
}

/// Rows of a mask, painted when they are asked for.
private final class MaskRows: PNGRows {
    private let runs: [PixelRun]
    private let rowBytes: Int
    private var next: Int

    init(_ mask: RunMask, rowBytes: Int, from y: Int) {
        runs = mask.runs
        self.rowBytes = rowBytes
        // The first run of the band, by halving: runs are in reading order.
        var (low, high) = (0, runs.count)
        while low < high {
            let middle = (low + high) / 2
            if runs[middle].y < y { low = middle + 1 } else { high = middle }
        }
        next = low
    }

    func row(_ y: Int, scratch: UnsafeMutablePointer<UInt8>) -> UnsafePointer<UInt8> {
        scratch.update(repeating: 0, count: rowBytes)
        while next < runs.count, runs[next].y == y {
            MaskBits.paint(runs[next], into: scratch)
            next += 1
        }
        return UnsafePointer(scratch)
    }
}

/// Rows of a heat map, resized and coloured when they are asked for.
private final class HeatMapRows: PNGRows {
    private var rows: BilinearRows
    private let width: Int
    private let scale: HeatScale

    init(_ rows: BilinearRows, width: Int, scale: HeatScale) {
        self.rows = rows
        self.width = width
        self.scale = scale
    }

    func row(_ y: Int, scratch: UnsafeMutablePointer<UInt8>) -> UnsafePointer<UInt8> {
        rows.withRow(y) { upper, lower, share in
            ColorMap.places(upper, lower, share: share, count: width, scale: scale, into: scratch)
        }
        return UnsafePointer(scratch)
    }
}
