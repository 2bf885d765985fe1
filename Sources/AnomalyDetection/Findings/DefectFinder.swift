import Images
public import Tensors

/// Turns maps on the network's square grid into defects in the pixels of the original picture.
///
/// A pixel belongs to a defect when the deciding map, resized to the picture, reaches its threshold; its type is the
/// most probable defect type there. Regions are 8-connected, per type; those below the minimum area are dropped.
public struct DefectFinder: Sendable {
    /// Thresholds and limits.
    public let rules: DefectRules
    /// Whether types are told apart.
    public let mode: InspectionMode
    /// Workers used per picture.
    public let threads: ComputeThreads

    /// Rows of the picture that a worker takes at a time.
    private static let bandRows = 64

    /// How many types a region names.
    static let maximumRankedTypes = 3

    /// Prepares a finder.
    public init(rules: DefectRules, mode: InspectionMode, threads: ComputeThreads = ComputeThreads(count: 1)) {
        self.rules = rules
        self.mode = mode
        self.threads = threads
    }

    /// Decides about one picture.
    ///
    /// - Parameters:
    ///   - maps: The picture's maps and score.
    ///   - imageWidth: Columns of the original picture.
    ///   - imageHeight: Rows of the original picture.
    ///   - faults: Why nothing can be decided; empty where something can.
    /// - Returns: Verdict and defects; no defects for an ok part or a picture with faults.
    /// - Throws: ``InspectionModelError`` with `.badImage` when the size is not positive.
    public func findings(
        _ maps: AnomalyMaps, imageWidth: Int, imageHeight: Int, faults: [PictureFault] = []
    ) throws(InspectionModelError) -> Findings {
        let score = maps.imageScore
        var faults = faults
        let isJudged = faults.isEmpty
        if isJudged, let review = rules.reviewThreshold, rules.leavesToPeople(score) {
            faults = [.closeToThreshold(score, review, rules.threshold)]
        }
        let verdict: Verdict = !faults.isEmpty ? .undecidable : score >= rules.threshold ? .notOk : .ok
        let mapThreshold = isJudged ? rules.mapThreshold(for: score) : rules.mapThreshold
        do {
            let defects =
                isJudged && verdict != .ok
                ? try self.defects(maps, reaching: mapThreshold, width: imageWidth, height: imageHeight) : []
            return Findings(
                verdict: verdict, score: score, threshold: rules.threshold, reviewThreshold: rules.reviewThreshold,
                mapThreshold: mapThreshold, defects: defects, faults: faults)
        } catch {
            throw InspectionModelError(.badImage, "\(error)")
        }
    }

    private func defects(
        _ maps: AnomalyMaps, reaching threshold: Float, width: Int, height: Int
    ) throws(ImageError) -> [Defect] {
        let types = mode == .multitype ? Array(maps.states.dropFirst()) : [Findings.binaryType]
        let marked = try marked(maps, reaching: threshold, types: types.count, width: width, height: height)
        let grid = TypeGrid(maps: maps, mode: mode, width: width, height: height)
        let minimumArea = max(1, Int((rules.minimumAreaFraction * Double(width * height)).rounded(.up)))
        let kinds = types.indices.filter { !marked[$0].runs.isEmpty }
        let defects = threads.collect(kinds.count) { _, index -> Defect? in
            let (type, marked) = (kinds[index], marked[kinds[index]])
            let regions = ConnectedRegions.findWithRuns(
                in: RunMask(width: width, height: height, runs: marked.runs), minimumArea: minimumArea,
                tolerance: rules.contourTolerance, peaks: marked.peaks)
            guard !regions.isEmpty else { return nil }
            let runs = regions.flatMap(\.runs).sorted { ($0.y, $0.start) < ($1.y, $1.start) }
            let summaries = regions.map { grid.summary(over: $0.runs, largestOf: type) }
            return Defect(
                type: types[type], score: summaries.reduce(0) { max($0, $1.largest) },
                mask: RunMask(width: width, height: height, runs: runs), regions: regions.map(\.region),
                rankedTypes: summaries.map { Self.ranked(types, $0.means, first: type) })
        }
        return defects.compactMap(\.self).sorted { ($0.score, $1.type) > ($1.score, $0.type) }
    }

    /// What reaches the threshold, by type.
    private func marked(
        _ maps: AnomalyMaps, reaching threshold: Float, types: Int, width: Int, height: Int
    ) throws(ImageError) -> [MarkedRuns] {
        let rows = try ReachingRows(
            of: maps.final.values, width: maps.side, height: maps.side, toWidth: width, toHeight: height,
            corners: .edges, reaching: threshold)
        let grids = (0..<threads.count).map { _ in TypeGrid(maps: maps, mode: mode, width: width, height: height) }
        let bands = threads.collect((height + Self.bandRows - 1) / Self.bandRows) { worker, band in
            var found = [MarkedRuns](repeating: MarkedRuns(), count: types)
            rows.forEach(in: band * Self.bandRows..<min((band + 1) * Self.bandRows, height)) { y, row, stretches in
                grids[worker].enterRow(y)
                for stretch in stretches { Self.mark(stretch, y, row, grids[worker], &found) }
            }
            return found
        }
        return (0..<types).map { type in
            MarkedRuns(runs: bands.flatMap { $0[type].runs }, peaks: bands.flatMap { $0[type].peaks })
        }
    }

    /// What belongs to one type: runs in reading order, and the largest value of the deciding map in each.
    private struct MarkedRuns {
        var runs: [PixelRun] = []
        var peaks: [Float?] = []
    }

    /// Adds the runs of a stretch of one row: pixels side by side that have one type.
    private static func mark(
        _ stretch: Range<Int>, _ y: Int, _ row: UnsafeBufferPointer<Float>, _ grid: TypeGrid,
        _ found: inout [MarkedRuns]
    ) {
        var start = stretch.lowerBound
        while start < stretch.upperBound {
            let type = grid.type(at: start)
            var end = start
            repeat {
                end = min(stretch.upperBound, grid.end(at: end))
            } while end < stretch.upperBound && grid.type(at: end) == type
            var peak = row[start]
            for x in start..<end { peak = max(peak, row[x]) }
            found[type].runs.append(PixelRun(y: y, start: start, end: end))
            found[type].peaks.append(peak)
            start = end
        }
    }

    /// The likeliest types of a region.
    ///
    /// Its own is the likeliest in every pixel and so on average too; stated, it stays
    /// first also when rounding makes another equal.
    private static func ranked(_ types: [String], _ means: [Float], first: Int) -> [RankedType] {
        let order = means.indices.sorted { left, right in
            if left == first || right == first { return left == first }
            return (means[left], right) > (means[right], left)
        }
        return order.prefix(maximumRankedTypes).map { RankedType(type: types[$0], score: means[$0]) }
    }
}
