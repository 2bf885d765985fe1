/// Fixed-point filter weights along one axis, one window of input positions for each output position.
///
/// The arithmetic is that of Pillow's 8-bit resampling, so that results agree bit for bit: weights in double precision,
/// normalised to sum 1, then rounded half away from zero to multiples of 2⁻²².
struct ResampleWeights {
    /// Fraction bits of a weight.
    static let precisionBits = 22

    /// The input positions that one output position reads.
    struct Window {
        var start: Int
        var count: Int
    }

    /// [outputs].
    let windows: [Window]
    /// [outputs, maxCount]; entries past a window's count are 0.
    let values: [Int32]
    /// Largest count of any window.
    let maxCount: Int

    /// Weights for resizing an axis from `input` to `output` positions, both at least 1.
    init(input: Int, output: Int, filter: ResizeFilter) {
        let scale = Double(input) / Double(output)
        let stretch = max(scale, 1)
        let support = filter.support * stretch
        let inverse = 1 / stretch
        var windows: [Window] = []
        windows.reserveCapacity(output)
        for position in 0..<output {
            let center = (Double(position) + 0.5) * scale
            let start = max(0, Int(center - support + 0.5))
            let end = min(input, Int(center + support + 0.5))
            windows.append(Window(start: start, count: end - start))
        }
        let maxCount = windows.reduce(1) { max($0, $1.count) }
        var values = [Int32](repeating: 0, count: output * maxCount)
        var exact = [Double](repeating: 0, count: maxCount)
        for (position, window) in windows.enumerated() {
            let center = (Double(position) + 0.5) * scale
            var sum = 0.0
            for tap in 0..<window.count {
                exact[tap] = filter.weight(at: (Double(tap + window.start) - center + 0.5) * inverse)
                sum += exact[tap]
            }
            for tap in 0..<window.count {
                let normalized = sum == 0 ? exact[tap] : exact[tap] / sum
                let scaled = normalized * Double(1 << Self.precisionBits)
                values[position * maxCount + tap] = Int32(scaled.rounded(.toNearestOrAwayFromZero))
            }
        }
        self.windows = windows
        self.values = values
        self.maxCount = maxCount
    }

    /// Weight `tap` of output `position`, as a high and a low part: high·2¹⁵ + low, low in 0…32767.
    ///
    /// 16-bit factors are what every x86-64 processor multiplies eight at a time.
    @inline(__always)
    func split(_ position: Int, _ tap: Int) -> (high: Int16, low: Int16) {
        let value = values[position &* maxCount &+ tap]
        return (Int16(truncatingIfNeeded: value >> 15), Int16(truncatingIfNeeded: value & 0x7FFF))
    }
}
