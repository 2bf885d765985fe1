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
        findWithRuns(
            in: mask, minimumArea: minimumArea, maximumCount: maximumCount, tolerance: tolerance, map: map
        ).map(\.region)
    }

    /// The same regions with the pixels that each consists of, as runs in reading order.
    ///
    /// - Parameters:
    ///   - mask: The mask.
    ///   - minimumArea: Regions of fewer pixels are left out.
    ///   - maximumCount: Only so many of the largest are described.
    ///   - tolerance: How far, in pixels, the contour may lie from the true border.
    ///   - map: Scores, [height, width] of the mask, for `Region.peak` (traps when the count differs).
    /// - Returns: One description and its runs for each region, in the order of `find`.
    public static func findWithRuns(
        in mask: BinaryMask, minimumArea: Int = 1, maximumCount: Int = .max, tolerance: Double = 1, map: [Float]? = nil
    ) -> [(region: Region, runs: [PixelRun])] {
        precondition(map.map { $0.count == mask.pixels.count } ?? true, "a score map needs the size of its mask")
        let runs = MaskRuns(of: mask)
        var drafts = [Draft?](repeating: nil, count: runs.componentCount)
        for (run, component) in zip(runs.runs, runs.components) {
            if drafts[component] == nil {
                drafts[component] = Draft(run)
            } else {
                drafts[component]?.add(run)
            }
        }
        let chosen = drafts.enumerated().compactMap { index, draft in draft.map { (index: index, draft: $0) } }
            .filter { $0.draft.area >= minimumArea }
            .sorted { ($1.draft.area, $0.draft.y, $0.draft.left) < ($0.draft.area, $1.draft.y, $1.draft.left) }
            .prefix(maximumCount)
        let peaks = map.map { peakValues(in: $0, width: mask.width, runs: runs) }
        var pixels = [[PixelRun]](repeating: [], count: runs.componentCount)
        for (run, component) in zip(runs.runs, runs.components) { pixels[component].append(run) }
        return chosen.map { index, draft in
            let border = BorderFollowing.outerBorder(of: mask, from: draft.first)
            let region = Region(
                box: draft.box, areaPixels: draft.area, peak: peaks?[index],
                contour: PolygonSimplification.simplify(border, tolerance: max(0, tolerance)))
            return (region, pixels[index])
        }
    }

    /// Area and extent of a region while its runs are gathered, in reading order.
    private struct Draft {
        let first: PixelPoint
        var area = 0
        var left: Int
        var right: Int
        var bottom: Int

        var y: Int { first.y }
        var box: PixelBox { PixelBox(x: left, y: y, width: right - left, height: bottom + 1 - y) }

        init(_ run: PixelRun) {
            first = PixelPoint(x: run.start, y: run.y)
            left = run.start
            right = run.end
            bottom = run.y
            area = run.end - run.start
        }

        mutating func add(_ run: PixelRun) {
            area += run.end - run.start
            left = min(left, run.start)
            right = max(right, run.end)
            bottom = run.y
        }
    }

    /// Largest value of `map` in each component; NaN values are passed over.
    private static func peakValues(in map: [Float], width: Int, runs: MaskRuns) -> [Float?] {
        var peaks = [Float?](repeating: nil, count: runs.componentCount)
        for (run, component) in zip(runs.runs, runs.components) {
            for position in run.y * width + run.start..<run.y * width + run.end
            where map[position] > peaks[component] ?? -.infinity {
                peaks[component] = map[position]
            }
        }
        return peaks
    }
}
