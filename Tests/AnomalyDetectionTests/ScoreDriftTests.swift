import TestSupport
import Testing

@testable import AnomalyDetection

@Suite("Drift of scores")
struct ScoreDriftTests {
    private static func uniform(_ count: Int, _ random: inout SeededGenerator) -> [Float] {
        (0..<count).map { _ in Float.random(in: 0..<1, using: &random) }
    }

    /// scipy.stats.betabinom.pmf of 0, half and all hits.
    @Test(
        "is judged by the beta-binomial distribution, as SciPy has it",
        arguments: [
            (30, 12, 13, [7.883678399862237e-06, 0.0957541569289764, 2.2524795428177817e-06]),
            (100, 13, 12, [1.8193855075017026e-11, 0.034721790415363676, 1.6980931403349118e-10]),
            (7, 2, 2, [0.06666666666666667, 0.1666666666666666, 0.06666666666666667]),
            (90, 2, 2, [0.0007012622720897609, 0.016306274370790578, 0.0007012622720897609]),
        ] as [(Int, Int, Int, [Double])])
    func distribution(trials: Int, a: Int, b: Int, expected: [Double]) {
        let probabilities = BetaBinomial(trials: trials, a, b).probabilities
        #expect(probabilities.count == trials + 1)
        for (count, value) in zip([0, trials / 2, trials], expected) {
            #expect(abs(probabilities[count] / value - 1) < 1e-10, "\(count)")
        }
        #expect(abs(probabilities.reduce(0, +) - 1) < 1e-12)
    }

    /// From the same distribution in SciPy: the counts whose tails exceed half of the false-alarm rate.
    @Test(
        "is none while the count above the median is one that chance gives",
        arguments: [
            (24, 30, 0, 3...27), (24, 100, 0.1, 18...87), (60, 200, 0.05, 55...151), (19, 20, 0, 1...19),
            (4, 1000, 0, 49...992), (300, 100, 0.1, 31...73), (3, 100, 0.1, nil),
        ] as [(Int, Int, Double, ClosedRange<Int>?)])
    func steady(pictures: Int, window: Int, defectShare: Double, steady: ClosedRange<Int>?) throws {
        let calibration = (0..<pictures).map { Float($0) }
        func direction(above: Int) throws -> ScoreDrift.Direction {
            let scores = (0..<window).map { Float($0 < above ? 1000 : -1) }
            let drift = try #require(ScoreDrift(of: scores, against: calibration, defectShare: defectShare))
            #expect(drift.steady == steady && drift.above == above && drift.count == window)
            #expect(drift.median == Float((pictures + 1) / 2 - 1) && drift.calibrationCount == pictures)
            return drift.direction
        }
        let bounds = steady ?? 0...window
        for count in [bounds.lowerBound, (bounds.lowerBound + bounds.upperBound) / 2, bounds.upperBound] {
            #expect(try direction(above: count) == .none, "\(count)")
        }
        if bounds.lowerBound > 0 { #expect(try direction(above: bounds.lowerBound - 1) == .lower) }
        if bounds.upperBound < window { #expect(try direction(above: bounds.upperBound + 1) == .higher) }
    }

    @Test("takes scores equal to the median for neither side, and needs some on both sides")
    func ties() throws {
        let same = [Float](repeating: 0.5, count: 100)
        #expect(try #require(ScoreDrift(of: same, against: same, defectShare: 0)).direction == .none)
        #expect(ScoreDrift(of: [], against: same, defectShare: 0) == nil)
        #expect(ScoreDrift(of: same, against: [], defectShare: 0) == nil)
    }

    @Test("keeps its rate of false alarms, and is found where scores moved by half of their range")
    func rates() throws {
        var random = SeededGenerator(seed: 7)
        var (falseAlarms, found) = (0, [ScoreDrift.Direction.higher: 0, .lower: 0])
        let windows = 20_000
        for index in 0..<windows {
            let calibration = Self.uniform(24, &random)
            // A tenth of the parts is defective and scores above all good ones.
            let scores = Self.uniform(90, &random) + [Float](repeating: 2, count: 10)
            let drift = try #require(ScoreDrift(of: scores, against: calibration, defectShare: 0.1))
            if drift.direction != .none { falseAlarms += 1 }
            guard index < 1000 else { continue }
            for (direction, shift) in [(ScoreDrift.Direction.higher, Float(0.5)), (.lower, -0.5)] {
                let moved = try #require(
                    ScoreDrift(of: scores.map { $0 + shift }, against: calibration, defectShare: 0.1))
                if moved.direction == direction { found[direction, default: 0] += 1 }
            }
        }
        // 20 are promised at most; what chance adds to that ends near 35.
        #expect(falseAlarms <= 35, "\(falseAlarms) of \(windows)")
        #expect(found[.higher, default: 0] > 700 && found[.lower, default: 0] > 700, "\(found)")
    }
}
