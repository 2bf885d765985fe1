/// A small generator whose numbers are the same on every machine and in every release.
///
/// SplitMix64 (Steele, Lea & Flood 2014). Training draws from a fresh sequence for each purpose, epoch and picture instead
/// of carrying one along: what a run draws does not depend on where it was interrupted.
struct SplitMix64: Sendable {
    /// What numbers are drawn for; keeps equal seeds from giving related sequences.
    enum Purpose: UInt64 {
        case weights = 1
        case order = 2
        case mosaic = 3
    }

    private var state: UInt64

    /// Starts the plain sequence of a state.
    init(state: UInt64) { self.state = state }

    /// Starts the sequence of a seed, a purpose and up to two counters.
    init(seed: UInt64, _ purpose: Purpose, _ first: Int = 0, _ second: Int = 0) {
        state = seed
        for part in [purpose.rawValue, UInt64(bitPattern: Int64(first)), UInt64(bitPattern: Int64(second))] {
            state = next() ^ part
        }
    }

    /// The next 64 bits.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// A number in 0..<1 with 24 random bits, exact in float32.
    mutating func unit() -> Float { Float(next() >> 40) * 0x1p-24 }

    /// A whole number in 0..<bound (`bound` at least 1), each equally likely.
    mutating func below(_ bound: Int) -> Int {
        let range = UInt64(bound)
        // Values from the incomplete last stretch would favour small results.
        let limit = UInt64.max - UInt64.max % range
        var value = next()
        while value >= limit { value = next() }
        return Int(value % range)
    }

    /// A permutation of 0..<count (Fisher and Yates).
    mutating func permutation(_ count: Int) -> [Int] {
        var order = Array(0..<count)
        for index in stride(from: count - 1, to: 0, by: -1) { order.swapAt(index, below(index + 1)) }
        return order
    }
}
