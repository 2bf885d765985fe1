import Tensors
import Testing

@testable import AnomalyDetection

@Suite("Threshold of what people look at")
struct ReviewThresholdTests {
    private static let hundred = (1...99).map { Float($0) / 1000 }

    @Test(
        "lies as many scores below that of rejection as the rate is worth",
        arguments: [
            (0.01, 0.01, 1, Float(0.0983)), (0.05, 0.05, 5, 0.0903), (0.02, 0.109, 10, 0.0883), (0.5, 0.5, 49, 0.0013),
        ]
            as [(Double, Double, Int, Float)])
    func ranks(refused: Double, rate: Double, between: Int, threshold: Float) throws {
        let rejection = try ScoreThreshold(Self.hundred, falseRejectRate: refused)
        let review = try ReviewThreshold(Self.hundred.shuffled(), rate: rate, below: rejection)
        #expect(review.between == between && review.threshold == threshold && review.count == 99)
        #expect(review.expectedRate == Double(between) / 100 && review.expectedRate <= rate)
        #expect(Self.hundred.count { $0 >= review.threshold && $0 < rejection.threshold } == between)
    }

    /// Not by the formula: uniform scores are their own quantiles, so the share in between is the thresholds' difference.
    @Test("its share of good parts is on average what it promises, and lies in its interval as often as stated")
    func promise() throws {
        var random = SplitMix64(seed: 5)
        var (sum, inside) = (0.0, 0)
        for _ in 0..<2000 {
            let scores = (0..<39).map { _ in Float.random(in: 0..<0.99, using: &random) }
            let rejection = try ScoreThreshold(scores, falseRejectRate: 0.05)
            let review = try ReviewThreshold(scores, rate: 0.1, below: rejection)
            let share = Double(rejection.threshold - review.threshold) / 0.99
            sum += share
            inside += review.interval.lower...review.interval.upper ~= share ? 1 : 0
            #expect(review.expectedRate == 0.1)
        }
        #expect(abs(sum / 2000 - 0.1) < 0.004)
        #expect(abs(Double(inside) / 2000 - 0.95) < 0.015)
    }

    @Test("is not made from too few, nor where there is nothing between")
    func impossible() throws {
        let few = Array(Self.hundred.prefix(24))
        let rejection = try ScoreThreshold(few, falseRejectRate: nil)
        #expect(throws: ReviewThreshold.Failure.tooFew(needed: 99, smallestRate: 1 / 25)) {
            try ReviewThreshold(few, rate: 0.01, below: rejection)
        }
        let flat = [Float](repeating: 0.25, count: 24)
        #expect(throws: ReviewThreshold.Failure.noBand(score: 0.25)) {
            try ReviewThreshold(flat, rate: 0.1, below: try ScoreThreshold(flat, falseRejectRate: nil))
        }
        // Half are refused of three, so that one place is left.
        let three: [Float] = [0.1, 0.2, 0.3]
        let half = try ScoreThreshold(three, falseRejectRate: 0.5)
        #expect(try ReviewThreshold(three, rate: 0.5, below: half).between == 1)
    }
}
