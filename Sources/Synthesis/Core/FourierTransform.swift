/// A complex fast Fourier transform of square power-of-two fields (Cooley and Tukey 1965, radix 2).
enum FourierTransform {
    /// Transforms in place, rows then columns, unnormalised.
    ///
    /// - Parameters:
    ///   - real: [side, side], row-major.
    ///   - imaginary: [side, side], row-major.
    ///   - side: A power of two.
    static func inverse2D(_ real: inout [Float], _ imaginary: inout [Float], side: Int) {
        rows(&real, &imaginary, side: side)
        transpose(&real, side: side)
        transpose(&imaginary, side: side)
        rows(&real, &imaginary, side: side)
    }

    private static func transpose(_ values: inout [Float], side: Int) {
        for row in 0..<side {
            for column in row + 1..<side { values.swapAt(row * side + column, column * side + row) }
        }
    }

    private static func rows(_ real: inout [Float], _ imaginary: inout [Float], side: Int) {
        precondition(side > 1 && side & (side - 1) == 0, "a transform needs a power of two, not \(side)")
        let bits = side.trailingZeroBitCount
        let turns = (0..<side / 2).map { 6.283_185_5 * Float($0) / Float(side) }
        let cosines = turns.map(cosine)
        let sines = turns.map(sine)
        let reversed = (0..<side).map { Int(UInt32($0).bitReversed >> UInt32(32 - bits)) }
        real.withUnsafeMutableBufferPointer { re in
            imaginary.withUnsafeMutableBufferPointer { im in
                for start in Swift.stride(from: 0, to: side * side, by: side) {
                    for i in 0..<side where reversed[i] > i {
                        re.swapAt(start + i, start + reversed[i])
                        im.swapAt(start + i, start + reversed[i])
                    }
                    var half = 1
                    while half < side {
                        let step = side / (2 * half)
                        for block in Swift.stride(from: start, to: start + side, by: 2 * half) {
                            for k in 0..<half {
                                let c = cosines[k * step]
                                let s = sines[k * step]
                                let low = block + k
                                let high = low + half
                                let tr = re[high] * c - im[high] * s
                                let ti = re[high] * s + im[high] * c
                                re[high] = re[low] - tr
                                im[high] = im[low] - ti
                                re[low] += tr
                                im[low] += ti
                            }
                        }
                        half *= 2
                    }
                }
            }
        }
    }
}

extension UInt32 {
    fileprivate var bitReversed: UInt32 {
        var x = self
        x = (x & 0x5555_5555) << 1 | (x >> 1) & 0x5555_5555
        x = (x & 0x3333_3333) << 2 | (x >> 2) & 0x3333_3333
        x = (x & 0x0F0F_0F0F) << 4 | (x >> 4) & 0x0F0F_0F0F
        return x.byteSwapped
    }
}
