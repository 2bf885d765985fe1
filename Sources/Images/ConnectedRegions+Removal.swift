extension ConnectedRegions {
    /// A copy of a mask without its 8-connected regions of fewer than `minimumArea` pixels.
    ///
    /// - Complexity: Two passes over the mask.
    public static func removingSmall(from mask: BinaryMask, minimumArea: Int) -> BinaryMask {
        let runs = MaskRuns(of: mask)
        var areas = [Int](repeating: 0, count: runs.componentCount)
        for (run, component) in zip(runs.runs, runs.components) { areas[component] += run.end - run.start }
        guard areas.contains(where: { $0 < minimumArea }) else { return mask }
        var pixels = mask.pixels
        for (run, component) in zip(runs.runs, runs.components) where areas[component] < minimumArea {
            for x in run.start..<run.end { pixels[run.y * mask.width + x] = 0 }
        }
        return BinaryMask(width: mask.width, height: mask.height, pixels: pixels)
    }
}
