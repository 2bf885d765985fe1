/// The marked pixels of a mask as horizontal runs, joined into 8-connected components.
///
/// Runs are found in one pass and joined by union–find over neighbouring rows, so memory grows with the number of runs
/// and not with the number of pixels.
package struct MaskRuns {
    /// In reading order.
    package private(set) var runs: [PixelRun] = []
    /// Component of each run: 0, 1, … in the reading order of their first runs.
    package private(set) var components: [Int] = []
    /// Number of components.
    package private(set) var componentCount = 0

    /// Scans a mask.
    package init(of mask: BinaryMask) {
        var parents: [Int] = []
        var previousRow = 0..<0
        for y in 0..<mask.height {
            let rowStart = runs.count
            Self.appendRuns(of: mask, row: y, to: &runs)
            parents.append(contentsOf: rowStart..<runs.count)
            Self.join(rowStart..<runs.count, to: previousRow, runs: runs, parents: &parents)
            previousRow = rowStart..<runs.count
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

    private static func appendRuns(of mask: BinaryMask, row y: Int, to runs: inout [PixelRun]) {
        mask.pixels.withUnsafeBytes { pixels in
            let end = (y + 1) * mask.width
            var position = y * mask.width
            while position < end {
                // Most of a mask is empty: eight zero bytes at a time.
                while position &+ 8 <= end, pixels.loadUnaligned(fromByteOffset: position, as: UInt64.self) == 0 {
                    position &+= 8
                }
                while position < end, pixels[position] == 0 { position &+= 1 }
                guard position < end else { break }
                let start = position
                while position < end, pixels[position] != 0 { position &+= 1 }
                runs.append(PixelRun(y: y, start: start - y * mask.width, end: position - y * mask.width))
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
