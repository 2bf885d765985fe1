public import Tensors

/// Values for tests from a seed, so that a failing case can be repeated.
public struct SeededGenerator: RandomNumberGenerator {
    private var numbers: SplitMix64

    /// Starts the sequence of `seed`.
    public init(seed: UInt64) { numbers = SplitMix64(seed: seed) }

    /// The next 64 bits.
    public mutating func next() -> UInt64 { numbers.next() }

    /// `count` values drawn uniformly from `range`.
    public mutating func floats(_ count: Int, in range: ClosedRange<Float> = -1...1) -> [Float] {
        (0..<count).map { _ in Float.random(in: range, using: &self) }
    }

    /// A tensor of uniform values.
    public mutating func tensor(_ shape: [Int], in range: ClosedRange<Float> = -1...1) -> Tensor {
        Tensor(shape: shape, floats(shape.reduce(1, *), in: range))
    }
}
