/// Conversions between float32 and the 16-bit formats found in checkpoints.
///
/// Written on bit patterns because a baseline x86-64 build has no F16C: the compiler would call a library function per
/// element, while these loops vectorise.
public enum FloatFormats {
    /// Widens IEEE 754 binary16 values; exact for every input, NaN payloads included.
    ///
    /// - Parameters:
    ///   - source: Little-endian values, any alignment; `2 * target.count` bytes (traps otherwise).
    ///   - target: Fully overwritten.
    public static func widen(float16 source: UnsafeRawBufferPointer, into target: UnsafeMutableBufferPointer<Float>) {
        precondition(source.count == target.count * 2, "\(source.count) bytes for \(target.count) float16 values")
        for index in 0..<target.count {
            let half = UInt32(UInt16(littleEndian: source.loadUnaligned(fromByteOffset: index &* 2, as: UInt16.self)))
            target[index] = widen(half)
        }
    }

    /// Widens bfloat16 values (the upper half of a float32); exact.
    ///
    /// - Parameters:
    ///   - source: Little-endian values, any alignment; `2 * target.count` bytes (traps otherwise).
    ///   - target: Fully overwritten.
    public static func widen(bfloat16 source: UnsafeRawBufferPointer, into target: UnsafeMutableBufferPointer<Float>) {
        precondition(source.count == target.count * 2, "\(source.count) bytes for \(target.count) bfloat16 values")
        for index in 0..<target.count {
            let bits = UInt32(UInt16(littleEndian: source.loadUnaligned(fromByteOffset: index &* 2, as: UInt16.self)))
            target[index] = Float(bitPattern: bits << 16)
        }
    }

    /// Rounds to IEEE 754 binary16, nearest even; values beyond ±65504 become infinite.
    ///
    /// - Returns: Two little-endian bytes per value.
    public static func narrowToFloat16(_ source: UnsafeBufferPointer<Float>) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: source.count * 2) { bytes, initialized in
            let raw = UnsafeMutableRawBufferPointer(bytes)
            for index in 0..<source.count {
                raw.storeBytes(of: narrow(source[index]).littleEndian, toByteOffset: index &* 2, as: UInt16.self)
            }
            initialized = source.count * 2
        }
    }

    /// Rounds to the nearest bfloat16, ties to even; NaN stays NaN.
    ///
    /// - Returns: Two little-endian bytes per value.
    public static func narrowToBFloat16(_ source: UnsafeBufferPointer<Float>) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: source.count * 2) { bytes, initialized in
            let raw = UnsafeMutableRawBufferPointer(bytes)
            for index in 0..<source.count {
                let bits = source[index].bitPattern
                let rounded = (bits &+ 0x7FFF &+ ((bits >> 16) & 1)) >> 16
                let quieted = (bits >> 16) | 0x40  // a NaN whose payload sits in the lost half must not become infinity
                let narrow = UInt16(truncatingIfNeeded: source[index].isNaN ? quieted : rounded)
                raw.storeBytes(of: narrow.littleEndian, toByteOffset: index &* 2, as: UInt16.self)
            }
            initialized = source.count * 2
        }
    }

    @inline(__always)
    private static func widen(_ half: UInt32) -> Float {
        let sign = (half & 0x8000) << 16
        let magnitude = half & 0x7FFF
        // Shifting puts the 5-bit exponent into float32's field; 2^112 corrects the bias (127 − 15) and, being a
        // multiplication, normalises subnormals as well.
        let scaled = Float(bitPattern: magnitude << 13) * Float(bitPattern: 0x7780_0000)
        let special = 0x7F80_0000 | (magnitude << 13)
        let bits = magnitude >= 0x7C00 ? special : scaled.bitPattern
        return Float(bitPattern: bits | sign)
    }

    @inline(__always)
    private static func narrow(_ value: Float) -> UInt16 {
        let bits = value.bitPattern
        let sign = UInt16(truncatingIfNeeded: (bits >> 16) & 0x8000)
        let magnitude = bits & 0x7FFF_FFFF
        if magnitude > 0x7F80_0000 { return sign | 0x7E00 }  // NaN stays NaN
        if magnitude >= 0x4780_0000 { return sign | 0x7C00 }  // ≥ 65536, infinity included
        if magnitude < 0x3880_0000 {
            // Below the smallest normal half: adding 0.5 aligns the mantissa so that the addition itself rounds.
            let rounded = Float(bitPattern: magnitude) + 0.5
            return sign | UInt16(truncatingIfNeeded: rounded.bitPattern &- 0x3F00_0000)
        }
        let roundingBias = 0xFFF &+ ((magnitude >> 13) & 1)
        return sign | UInt16(truncatingIfNeeded: (magnitude &- 0x3800_0000 &+ roundingBias) >> 13)
    }
}
