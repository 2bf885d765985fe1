/// A small generator whose numbers are the same on every machine and in every release.
///
/// SplitMix64 (Steele, Lea & Flood 2014): number n of a seed's sequence is ``mixed(_:)`` of seed + n · ``increment``, so
/// a sequence costs one number of memory, and what is drawn depends on nothing but the seed. Not for secrets.
public struct SplitMix64: RandomNumberGenerator, Sendable {
    /// The odd number next to 2⁶⁴ divided by the golden ratio: what the state grows by.
    public static let increment: UInt64 = 0x9E37_79B9_7F4A_7C15

    @usableFromInline
    var state: UInt64

    /// Starts the sequence of a seed; all seeds are good, related ones too.
    @inlinable
    public init(seed: UInt64) { state = seed }

    /// A number whose every bit depends on every bit of `x`: the generator's finaliser, a bijection.
    @inlinable
    public static func mixed(_ x: UInt64) -> UInt64 {
        var z = x
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// The next 64 bits.
    @inlinable
    public mutating func next() -> UInt64 {
        state &+= Self.increment
        return Self.mixed(state)
    }

    /// A number in 0..<1 with 24 random bits, exact in float32.
    @inlinable
    public mutating func unit() -> Float { Float(next() >> 40) * 0x1p-24 }

    /// A whole number below a bound.
    ///
    /// - Parameter bound: At least 1.
    /// - Returns: 0..<bound, each equally likely.
    @inlinable
    public mutating func below(_ bound: Int) -> Int {
        precondition(bound > 0, "a number below \(bound) cannot be drawn")
        let range = UInt64(bound)
        // Values from the incomplete last stretch would favour small results.
        let limit = UInt64.max - UInt64.max % range
        var value = next()
        while value >= limit { value = next() }
        return Int(value % range)
    }

    /// A permutation of 0..<count (Fisher and Yates).
    public mutating func permutation(_ count: Int) -> [Int] {
        var order = Array(0..<count)
        for index in stride(from: count - 1, to: 0, by: -1) { order.swapAt(index, below(index + 1)) }
        return order
    }
}
