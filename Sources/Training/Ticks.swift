import Glibc

/// Round numbers that cover a range.
struct Ticks {
    /// Ascending.
    let values: [Double]
    private let isLogarithmic: Bool
    private let decimals: Int

    /// Covers `data` with steps of 1, 2 or 5 times a power of ten.
    init(_ data: [Double], atMost count: Int = 5) {
        let (low, high) = (data.min() ?? 0, data.max() ?? 1)
        let range = max(high - low, abs(high) * 1e-3, 1e-9)
        let power = pow(10, (log10(range / Double(count))).rounded(.down))
        let step = [1, 2, 5, 10].map { $0 * power }.first { range / $0 <= Double(count) } ?? power * 10
        let first = (low / step).rounded(.down)
        let last = max((high / step).rounded(.up), first + 1)
        values = (Int(first)...Int(last)).map { Double($0) * step }
        decimals = max(0, -Int(log10(step).rounded(.down)))
        isLogarithmic = false
    }

    /// Covers positive data with powers of ten; smaller values count as 1e-9.
    init(decadesOf data: [Double]) {
        let (low, high) = (max(data.min() ?? 1, 1e-9), max(data.max() ?? 1, 1e-9))
        let first = Int(log10(low).rounded(.down))
        let last = max(Int(log10(high).rounded(.up)), first + 1)
        values = (first...last).map { pow(10, Double($0)) }
        decimals = 0
        isLogarithmic = true
    }

    /// Where a value lies between the first tick (0) and the last (1).
    func position(_ value: Double) -> Double {
        let (lower, upper) = (values[0], values[values.count - 1])
        guard isLogarithmic else { return (value - lower) / (upper - lower) }
        return (log10(max(value, lower)) - log10(lower)) / (log10(upper) - log10(lower))
    }

    /// The number with as many decimals as the steps need.
    func label(_ value: Double) -> String {
        let places = isLogarithmic ? max(0, -Int(log10(value).rounded())) : decimals
        let scale = pow(10, Double(places))
        let scaled = Int((abs(value) * scale).rounded())
        let sign = value < 0 && scaled > 0 ? "−" : ""
        guard places > 0 else { return sign + "\(scaled)" }
        let fraction = "\(scaled % Int(scale))"
        return "\(sign)\(scaled / Int(scale))." + String(repeating: "0", count: places - fraction.count) + fraction
    }
}
