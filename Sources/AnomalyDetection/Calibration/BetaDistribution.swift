import Foundation

/// The beta distribution with whole parameters: where the true share of a class lies when some of a sample belong to it.
struct BetaDistribution {
    private let a: Int
    private let b: Int
    /// ln C(n, j) for j = a … n, n = a + b − 1.
    private let logBinomials: [Double]

    /// Takes two parameters of at least 1.
    init(_ a: Int, _ b: Int) {
        self.a = a
        self.b = b
        let n = a + b - 1
        var logBinomials = [0.0]
        for j in 0..<n { logBinomials.append(logBinomials[j] + log(Double(n - j) / Double(j + 1))) }
        self.logBinomials = Array(logBinomials[a...])
    }

    /// Probability of a value up to x (NIST DLMF, 8.17.5): that of `a` or more hits among a + b − 1.
    func cumulative(_ x: Double) -> Double {
        guard x > 0 else { return 0 }
        guard x < 1 else { return 1 }
        let (hit, miss) = (log(x), log1p(-x))
        let sum = logBinomials.enumerated().reduce(0) { sum, term in
            sum + exp(term.element + Double(a + term.offset) * hit + Double(b - 1 - term.offset) * miss)
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
