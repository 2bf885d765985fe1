import Foundation

/// Whether the scores of parts from the line still lie as those of the good parts did that a calibration was made from.
///
/// Counted is how many of the newest scores lie above the median of the calibration's. As long as all come from one
/// distribution, whichever it is, the share above the `j`-th of `n` scores has the distribution Beta(n + 1 − j, j), and the
/// count among `w` new ones the beta-binomial one (the exceedance test; Gumbel and von Schelling 1950): no assumption about
/// scores is made. Light, focus, fixtures and material show here before verdicts do.
public struct ScoreDrift: Sendable, Equatable {
    /// Where scores went.
    public enum Direction: String, Sendable, CaseIterable {
        /// Where they were, as far as can be told.
        case none
        /// Up: good parts are refused more often.
        case higher
        /// Down: defective parts pass more often.
        case lower
    }

    /// Share of steady windows that are called drifted, both directions together.
    public static let falseAlarmRate = 0.001

    /// Scores of the calibration.
    public let calibrationCount: Int
    /// The one of them that half of the others do not exceed.
    public let median: Float
    /// New scores.
    public let count: Int
    /// How many of them lie above the median.
    public let above: Int
    /// Counts of ``above`` that are no drift; nil when the utmost count on one side is none either, so few are the scores.
    public let steady: ClosedRange<Int>?
    /// What ``above`` says.
    public let direction: Direction

    /// Compares scores; nil without any on either side.
    ///
    /// - Parameters:
    ///   - scores: New ones, in any order.
    ///   - calibration: Those of good parts, at least one.
    ///   - defectShare: Of the new ones so many (0…0.5) may be of defective parts, which lie above for a good reason.
    public init?(of scores: [Float], against calibration: [Float], defectShare: Double) {
        guard !scores.isEmpty, !calibration.isEmpty else { return nil }
        let rank = (calibration.count + 1) / 2
        let median = calibration.sorted()[rank - 1]
        let above = scores.count { $0 > median }
        self.median = median
        self.above = above
        calibrationCount = calibration.count
        count = scores.count
        // All of those that may be defective are taken to lie above: a count is an alarm only when the rest alone would be one.
        let excused = Int((defectShare * Double(scores.count)).rounded(.up))
        let distribution = BetaBinomial(trials: scores.count, calibration.count + 1 - rank, rank)
        let good = BetaBinomial(trials: scores.count - excused, calibration.count + 1 - rank, rank)
        let tail = Self.falseAlarmRate / 2
        let fewest = distribution.lowest(over: tail)
        let most = good.highest(over: tail) + excused
        steady = fewest > 0 && most < scores.count ? fewest...most : nil
        // Scores equal to the median speak for neither side.
        let notBelow = scores.count { $0 >= median }
        direction = notBelow < fewest ? .lower : above > most ? .higher : .none
    }
}

/// The count of hits in trials whose probability has a beta distribution with whole parameters.
struct BetaBinomial {
    /// Probability of each count, from 0 to the number of trials.
    let probabilities: [Double]

    /// Takes the number of trials and parameters of at least 1.
    init(trials: Int, _ a: Int, _ b: Int) {
        var logarithm = 0.0
        for i in 0..<trials { logarithm += log(Double(b + i) / Double(a + b + i)) }
        var probabilities = [exp(logarithm)]
        for k in 0..<trials {
            logarithm += log(Double((trials - k) * (a + k)) / Double((k + 1) * (b + trials - k - 1)))
            probabilities.append(exp(logarithm))
        }
        self.probabilities = probabilities
    }

    /// The lowest count that is not so low that it or a lower one has at most this probability.
    func lowest(over tail: Double) -> Int { Self.first(probabilities, over: tail) }

    /// The highest count that is not so high that it or a higher one has at most this probability.
    func highest(over tail: Double) -> Int {
        probabilities.count - 1 - Self.first(probabilities.reversed(), over: tail)
    }

    private static func first(_ probabilities: some Sequence<Double>, over tail: Double) -> Int {
        var sum = 0.0
        for (index, probability) in probabilities.enumerated() {
            sum += probability
            if sum > tail { return index }
        }
        return 0
    }
}
