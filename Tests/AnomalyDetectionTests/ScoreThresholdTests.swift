import Tensors
import Testing

@testable import AnomalyDetection

@Suite("Threshold from scores of good parts")
struct ScoreThresholdTests {
    private static let hundred = (1...99).map { Float($0) / 1000 }

    @Test(
        "lies just above the score whose rank keeps the rate",
        arguments: [
            (0.01, 99, Float(0.0993)), (0.02, 98, 0.0983), (0.029, 98, 0.0983), (0.05, 95, 0.0953), (0.5, 50, 0.0503),
            (nil, 99, 0.0993),
        ] as [(Double?, Int, Float)])
    func ranks(rate: Double?, rank: Int, threshold: Float) throws {
        let found = try ScoreThreshold(Self.hundred.shuffled(), falseRejectRate: rate)
        #expect(found.rank == rank && found.count == 99)
        #expect(found.threshold == threshold)
        #expect(found.expectedRate == Double(100 - rank) / 100)
        #expect(found.expectedRate <= rate ?? 0.01)
    }

    @Test(
        "refuses none of the scores up to its rank, whatever their digits", arguments: [0, 0.1, 0.5, 0.9995, 0.99974])
    func above(score: Float) throws {
        let found = try ScoreThreshold([score, 0, 0], falseRejectRate: nil)
        #expect(found.threshold - score > 2e-4 && found.threshold - score <= 3.6e-4 && found.threshold <= 1)
    }

    @Test("is not made from too few, and says how many are needed")
    func tooFew() {
        #expect(throws: ScoreThreshold.Failure.tooFew(needed: 99, smallestRate: 1 / 25)) {
            try ScoreThreshold(Array(Self.hundred.prefix(24)), falseRejectRate: 0.01)
        }
        #expect(throws: ScoreThreshold.Failure.tooFew(needed: 3, smallestRate: 1 / 3)) {
            try ScoreThreshold([0.1, 0.2], falseRejectRate: nil)
        }
        #expect(throws: ScoreThreshold.Failure.tooFew(needed: 3, smallestRate: 1)) {
            try ScoreThreshold([], falseRejectRate: 0.5)
        }
        #expect(throws: Never.self) { try ScoreThreshold(Array(Self.hundred.prefix(19)), falseRejectRate: 0.05) }
    }

    @Test("is not made where good parts score as high as scores go", arguments: [Float(1), 1.4, 0.9999])
    func noRoom(score: Float) {
        #expect(throws: ScoreThreshold.Failure.noRoom(score: score)) {
            try ScoreThreshold([0.1, 0.2, score], falseRejectRate: nil)
        }
    }

    /// scipy.stats.beta.ppf of 0.025, 0.5 and 0.975, and cdf of 0.1.
    @Test(
        "the share refused is distributed as SciPy has it",
        arguments: [
            (1, 3, [0.008403758659612636, 0.20629947401590026, 0.7075982261787133], 0.271),
            (1, 99, [0.00025570273666596153, 0.0069770333676225605, 0.03657574498347893], 0.9999704873345694),
            (3, 98, [0.006229971538306395, 0.026650675402412404, 0.07038393247107011], 0.99805511534812),
            (5, 60, [0.02585384016796813, 0.07260168517853235, 0.15236347342269677], 0.7795310958395477),
            (40, 25, [0.4950764600526648, 0.6165750403843329, 0.7289644784402727], 2.1377643235907576e-24),
            (1, 1, [0.025, 0.5, 0.975], 0.1),
            (200, 57, [0.725538590539945, 0.7789326217170253, 0.826781565042911], 4.323791979750101e-146),
        ] as [(Int, Int, [Double], Double)])
    func beta(a: Int, b: Int, quantiles: [Double], cumulative: Double) {
        let distribution = BetaDistribution(a, b)
        for (probability, expected) in zip([0.025, 0.5, 0.975], quantiles) {
            #expect(abs(distribution.quantile(probability) - expected) <= 1e-12 + 1e-9 * expected)
        }
        #expect(abs(distribution.cumulative(0.1) - cumulative) <= 1e-12 + 1e-9 * cumulative)
        #expect(distribution.cumulative(0) == 0 && distribution.cumulative(1) == 1)
    }

    /// scipy.stats.binomtest(count, total).proportion_ci(method="exact").
    @Test(
        "a counted share lies where SciPy says",
        arguments: [
            (0, 1, 0.0, 0.975),
            (1, 1, 0.025000000000000022, 1.0),
            (0, 30, 0.0, 0.11570330822202743),
            (3, 30, 0.021117137029722604, 0.2652884504742082),
            (50, 100, 0.39832112950330095, 0.6016788704966991),
            (999, 1000, 0.9944410757201502, 0.9999746825125083),
        ])
    func share(count: Int, total: Int, lower: Double, upper: Double) throws {
        let share = try #require(ShareInterval(count, of: total))
        #expect(share.share == Double(count) / Double(total))
        #expect(abs(share.interval.lower - lower) < 1e-9 && abs(share.interval.upper - upper) < 1e-9)
    }

    @Test("nothing is no share of nothing", arguments: [(0, 0), (-1, 3), (4, 3)])
    func noShare(count: Int, total: Int) { #expect(ShareInterval(count, of: total) == nil) }

    @Test("keeps the rate and the interval's confidence on new parts", arguments: [(24, nil), (60, 0.05), (30, 0.2)])
    func promise(count: Int, rate: Double?) throws {
        var random = SplitMix64(seed: 7)
        // The share of good parts above a threshold of uniform scores is 1 − threshold.
        func scores() -> [Float] { (0..<count).map { _ in Float(random.next() >> 40) / Float(1 << 24) * 0.99 } }
        let trials = 2000
        var refused = 0.0
        var held = 0
        var expected = 0.0
        for _ in 0..<trials {
            let found = try ScoreThreshold(scores(), falseRejectRate: rate)
            let share = 1 - Double(found.threshold) / 0.99
            refused += share
            expected = found.expectedRate
            if (found.interval.lower...found.interval.upper).contains(share) { held += 1 }
        }
        #expect(abs(refused / Double(trials) - expected) < 0.003, "rounding up takes 0.00035 at most")
        #expect(refused / Double(trials) <= (rate ?? 1) + 0.003)
        #expect((0.93...0.97).contains(Double(held) / Double(trials)))
    }
}
