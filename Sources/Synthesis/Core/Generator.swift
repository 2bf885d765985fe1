import Tensors

/// Random numbers by counting: number n of a stream is a hash of (key, n), so streams can be forked and replayed.
///
/// SplitMix64 with the key as its seed. Nothing else feeds a picture's randomness.
///
/// Two streams run side by side. The ordinary one is the *design*: colours, sizes, number of teeth. ``piece()`` gives the
/// one that differs between pieces of the same design: where the piece lies, which stretch of grain it shows. A data set
/// of one product keeps the first and changes the second; training pictures change both.
public struct Generator: Sendable {
    private let key: UInt64
    private let pieceKey: UInt64
    private var numbers: SplitMix64
    private var pieceKeys: SplitMix64

    /// Streams of design number `index` of a seed, and of piece number `piece` of it.
    public init(seed: UInt64, index: UInt64 = 0, piece: UInt64 = 0) {
        var seeds = SplitMix64(seed: seed)
        let start = SplitMix64.mixed(seeds.next() ^ (index &* 0xD134_2543_DE82_EF95 &+ 1))
        self.init(
            key: start,
            pieceKey: SplitMix64.mixed(start ^ (piece &* 0xAEF1_7502_108E_F2D9 &+ 0x632B_E59B_D9B4_E019)))
    }

    private init(key: UInt64, pieceKey: UInt64) {
        self.key = key
        self.pieceKey = pieceKey
        numbers = SplitMix64(seed: key)
        pieceKeys = SplitMix64(seed: pieceKey)
    }

    /// An independent stream that depends on this one's keys and the tag, not on how much was drawn.
    public func fork(_ tag: UInt64) -> Generator {
        let salt = SplitMix64.mixed(tag &+ 0x51ED_270B)
        return Generator(key: SplitMix64.mixed(key ^ salt), pieceKey: SplitMix64.mixed(pieceKey ^ salt))
    }

    /// A generator whose every number differs from one piece of the same design to the next.
    public mutating func piece() -> Generator {
        let own = pieceKeys.next()
        return Generator(key: own, pieceKey: SplitMix64.mixed(own))
    }

    /// 64 random bits.
    public mutating func next() -> UInt64 { numbers.next() }

    /// A number in 0 ..< 1.
    public mutating func unit() -> Float { numbers.unit() }

    /// A number drawn evenly from a range.
    public mutating func uniform(_ low: Float, _ high: Float) -> Float { low + (high - low) * unit() }

    /// A number drawn from a range so that each doubling is equally likely; both ends positive.
    public mutating func scale(_ low: Float, _ high: Float) -> Float { low * power(high / low, unit()) }

    /// A number drawn from a normal distribution.
    public mutating func normal(_ deviation: Float, around mean: Float = 0) -> Float {
        let radius = (-1.386_294_4 * logarithmOfTwo(max(unit(), 1e-7))).squareRoot()
        return mean + deviation * radius * cosine(6.283_185_5 * unit())
    }

    /// An integer drawn evenly; the range must not be empty.
    public mutating func integer(_ range: ClosedRange<Int>) -> Int {
        let count = UInt64(range.upperBound - range.lowerBound + 1)
        return range.lowerBound + Int(((next() >> 32) &* count) >> 32)
    }

    /// True with the given probability.
    public mutating func chance(_ probability: Float) -> Bool { unit() < probability }

    /// -1 or 1.
    public mutating func sign() -> Float { chance(0.5) ? 1 : -1 }

    /// An angle of a full turn, radians.
    public mutating func angle() -> Float { uniform(0, 6.283_185_5) }

    /// One of several; must not be empty.
    public mutating func pick<Element>(_ choices: [Element]) -> Element { choices[integer(0...choices.count - 1)] }

    /// A salt for lattice hashes, another one for every piece.
    mutating func salt() -> UInt32 {
        var own = piece()
        return UInt32(truncatingIfNeeded: own.next())
    }

    /// Brings elements into random order (Fisher and Yates).
    mutating func shuffle<Element>(_ elements: inout [Element]) {
        guard elements.count > 1 else { return }
        for last in stride(from: elements.count - 1, to: 0, by: -1) { elements.swapAt(last, integer(0...last)) }
    }
}
