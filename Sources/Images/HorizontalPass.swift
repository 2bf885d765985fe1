/// The across pass of a resize.
///
/// Each row is first spread to 16-bit samples in the order in which they are multiplied. A product of 16-bit numbers
/// whose neighbours are then added is one instruction (PMADDWD) on every x86-64 processor; a 32-bit product is not.
/// Sums wrap: the parts may overflow 32 bits, the whole never does, and wrapping arithmetic keeps the whole exact.
enum HorizontalPass {
    /// Resizes RGB rows.
    ///
    /// - Parameters:
    ///   - pixels: [inputHeight, inputWidth, 3].
    ///   - inputWidth: Pixels per input row.
    ///   - rows: Input rows to resize.
    ///   - weights: One window per output column.
    /// - Returns: [rows.count, weights.windows.count, 3].
    static func rgb(_ pixels: [UInt8], inputWidth: Int, rows: Range<Int>, weights: ResampleWeights) -> [UInt8] {
        let outputWidth = weights.windows.count
        let pairs = PairedWeights(weights)
        // Two neighbouring pixels in one vector: r₀ r₁ g₀ g₁ b₀ b₁ 0 0.
        var spread = [SIMD8<Int16>](repeating: .zero, count: inputWidth / 2 + 1)
        return [UInt8](unsafeUninitializedCapacity: rows.count * outputWidth * 3) { output, count in
            pixels.withUnsafeBufferPointer { pixels in
                spread.withUnsafeMutableBufferPointer { spread in
                    pairs.values.withUnsafeBufferPointer { values in
                        pairs.windows.withUnsafeBufferPointer { windows in
                            for (row, y) in rows.enumerated() {
                                spreadPairs(pixels, from: y &* inputWidth &* 3, width: inputWidth, into: spread)
                                var target = row &* outputWidth &* 3
                                var weight = 0
                                for window in windows {
                                    var high = SIMD4<Int32>.zero
                                    var low = SIMD4<Int32>.zero
                                    for pair in window.start..<window.start &+ window.count {
                                        high &+= products(spread[pair], values[weight])
                                        low &+= products(spread[pair], values[weight &+ 1])
                                        weight &+= 2
                                    }
                                    let sum = high &<< 15 &+ low
                                    output[target] = roundedPixel(sum[0])
                                    output[target &+ 1] = roundedPixel(sum[1])
                                    output[target &+ 2] = roundedPixel(sum[2])
                                    target &+= 3
                                }
                            }
                        }
                    }
                }
            }
            count = output.count
        }
    }

    /// Resizes grey rows.
    ///
    /// - Parameters:
    ///   - pixels: [inputHeight, inputWidth].
    ///   - inputWidth: Pixels per input row.
    ///   - rows: Input rows to resize.
    ///   - weights: One window per output column.
    /// - Returns: [rows.count, weights.windows.count].
    static func gray(_ pixels: [UInt8], inputWidth: Int, rows: Range<Int>, weights: ResampleWeights) -> [UInt8] {
        let outputWidth = weights.windows.count
        let groups = (weights.maxCount + 7) / 8
        let values = groupedWeights(weights, groups: groups)
        // Windows are padded to whole groups of eight with zero weights, so the row is padded too.
        var spread = [Int16](repeating: 0, count: inputWidth + groups * 8)
        return [UInt8](unsafeUninitializedCapacity: rows.count * outputWidth) { output, count in
            spread.withUnsafeMutableBytes { spread in
                values.withUnsafeBufferPointer { values in
                    for (row, y) in rows.enumerated() {
                        for x in 0..<inputWidth {
                            spread.storeBytes(
                                of: Int16(pixels[y &* inputWidth &+ x]), toByteOffset: x &* 2, as: Int16.self)
                        }
                        for position in 0..<outputWidth {
                            var high = SIMD4<Int32>.zero
                            var low = SIMD4<Int32>.zero
                            var weight = position &* groups &* 2
                            var offset = weights.windows[position].start &* 2
                            for _ in 0..<groups {
                                let samples = spread.loadUnaligned(fromByteOffset: offset, as: SIMD8<Int16>.self)
                                high &+= products(samples, values[weight])
                                low &+= products(samples, values[weight &+ 1])
                                weight &+= 2
                                offset &+= 16
                            }
                            let sum = (high &<< 15 &+ low).wrappedSum()
                            output[row &* outputWidth &+ position] = roundedPixel(sum)
                        }
                    }
                }
            }
            count = output.count
        }
    }

    /// Lane products, neighbours added: [a₀b₀+a₁b₁, a₂b₂+a₃b₃, …].
    @inline(__always)
    private static func products(_ a: SIMD8<Int16>, _ b: SIMD8<Int16>) -> SIMD4<Int32> {
        let product = SIMD8<Int32>(truncatingIfNeeded: a) &* SIMD8<Int32>(truncatingIfNeeded: b)
        return product.evenHalf &+ product.oddHalf
    }

    /// Writes a row of RGB bytes as pixel pairs; the last pair of an odd width is completed with black.
    @inline(__always)
    private static func spreadPairs(
        _ pixels: UnsafeBufferPointer<UInt8>, from start: Int, width: Int,
        into spread: UnsafeMutableBufferPointer<SIMD8<Int16>>
    ) {
        for pair in 0..<width / 2 {
            let source = start &+ pair &* 6
            let lanes = SIMD4<UInt32>(
                UInt32(pixels[source]) | UInt32(pixels[source &+ 3]) << 16,
                UInt32(pixels[source &+ 1]) | UInt32(pixels[source &+ 4]) << 16,
                UInt32(pixels[source &+ 2]) | UInt32(pixels[source &+ 5]) << 16, 0)
            spread[pair] = unsafeBitCast(lanes, to: SIMD8<Int16>.self)
        }
        if width % 2 == 1 {
            let source = start &+ (width &- 1) &* 3
            spread[width / 2] = SIMD8(
                Int16(pixels[source]), 0, Int16(pixels[source &+ 1]), 0, Int16(pixels[source &+ 2]), 0, 0, 0)
        }
    }

    /// [outputs, groups, 2]: eight high parts, then eight low parts of consecutive taps.
    private static func groupedWeights(_ weights: ResampleWeights, groups: Int) -> [SIMD8<Int16>] {
        var values = [SIMD8<Int16>](repeating: .zero, count: weights.windows.count * groups * 2)
        for (position, window) in weights.windows.enumerated() {
            for tap in 0..<window.count {
                let (high, low) = weights.split(position, tap)
                let vector = (position * groups + tap / 8) * 2
                values[vector][tap % 8] = high
                values[vector + 1][tap % 8] = low
            }
        }
        return values
    }
}

/// Weights laid out for pixel pairs that begin at even columns.
private struct PairedWeights {
    /// In pairs, not pixels.
    var windows: [ResampleWeights.Window] = []
    /// Two vectors for each pair of each window, high parts then low parts: w₀ w₁ w₀ w₁ w₀ w₁ 0 0.
    var values: [SIMD8<Int16>] = []

    init(_ weights: ResampleWeights) {
        for (position, window) in weights.windows.enumerated() {
            let firstPair = window.start / 2
            let endPair = (window.start + window.count + 1) / 2
            windows.append(.init(start: firstPair, count: endPair - firstPair))
            for pair in firstPair..<endPair {
                let first = Self.part(weights, position, pair * 2 - window.start)
                let second = Self.part(weights, position, pair * 2 + 1 - window.start)
                values.append(
                    SIMD8(first.high, second.high, first.high, second.high, first.high, second.high, 0, 0))
                values.append(SIMD8(first.low, second.low, first.low, second.low, first.low, second.low, 0, 0))
            }
        }
    }

    private static func part(_ weights: ResampleWeights, _ position: Int, _ tap: Int) -> (high: Int16, low: Int16) {
        (0..<weights.windows[position].count).contains(tap) ? weights.split(position, tap) : (0, 0)
    }
}
