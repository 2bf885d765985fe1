/// The down pass of a resize: each output row is a weighted sum of input rows.
enum VerticalPass {
    /// Resizes columns.
    ///
    /// - Parameters:
    ///   - pixels: [rows, rowBytes]; row 0 is row `firstRow` of the picture.
    ///   - rowBytes: Bytes per row, of the input and of the output.
    ///   - firstRow: Picture row at which `pixels` begins.
    ///   - weights: One window per output row.
    /// - Returns: [weights.windows.count, rowBytes].
    static func run(_ pixels: [UInt8], rowBytes: Int, firstRow: Int, weights: ResampleWeights) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: weights.windows.count * rowBytes) { output, count in
            pixels.withUnsafeBytes { pixels in
                let output = UnsafeMutableRawBufferPointer(output)
                for (row, window) in weights.windows.enumerated() {
                    let source = (window.start - firstRow) * rowBytes
                    var column = 0
                    while column &+ 8 <= rowBytes {
                        let sum = weightedSum8(
                            pixels, from: source &+ column, rowBytes: rowBytes, weights: weights, row: row,
                            taps: window.count)
                        let target = row &* rowBytes &+ column
                        for lane in 0..<8 { output[target &+ lane] = roundedPixel(sum[lane]) }
                        column &+= 8
                    }
                    while column < rowBytes {
                        var sum: Int32 = 0
                        for tap in 0..<window.count {
                            let sample = Int32(pixels[source &+ tap &* rowBytes &+ column])
                            sum &+= sample &* weights.values[row &* weights.maxCount &+ tap]
                        }
                        output[row &* rowBytes &+ column] = roundedPixel(sum)
                        column &+= 1
                    }
                }
            }
            count = output.count
        }
    }

    /// Sums of eight neighbouring columns; 16-bit factors for the reason given at `HorizontalPass`.
    @inline(__always)
    private static func weightedSum8(
        _ pixels: UnsafeRawBufferPointer, from start: Int, rowBytes: Int, weights: ResampleWeights, row: Int, taps: Int
    ) -> SIMD8<Int32> {
        var high = SIMD8<Int32>.zero
        var low = SIMD8<Int32>.zero
        var offset = start
        for tap in 0..<taps {
            let samples = SIMD8<Int32>(
                truncatingIfNeeded: pixels.loadUnaligned(fromByteOffset: offset, as: SIMD8<UInt8>.self))
            let weight = weights.split(row, tap)
            high &+= samples &* SIMD8(repeating: Int32(weight.high))
            low &+= samples &* SIMD8(repeating: Int32(weight.low))
            offset &+= rowBytes
        }
        return high &<< 15 &+ low
    }
}
