/// Sums over the rows of int8 operands, from which the weight of their rounding noise follows.
public struct ChannelMoments: Sendable {
    private var sums: [Double] = []
    private var squares = 0.0
    private var noise = 0.0
    private var rows = 0

    /// No rows yet.
    public init() {}

    /// Rounding noise relative to what differs from row to row, both as root mean squares.
    ///
    /// A number is rounded by up to half a step either way, evenly spread: a variance of step²/12. 0 without rows; infinite where all rows
    /// are equal.
    public var relativeNoise: Double {
        guard rows > 0, noise > 0 else { return 0 }
        let count = Double(rows)
        let variance = squares / count - sums.reduce(0) { $0 + ($1 / count) * ($1 / count) }
        return variance > 0 ? (noise / count / variance).squareRoot() : .infinity
    }

    /// Adds a row of bytes, 128 standing for 0.
    ///
    /// - Parameters:
    ///   - bytes: The row.
    ///   - scale: What a step stands for.
    mutating func add(_ bytes: UnsafeBufferPointer<UInt8>, scale: Float) {
        if sums.isEmpty { sums = [Double](repeating: 0, count: bytes.count) }
        let step = Double(scale)
        var total = 0
        for index in bytes.indices {
            let value = Int(bytes[index]) &- 128
            sums[index] += Double(value) * step
            total &+= value &* value
        }
        squares += Double(total) * step * step
        noise += Double(bytes.count) * step * step / 12
        rows += 1
    }
}
