/// Scores as integers in the same order, so that they can be sorted by their bits.
///
/// IEEE 754 numbers of one sign compare like their bit patterns; negative ones in reverse. −0 and +0 are one score.
enum ScoreKey {
    @inline(__always)
    static func key(_ score: Float) -> UInt32 {
        let bits = (score + 0).bitPattern
        // All ones for a negative number, else only the sign bit.
        let flip = UInt32(bitPattern: Int32(bitPattern: bits) >> 31) | 0x8000_0000
        return bits ^ flip
    }

    /// The score of a key.
    static func score(_ key: UInt32) -> Float {
        Float(bitPattern: key & 0x8000_0000 != 0 ? key ^ 0x8000_0000 : ~key)
    }
}
