/// Image-level metrics of one product, over its test pictures.
public struct ImageMetrics: Sendable, Equatable, Codable {
    /// Area under the ROC curve; nil without normal or without anomalous pictures.
    public let auroc: Double?
    /// Variance of ``auroc`` over the draw of the pictures; nil with fewer than two of either kind.
    public let aurocVariance: Double?
    /// Average precision; nil without anomalous pictures.
    public let averagePrecision: Double?
    /// Best F1; nil without anomalous pictures.
    public let f1Max: Double?
    /// The threshold of the best F1; scores from here on count as anomalous.
    public let f1Threshold: Float?
    /// The curve behind the numbers.
    public let curve: [CurvePoint]

    /// Measures image scores.
    ///
    /// - Throws: ``MetricError`` with `.notANumber`.
    public init(scores: [Float], anomalous: [Bool]) throws(MetricError) {
        let ranking = try ScoreRanking(scores: scores, labels: anomalous)
        let f1 = ranking.f1Max
        auroc = ranking.auroc
        aurocVariance = ranking.aurocVariance
        averagePrecision = ranking.averagePrecision
        f1Max = f1?.value
        f1Threshold = f1?.threshold
        curve = ranking.curve(maximum: 400)
    }
}
