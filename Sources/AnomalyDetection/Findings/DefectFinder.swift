import Images
import Tensors

/// Turns maps on the network's square grid into defects in the pixels of the original picture.
///
/// A pixel belongs to a defect when the deciding map, resized to the picture, reaches the threshold; its type is the
/// most probable defect type there. Regions are 8-connected, per type; those below the minimum area are dropped.
public struct DefectFinder: Sendable {
    /// Thresholds and limits.
    public let rules: DefectRules
    /// Whether types are told apart.
    public let mode: InspectionMode

    /// How many types a region names.
    static let maximumRankedTypes = 3

    /// Prepares a finder.
    public init(rules: DefectRules, mode: InspectionMode) {
        self.rules = rules
        self.mode = mode
    }

    /// Decides about one picture.
    ///
    /// - Parameters:
    ///   - maps: The picture's maps and score.
    ///   - imageWidth: Columns of the original picture.
    ///   - imageHeight: Rows of the original picture.
    /// - Returns: Verdict and defects; no defects for an ok part.
    /// - Throws: ``InspectionModelError`` with `.badImage` when the size is not positive.
    public func findings(
        _ maps: AnomalyMaps, imageWidth: Int, imageHeight: Int
    ) throws(InspectionModelError) -> Findings {
        let verdict: Verdict = maps.imageScore >= rules.threshold ? .notOk : .ok
        do {
            let defects = verdict == .notOk ? try self.defects(maps, width: imageWidth, height: imageHeight) : []
            return Findings(verdict: verdict, score: maps.imageScore, threshold: rules.threshold, defects: defects)
        } catch {
            throw InspectionModelError(.badImage, "\(error)")
        }
    }

    private func defects(_ maps: AnomalyMaps, width: Int, height: Int) throws(ImageError) -> [Defect] {
        let types = mode == .multitype ? Array(maps.states.dropFirst()) : [Findings.binaryType]
        var grid = TypeGrid(maps: maps, mode: mode, width: width, height: height)
        var found = [MarkedRuns](repeating: MarkedRuns(), count: types.count)
        try MapResize.forEachRow(
            of: maps.final.values, width: maps.side, height: maps.side, toWidth: width, toHeight: height,
            corners: .edges, reaching: rules.threshold
        ) { y, row in
            Self.mark(row, y, threshold: rules.threshold, grid: &grid, found: &found)
        }
        let minimumArea = max(1, Int((rules.minimumAreaFraction * Double(width * height)).rounded(.up)))
        var defects: [Defect] = []
        for (type, marked) in found.enumerated() where !marked.runs.isEmpty {
            let regions = ConnectedRegions.findWithRuns(
                in: RunMask(width: width, height: height, runs: marked.runs), minimumArea: minimumArea,
                tolerance: rules.contourTolerance, peaks: marked.peaks)
            guard !regions.isEmpty else { continue }
            let runs = regions.flatMap(\.runs).sorted { ($0.y, $0.start) < ($1.y, $1.start) }
            let means = regions.map { grid.means(over: $0.runs) }
            defects.append(
                Defect(
                    type: types[type], score: grid.maximum(of: type, over: runs),
                    mask: RunMask(width: width, height: height, runs: runs), regions: regions.map(\.region),
                    rankedTypes: means.map { Self.ranked(types, $0, first: type) }))
        }
        return defects.sorted { ($0.score, $1.type) > ($1.score, $0.type) }
    }

    /// What belongs to one type: runs in reading order, and the largest value of the deciding map in each.
    private struct MarkedRuns {
        var runs: [PixelRun] = []
        var peaks: [Float?] = []
    }

    /// Adds the runs of one row: pixels side by side that reach the threshold and have one type.
    private static func mark(
        _ row: UnsafeBufferPointer<Float>, _ y: Int, threshold: Float, grid: inout TypeGrid, found: inout [MarkedRuns]
    ) {
        grid.enterRow(y)
        var x = 0
        while true {
            while x < row.count, !(row[x] >= threshold) { x &+= 1 }
            guard x < row.count else { return }
            let start = x
            let type = grid.type(at: x)
            var peak = row[x]
            x &+= 1
            while x < row.count, row[x] >= threshold, grid.type(at: x) == type {
                peak = max(peak, row[x])
                x &+= 1
            }
            found[type].runs.append(PixelRun(y: y, start: start, end: x))
            found[type].peaks.append(peak)
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
