public import Tensors

/// Scores of positives and negatives, each sorted: all that threshold metrics need.
///
/// Nothing is binned: ties are exact. Memory while it is made: 8 bytes per score; afterwards 4.
public struct ScoreRanking: Sendable {
    /// Keys of positive scores, ascending.
    let positives: [UInt32]
    /// Keys of negative scores, ascending.
    let negatives: [UInt32]

    init(positives: [UInt32], negatives: [UInt32], threads: ComputeThreads) {
        var sorted = (positives: positives, negatives: negatives)
        RadixSort.sort(&sorted.positives, threads: threads)
        RadixSort.sort(&sorted.negatives, threads: threads)
        self.init(sortedPositives: sorted.positives, sortedNegatives: sorted.negatives)
    }

    init(sortedPositives: [UInt32], sortedNegatives: [UInt32]) {
        positives = sortedPositives
        negatives = sortedNegatives
    }

    /// Ranks scores with a label each.
    ///
    /// - Parameters:
    ///   - scores: Higher means more likely positive; none is NaN.
    ///   - labels: True for positives (traps when the counts differ).
    ///   - threads: Workers.
    /// - Throws: ``MetricError`` with `.notANumber`.
    public init(
        scores: [Float], labels: [Bool], threads: ComputeThreads = ComputeThreads(count: 1)
    ) throws(MetricError) {
        precondition(scores.count == labels.count, "\(scores.count) scores, \(labels.count) labels")
        try scores.withUnsafeBufferPointer { scores throws(MetricError) in try MetricError.check(scores) }
        var positives: [UInt32] = []
        var negatives: [UInt32] = []
        for (score, label) in zip(scores, labels) {
            if label { positives.append(ScoreKey.key(score)) } else { negatives.append(ScoreKey.key(score)) }
        }
        self.init(positives: positives, negatives: negatives, threads: threads)
    }

    /// Visits the distinct scores that positives have, from the highest down.
    ///
    /// - Parameter body: Gets the score's key, the positives and negatives that have it, and those strictly above it.
    func forEachPositiveScore(
        _ body: (_ key: UInt32, _ equal: (positives: Int, negatives: Int), _ above: (positives: Int, negatives: Int)) ->
            Void
    ) {
        positives.withUnsafeBufferPointer { positives in
            negatives.withUnsafeBufferPointer { negatives in
                var p = positives.count
                var n = negatives.count
                while p > 0 {
                    let key = positives[p &- 1]
                    var lower = p
                    while lower > 0, positives[lower &- 1] == key { lower &-= 1 }
                    while n > 0, negatives[n &- 1] > key { n &-= 1 }
                    var lowerNegative = n
                    while lowerNegative > 0, negatives[lowerNegative &- 1] == key { lowerNegative &-= 1 }
                    body(
                        key, (p &- lower, n &- lowerNegative), (positives.count &- p, negatives.count &- n))
                    p = lower
                    n = lowerNegative
                }
            }
        }
    }
}

/// Scores that no metric is defined for.
public struct MetricError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong; stable.
    public enum Code: String, Sendable {
        /// A score is NaN, which has no place in an order.
        case notANumber
        /// Scores and ground truth differ in number.
        case countMismatch
    }

    /// Kind of failure.
    public let code: Code
    /// What was expected and what was found.
    public let description: String

    /// Refuses NaN, whose key would lie beyond infinity's.
    static func check(_ scores: UnsafeBufferPointer<Float>) throws(MetricError) {
        // NaN spreads through sums, and infinities times 0 are NaN too: then each score is looked at.
        var sum: Float = 0
        for score in scores { sum += score * 0 }
        guard sum.isNaN else { return }
        for index in scores.indices where scores[index].isNaN {
            throw MetricError(
                code: .notANumber, description: "expected numbers as scores, found NaN at position \(index)")
        }
    }
}
