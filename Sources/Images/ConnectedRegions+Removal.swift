extension ConnectedRegions {
    /// A copy of a mask without its 8-connected regions of fewer than `minimumArea` pixels.
    ///
    /// - Complexity: Two passes over the mask.
    public static func removingSmall(from mask: BinaryMask, minimumArea: Int) -> BinaryMask {
        let joined = MaskComponents(of: mask)
        var areas = [Int](repeating: 0, count: joined.componentCount)
        for (run, component) in zip(joined.runs, joined.components) { areas[component] += run.end - run.start }
        guard areas.contains(where: { $0 < minimumArea }) else { return mask }
        let kept = zip(joined.runs, joined.components).filter { areas[$0.1] >= minimumArea }.map(\.0)
        return RunMask(width: mask.width, height: mask.height, runs: kept).binary
    }
}
