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
        let map = try MapResize.bilinear(
            maps.final.values, width: maps.side, height: maps.side, toWidth: width, toHeight: height, corners: .edges)
        let types = mode == .multitype ? Array(maps.states.dropFirst()) : [Findings.binaryType]
        let labels = Labels(maps: maps, mode: mode)
        var masks = [[UInt8]](repeating: [], count: types.count)
        for y in 0..<height {
            let row = y * maps.side / height * maps.side
            for x in 0..<width where map[y * width + x] >= rules.threshold {
                let type = Int(labels.type[row + x * maps.side / width])
                if masks[type].isEmpty { masks[type] = [UInt8](repeating: 0, count: width * height) }
                masks[type][y * width + x] = 1
            }
        }
        let minimumArea = max(1, Int((rules.minimumAreaFraction * Double(width * height)).rounded(.up)))
        var defects: [Defect] = []
        for (type, pixels) in masks.enumerated() where !pixels.isEmpty {
            let mask = ConnectedRegions.removingSmall(
                from: BinaryMask(width: width, height: height, pixels: pixels), minimumArea: minimumArea)
            let regions = ConnectedRegions.findWithRuns(in: mask, tolerance: rules.contourTolerance, map: map)
            guard !regions.isEmpty else { continue }
            let means = regions.map { labels.means(over: $0.runs, width: width, height: height) }
            defects.append(
                Defect(
                    type: types[type], score: labels.maximum(in: mask, side: maps.side), mask: mask,
                    regions: regions.map(\.region),
                    rankedTypes: means.map { Self.ranked(types, $0, first: type) }))
        }
        return defects.sorted { ($0.score, $1.type) > ($1.score, $0.type) }
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

/// Per grid pixel the most probable defect type and its probability.
private struct Labels {
    private(set) var type: [UInt16]
    private(set) var score: [Float]
    /// Probabilities of all types, [types, side, side], and where the first type's plane begins.
    private let values: [Float]
    private let firstPlane: Int
    private let side: Int

    init(maps: AnomalyMaps, mode: InspectionMode) {
        let plane = maps.side * maps.side
        side = maps.side
        type = [UInt16](repeating: 0, count: plane)
        guard mode == .multitype else {
            score = maps.final.values
            (values, firstPlane) = (score, 0)
            return
        }
        values = maps.multitype.values
        firstPlane = plane
        score = Array(values[plane..<2 * plane])
        for state in 2..<max(maps.states.count, 2) {
            for pixel in 0..<plane where values[state * plane + pixel] > score[pixel] {
                score[pixel] = values[state * plane + pixel]
                type[pixel] = UInt16(state - 1)
            }
        }
    }

    /// Mean probability of every type over a region of a picture; a grid pixel counts as often as it is covered.
    func means(over runs: [PixelRun], width: Int, height: Int) -> [Float] {
        let plane = side * side
        var sums = [Double](repeating: 0, count: (values.count - firstPlane) / plane)
        var area = 0
        for run in runs {
            let row = run.y * side / height * side
            area += run.end - run.start
            var x = run.start
            while x < run.end {
                // The columns of the picture that share this grid pixel: x·side/width is the same for all of them.
                let column = x * side / width
                let next = min(run.end, ((column + 1) * width + side - 1) / side)
                for index in sums.indices {
                    sums[index] += Double(values[firstPlane + index * plane + row + column]) * Double(next - x)
                }
                x = next
            }
        }
        return sums.map { Float($0 / Double(max(1, area))) }
    }

    /// The largest probability below the marked pixels.
    func maximum(in mask: BinaryMask, side: Int) -> Float {
        var best: Float = 0
        for y in 0..<mask.height {
            let row = y * side / mask.height * side
            for x in 0..<mask.width where mask.pixels[y * mask.width + x] != 0 {
                best = max(best, score[row + x * side / mask.width])
            }
        }
        return best
    }
}
