import Foundation

/// The beta distribution with whole parameters: where the true share of a class lies when some of a sample belong to it.
struct BetaDistribution {
    private let a: Int
    /// a + b − 1.
    private let n: Int
    /// ln C(n, a).
    private let logBinomial: Double

    /// Takes two parameters of at least 1.
    init(_ a: Int, _ b: Int) {
        self.a = a
        n = a + b - 1
        var sum = 0.0
        for j in 0..<min(a, b - 1) { sum += log(Double(a + b - 1 - j) / Double(j + 1)) }
        logBinomial = sum
    }

    /// Probability of a value up to x (NIST DLMF, 8.17.5): that of `a` or more hits among n.
    ///
    /// The terms of the shorter tail are added from its largest on, until they count no more: about √n of them.
    func cumulative(_ x: Double) -> Double {
        guard x > 0 else { return 0 }
        guard x < 1 else { return 1 }
        let odds = x / (1 - x)
        let first = exp(logBinomial + Double(a) * log(x) + Double(n - a) * log1p(-x))
        guard Double(a) <= Double(n) * x else { return sum(from: first, odds, upward: true) }
        // P(a − 1) from P(a).
        return 1 - sum(from: first * Double(a) / (Double(n - a + 1) * odds), odds, upward: false)
    }

    private func sum(from first: Double, _ odds: Double, upward: Bool) -> Double {
        var (term, sum) = (first, 0.0)
        var hits = upward ? a : a - 1
        while term > sum * 1e-17, (0...n).contains(hits) {
            sum += term
            term *= upward ? Double(n - hits) / Double(hits + 1) * odds : Double(hits) / (Double(n - hits + 1) * odds)
            hits += upward ? 1 : -1
        }
        return min(sum, 1)
    }

    /// The value below which a share of the probability lies, by bisection, to the last digits.
    func quantile(_ probability: Double) -> Double {
        var (low, high) = (0.0, 1.0)
        while true {
            let middle = (low + high) / 2
            guard middle > low, middle < high else { return middle }
            if cumulative(middle) < probability { low = middle } else { high = middle }
        }
    }
}
