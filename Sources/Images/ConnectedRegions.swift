/// Finds the connected parts of a mask.
public enum ConnectedRegions {
    /// Finds the 8-connected regions, largest first; equal areas from top to bottom, then from left to right.
    ///
    /// - Parameters:
    ///   - mask: The mask.
    ///   - minimumArea: Regions of fewer pixels are left out.
    ///   - maximumCount: Only so many of the largest are described.
    ///   - tolerance: How far, in pixels, the contour may lie from the true border.
    ///   - map: Scores, [height, width] of the mask, for `Region.peak` (traps when the count differs).
    /// - Returns: One description for each region.
    /// - Complexity: One pass over the mask, and the border of each region returned.
    public static func find(
        in mask: BinaryMask, minimumArea: Int = 1, maximumCount: Int = .max, tolerance: Double = 1, map: [Float]? = nil
    ) -> [Region] {
        precondition(map.map { $0.count == mask.pixels.count } ?? true, "a score map needs the size of its mask")
        let runs = RunMask(mask)
        guard let map else {
            return find(in: runs, minimumArea: minimumArea, maximumCount: maximumCount, tolerance: tolerance)
        }
        let peaks = runs.runs.map { peak(of: $0, in: map, width: mask.width) }
        return describe(
            runs, minimumArea: minimumArea, maximumCount: maximumCount, tolerance: tolerance, peaks: peaks
        ).map(\.region)
    }

    /// The same of a mask of runs, without a map.
    public static func find(
        in mask: RunMask, minimumArea: Int = 1, maximumCount: Int = .max, tolerance: Double = 1
    ) -> [Region] {
        describe(mask, minimumArea: minimumArea, maximumCount: maximumCount, tolerance: tolerance, peaks: nil)
            .map(\.region)
    }

    /// The same of a mask of runs, with the runs that each region consists of, in reading order.
    ///
    /// - Parameters:
    ///   - mask: The mask.
    ///   - minimumArea: Regions of fewer pixels are left out.
    ///   - tolerance: How far, in pixels, the contour may lie from the true border.
    ///   - peaks: Largest score in each of the mask's runs; nil where there is none (traps when the count differs).
    /// - Returns: One description and its runs for each region, in the order of `find`.
    public static func findWithRuns(
        in mask: RunMask, minimumArea: Int = 1, tolerance: Double = 1, peaks: [Float?]
    ) -> [(region: Region, runs: [PixelRun])] {
        precondition(peaks.count == mask.runs.count, "\(peaks.count) peaks for \(mask.runs.count) runs")
        return describe(mask, minimumArea: minimumArea, maximumCount: .max, tolerance: tolerance, peaks: peaks)
    }

    private static func describe(
        _ mask: RunMask, minimumArea: Int, maximumCount: Int, tolerance: Double, peaks: [Float?]?
    ) -> [(region: Region, runs: [PixelRun])] {
        let joined = MaskComponents(mask)
        var drafts: [Draft] = []
        for (index, component) in joined.components.enumerated() {
            let (run, peak) = (mask.runs[index], peaks?[index])
            // Components are numbered in the order of their first runs.
            if component == drafts.count { drafts.append(Draft(run, peak)) } else { drafts[component].add(run, peak) }
        }
        let chosen = drafts.filter { $0.area >= minimumArea }
            .sorted { ($1.area, $0.y, $0.left) < ($0.area, $1.y, $1.left) }
            .prefix(maximumCount)
        guard !chosen.isEmpty else { return [] }
        let pixels = MaskBits(mask)
        return chosen.map { draft in
            let border = BorderFollowing.outerBorder(of: pixels, from: draft.first)
            let region = Region(
                box: draft.box, areaPixels: draft.area, peak: draft.peak,
                contour: PolygonSimplification.simplify(border, tolerance: max(0, tolerance)))
            return (region, draft.runs)
        }
    }

    /// Area and extent of a region while its runs are gathered, in reading order.
    private struct Draft {
        let first: PixelPoint
        var runs: [PixelRun]
        var peak: Float?
        var area = 0
        var left: Int
        var right: Int
        var bottom: Int

        var y: Int { first.y }
        var box: PixelBox { PixelBox(x: left, y: y, width: right - left, height: bottom + 1 - y) }

        init(_ run: PixelRun, _ peak: Float?) {
            runs = [run]
            self.peak = peak
            first = PixelPoint(x: run.start, y: run.y)
            left = run.start
            right = run.end
            bottom = run.y
            area = run.end - run.start
        }

        mutating func add(_ run: PixelRun, _ other: Float?) {
            runs.append(run)
            if let other, other > peak ?? -.infinity { peak = other }
            area += run.end - run.start
            left = min(left, run.start)
            right = max(right, run.end)
            bottom = run.y
        }
    }

    /// Largest value of `map` in a run; NaN values are passed over.
    private static func peak(of run: PixelRun, in map: [Float], width: Int) -> Float? {
        var peak: Float?
        for position in run.y * width + run.start..<run.y * width + run.end where map[position] > peak ?? -.infinity {
            peak = map[position]
        }
        return peak
    }
}
