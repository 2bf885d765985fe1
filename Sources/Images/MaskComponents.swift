/// The runs of a mask joined into 8-connected components, by union–find over neighbouring rows.
///
/// Memory grows with the number of runs and not with the number of pixels.
package struct MaskComponents {
    /// In reading order.
    package let runs: [PixelRun]
    /// Component of each run: 0, 1, … in the reading order of their first runs.
    package private(set) var components: [Int]
    /// Number of components.
    package private(set) var componentCount = 0

    /// Joins the runs of a mask of bytes.
    package init(of mask: BinaryMask) { self.init(RunMask(mask)) }

    /// Joins the runs of a mask.
    package init(_ mask: RunMask) {
        runs = mask.runs
        var parents = Array(runs.indices)
        var above = 0..<0
        while above.upperBound < runs.count {
            let y = runs[above.upperBound].y
            var end = above.upperBound
            while end < runs.count, runs[end].y == y { end += 1 }
            let row = above.upperBound..<end
            if !above.isEmpty, runs[above.lowerBound].y == y - 1 {
                Self.join(row, to: above, runs: runs, parents: &parents)
            }
            above = row
        }
        // A root is the first run of its component, because unions keep the smaller index.
        components = [Int](repeating: 0, count: runs.count)
        for index in runs.indices {
            let root = Self.root(of: index, &parents)
            if root == index {
                components[index] = componentCount
                componentCount += 1
            } else {
                components[index] = components[root]
            }
        }
    }

    /// Joins the runs of a row with those of the row above that touch them, also by a corner.
    private static func join(_ row: Range<Int>, to above: Range<Int>, runs: [PixelRun], parents: inout [Int]) {
        var candidate = above.lowerBound
        for index in row {
            let run = runs[index]
            while candidate < above.upperBound, runs[candidate].end < run.start { candidate += 1 }
            var touching = candidate
            while touching < above.upperBound, runs[touching].start <= run.end {
                let first = root(of: touching, &parents)
                let second = root(of: index, &parents)
                parents[max(first, second)] = min(first, second)
                touching += 1
            }
        }
    }

    /// The root of a run, halving the path to it.
    private static func root(of index: Int, _ parents: inout [Int]) -> Int {
        var index = index
        while parents[index] != index {
            parents[index] = parents[parents[index]]
            index = parents[index]
        }
        return index
    }
}
