public import Tensors

/// Pixel-level metrics of one product, over all pixels of all its test pictures.
public struct PixelMetrics: Sendable, Equatable, Codable {
    /// Area under the ROC curve; nil without defective or without normal pixels.
    public let auroc: Double?
    /// Average precision; nil without defective pixels.
    public let averagePrecision: Double?
    /// Best F1; nil without defective pixels.
    public let f1Max: Double?
    /// The threshold of the best F1; scores from here on count as defective.
    public let f1Threshold: Float?
    /// Area under the PRO curve up to the limit, exact; nil without regions.
    public let aupro: Double?
    /// The same as widespread evaluation programs compute it.
    public let auproReference: Double?

    /// The usual limit of the false-positive rate for PRO.
    public static let fprLimit = 0.3

    /// Measures maps against ground truth.
    ///
    /// - Parameters:
    ///   - scores: The maps of all pictures, one after the other, in the order of `truth`.
    ///   - truth: Defective regions.
    ///   - fprLimit: Where the PRO curve ends, above 0 and at most 1.
    ///   - threads: Workers.
    ///   - inspect: Lent the ranking, for curves; nil when none are wanted.
    /// - Returns: All pixel metrics.
    /// - Throws: ``MetricError`` with `.countMismatch` or `.notANumber`.
    /// - Complexity: Sorting dominates; besides the scores 8 bytes per normal and 24 per defective pixel.
    public static func measure(
        scores: UnsafeBufferPointer<Float>, truth: PixelTruth, fprLimit: Double = fprLimit, threads: ComputeThreads,
        ranking inspect: ((ScoreRanking) -> Void)? = nil
    ) throws(MetricError) -> PixelMetrics {
        guard scores.count == truth.pixels else {
            throw MetricError(
                code: .countMismatch, description: "expected \(truth.pixels) scores, found \(scores.count)")
        }
        var split = try PixelSplit(scores: scores, truth: truth)
        RadixSort.sort(&split.positives, carrying: &split.regions, threads: threads)
        RadixSort.sort(&split.negatives, threads: threads)
        let ranking = ScoreRanking(sortedPositives: split.positives, sortedNegatives: split.negatives)
        inspect?(ranking)
        let overlap = RegionOverlap(ranking, regions: split.regions, areas: truth.regionAreas)
        let f1 = ranking.f1Max
        return PixelMetrics(
            auroc: ranking.auroc, averagePrecision: ranking.averagePrecision, f1Max: f1?.value,
            f1Threshold: f1?.threshold, aupro: overlap.area(upTo: fprLimit),
            auproReference: overlap.referenceArea(upTo: fprLimit))
    }
}

/// Scores as keys, defective pixels with their region apart from the normal ones.
struct PixelSplit {
    var positives: [UInt32]
    /// Region of each of ``positives``.
    var regions: [UInt32]
    var negatives: [UInt32]

    init(scores: UnsafeBufferPointer<Float>, truth: PixelTruth) throws(MetricError) {
        try MetricError.check(scores)
        var (positives, regions) = ([UInt32](), [UInt32]())
        positives.reserveCapacity(truth.positives)
        regions.reserveCapacity(truth.positives)
        negatives = [UInt32](unsafeUninitializedCapacity: truth.pixels - truth.positives) { output, count in
            var (position, filled) = (0, 0)
            func copyNormal(upTo end: Int) {
                for index in position..<end { output[filled &+ index &- position] = ScoreKey.key(scores[index]) }
                filled += end - position
            }
            for run in truth.runs {
                copyNormal(upTo: run.start)
                position = run.start + Int(run.count)
                for index in run.start..<position {
                    positives.append(ScoreKey.key(scores[index]))
                    regions.append(UInt32(run.region))
                }
            }
            copyNormal(upTo: scores.count)
            count = filled
        }
        self.positives = positives
        self.regions = regions
    }
}
