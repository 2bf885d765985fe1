import Images
import Tensors

/// Turns maps on the network's square grid into defects in the pixels of the original picture.
///
/// A pixel belongs to a defect when the deciding map, resized to the picture, reaches the threshold; its type is the
/// most probable defect type there. Regions are 8-connected, per type.
public struct DefectFinder: Sendable {
    /// Thresholds and limits.
    public let rules: DefectRules
    /// Whether types are told apart.
    public let mode: InspectionMode

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
            let regions = ConnectedRegions.find(in: mask, tolerance: rules.contourTolerance, map: map)
            guard !regions.isEmpty else { continue }
            defects.append(
                Defect(
                    type: types[type], score: labels.maximum(in: mask, side: maps.side), mask: mask, regions: regions))
        }
        return defects.sorted { ($0.score, $1.type) > ($1.score, $0.type) }
    }
}

/// Per grid pixel the most probable defect type and its probability.
private struct Labels {
    private(set) var type: [UInt16]
    private(set) var score: [Float]

    init(maps: AnomalyMaps, mode: InspectionMode) {
        let plane = maps.side * maps.side
        type = [UInt16](repeating: 0, count: plane)
        guard mode == .multitype else {
            score = maps.final.values
            return
        }
        let values = maps.multitype.values
        score = Array(values[plane..<2 * plane])
        for state in 2..<max(maps.states.count, 2) {
            for pixel in 0..<plane where values[state * plane + pixel] > score[pixel] {
                score[pixel] = values[state * plane + pixel]
                type[pixel] = UInt16(state - 1)
            }
        }
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
