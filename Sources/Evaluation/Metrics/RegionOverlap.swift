/// Per-region overlap (PRO): how much of each defective region is found, every region weighing the same.
///
/// Bergmann et al. 2021 (MVTec AD, IJCV), section 5.3.2. The curve runs over false-positive rates.
struct RegionOverlap {
    private let ranking: ScoreRanking
    /// Share of the PRO that each of the ranking's positives stands for.
    private let weights: [Double]

    /// - Parameters:
    ///   - ranking: Scores of defective and normal pixels.
    ///   - regions: Region of each of the ranking's positives.
    ///   - areas: Pixels of each region.
    init(_ ranking: ScoreRanking, regions: [UInt32], areas: [Int]) {
        let shares = areas.map { 1 / (Double($0) * Double(areas.count)) }
        self.ranking = ranking
        weights = regions.map { shares[Int($0)] }
    }

    /// Area under the PRO curve up to a false-positive rate, divided by that rate.
    ///
    /// Exact: every distinct score is a threshold, the curve is linear between them, begins at (0, 0), and is
    /// interpolated at the limit.
    ///
    /// - Parameter limit: Above 0, at most 1.
    /// - Returns: 0…1; nil without regions or without normal pixels.
    func area(upTo limit: Double) -> Double? {
        guard !weights.isEmpty, !ranking.negatives.isEmpty else { return nil }
        let normal = Double(ranking.negatives.count)
        var area = 0.0
        var (rate, overlap) = (0.0, 0.0)
        // A stretch of the curve that ends at (x, y), cut at the limit.
        func extend(_ x: Double, _ y: Double) {
            guard rate < limit else { return }
            let end = min(x, limit)
            let height = x > rate ? overlap + (y - overlap) * (end - rate) / (x - rate) : y
            area += (end - rate) * (overlap + height) / 2
            (rate, overlap) = (end, height)
        }
        var position = weights.count
        ranking.forEachPositiveScore { _, equal, above in
            guard rate < limit else { return }
            // Negatives between two positive scores leave the overlap as it is.
            extend(Double(above.negatives) / normal, overlap)
            guard rate < limit else { return }
            var gained = 0.0
            for index in position - equal.positives..<position { gained += weights[index] }
            position -= equal.positives
            extend(Double(above.negatives + equal.negatives) / normal, overlap + gained)
        }
        extend(1, overlap)
        return area / limit
    }

    /// The same as widespread evaluation programs compute it, for comparison with published tables.
    ///
    /// 200 thresholds equally spaced from the smallest to the largest score, a pixel being found when strictly above;
    /// points with a false-positive rate strictly below the limit, which are then stretched to 0…1; trapezoids. No
    /// interpolation at the limit and no anchor at 0.
    ///
    /// - Returns: 0 when all scores are equal or fewer than two points remain; nil as ``area(upTo:)``.
    func referenceArea(upTo limit: Double, steps: Int = 200) -> Double? {
        guard let lowest = ranking.positives.first, let highest = ranking.positives.last,
            let low = ranking.negatives.first,
            let high = ranking.negatives.last
        else { return nil }
        let minimum = Double(ScoreKey.score(min(lowest, low)))
        let maximum = Double(ScoreKey.score(max(highest, high)))
        guard maximum > minimum else { return 0 }
        let delta = (maximum - minimum) / Double(steps)
        var points: [(rate: Double, overlap: Double)] = []
        var (p, n, overlap) = (weights.count, ranking.negatives.count, 0.0)
        for step in (0..<steps).reversed() {
            let threshold = minimum + Double(step) * delta
            while p > 0, Double(ScoreKey.score(ranking.positives[p - 1])) > threshold {
                p -= 1
                overlap += weights[p]
            }
            while n > 0, Double(ScoreKey.score(ranking.negatives[n - 1])) > threshold { n -= 1 }
            let rate = Double(ranking.negatives.count - n) / Double(ranking.negatives.count)
            if rate < limit { points.append((rate, overlap)) }
        }
        guard points.count >= 2, let first = points.first, let last = points.last, last.rate > first.rate else {
            return 0
        }
        let width = last.rate - first.rate
        return zip(points, points.dropFirst()).reduce(0) { area, pair in
            area + (pair.1.rate - pair.0.rate) / width * (pair.0.overlap + pair.1.overlap) / 2
        }
    }
}
