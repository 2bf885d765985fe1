import Tensors
import TestSupport
import Testing

@testable import Images

@Suite("Maps with the picture's edges")
struct GuidedFilterTests {
    private static let threads = ComputeThreads(count: 2)

    private static func noise(_ count: Int, _ random: inout SeededGenerator) -> [Float] {
        (0..<count).map { _ in Float.random(in: 0..<1, using: &random) }
    }

    private static func picture(_ side: Int, _ random: inout SeededGenerator) -> RGBImage {
        RGBImage(
            width: side, height: side,
            pixels: (0..<side * side * 3).map { _ in UInt8.random(in: 0...255, using: &random) })
    }

    /// Mean over the part of a window that exists, as it is written.
    private static func mean(_ plane: [Double], side: Int, radius: Int, _ x: Int, _ y: Int) -> Double {
        let (rows, columns) = (
            max(0, y - radius)...min(side - 1, y + radius), max(0, x - radius)...min(side - 1, x + radius)
        )
        let sum = rows.reduce(0.0) { sum, row in columns.reduce(sum) { $0 + plane[row * side + $1] } }
        return sum / Double(rows.count * columns.count)
    }

    private static func means(_ plane: [Double], side: Int, radius: Int) -> [Double] {
        (0..<side * side).map { mean(plane, side: side, radius: radius, $0 % side, $0 / side) }
    }

    @Test(
        "box means are means, for windows smaller and larger than the plane", arguments: [1, 2, 7, 16, 37],
        [1, 2, 3, 5, 40])
    func boxMeans(side: Int, radius: Int) {
        var random = SeededGenerator(seed: UInt64(side * 100 + radius))
        let (source, factor) = (Self.noise(side * side, &random), Self.noise(side * side, &random))
        let box = BoxMean(side: side, radius: radius)
        func found(_ body: (UnsafeMutablePointer<Float>) -> Void) -> [Float] {
            var target = source
            target.withUnsafeMutableBufferPointer { if let target = $0.baseAddress { body(target) } }
            return target
        }
        func expect(_ found: [Float], _ plane: [Float], times count: (Int) -> Double = { _ in 1 }) {
            let expected = Self.means(plane.map(Double.init), side: side, radius: radius)
            for index in 0..<side * side {
                let turned = index % side * side + index / side
                #expect(abs(Double(found[turned]) / count(index) - expected[index]) < 2e-6)
            }
        }
        let memory = UnsafeMutablePointer<Float>.allocate(capacity: BoxMean.Workspace.size(side: side))
        defer { memory.deallocate() }
        let workspace = BoxMean.Workspace(memory, side: side)
        // In place.
        expect(found { box.fill($0, into: $0, workspace) }, source)
        expect(
            found { target in
                factor.withUnsafeBufferPointer { box.fill(target, times: $0.baseAddress, into: target, workspace) }
            },
            zip(source, factor).map { $0 * $1 })
        expect(found { box.fill($0, areSums: true, into: $0, workspace) }, source) { index in
            1 / Double(box.scales[index % side]) / Double(box.scales[index / side])
        }
        // Sums of whole numbers are exact.
        let whole = source.map { ($0 * 255).rounded() - 128 }
        let sums = found { target in
            whole.withUnsafeBufferPointer {
                if let whole = $0.baseAddress { box.fill(whole, times: whole, areSums: true, into: target, workspace) }
            }
        }
        let exact = Self.means(whole.map { Double($0 * $0) }, side: side, radius: radius)
        for index in 0..<side * side {
            let (x, y) = (index % side, index / side)
            func extent(_ at: Int) -> Int { min(side - 1, at + radius) - max(0, at - radius) + 1 }
            let sum = (exact[index] * Double(extent(x) * extent(y))).rounded()
            if sum < 0x1p24 { #expect(Double(sums[x * side + y]) == sum) }
        }
    }

    /// He, Sun and Tang 2013, equations 19 and 20, window by window, by Gaussian elimination; then half again the difference to
    /// the mean of means.
    private static func reference(_ picture: RGBImage, _ map: [Float], radius: Int) -> [Double] {
        let side = picture.width
        let colors = (0..<3).map { color in (0..<side * side).map { Double(picture.pixels[$0 * 3 + color]) / 255 } }
        let map = map.map(Double.init)
        var planes = [[Double]](repeating: [], count: 4)
        for pixel in 0..<side * side {
            func average(_ plane: [Double]) -> Double {
                mean(plane, side: side, radius: radius, pixel % side, pixel / side)
            }
            let means = colors.map(average)
            let level = average(map)
            var rows = (0..<3).map { i in
                (0..<3).map { j in
                    average(zip(colors[i], colors[j]).map { $0 * $1 }) - means[i] * means[j] + (i == j ? 1e-4 : 0)
                } + [average(zip(colors[i], map).map { $0 * $1 }) - means[i] * level]
            }
            for i in 0..<3 {
                for j in 0..<3 where j != i {
                    let factor = rows[j][i] / rows[i][i]
                    for k in 0..<4 { rows[j][k] -= factor * rows[i][k] }
                }
            }
            let slopes = (0..<3).map { rows[$0][3] / rows[$0][$0] }
            for color in 0..<3 { planes[color].append(slopes[color]) }
            planes[3].append(level - zip(slopes, means).reduce(0) { $0 + $1.0 * $1.1 })
        }
        let averaged = planes.map { means($0, side: side, radius: radius) }
        let surroundings = means(means(map, side: side, radius: radius), side: side, radius: radius)
        let (lowest, highest) = (map.min() ?? 0, map.max() ?? 0)
        return (0..<side * side).map { pixel in
            let filtered = (0..<3).reduce(averaged[3][pixel]) { $0 + averaged[$1][pixel] * colors[$1][pixel] }
            return min(max(filtered + 0.5 * (filtered - surroundings[pixel]), lowest), highest)
        }
    }

    @Test("follow the published equations", arguments: [(9, 1), (12, 2), (7, 9)])
    func equations(side: Int, radius: Int) {
        var random = SeededGenerator(seed: 3)
        let picture = Self.picture(side, &random)
        let planes = (0..<3).map { _ in Self.noise(side * side, &random) }
        let filter = GuidedFilter(picture, radius: radius, threads: Self.threads)
        let found = filter.filtered(Tensor(shape: [3, side, side], planes.flatMap { $0 }), threads: Self.threads)
        for (index, plane) in planes.enumerated() {
            let expected = Self.reference(picture, plane, radius: radius)
            let values = found.rows(index..<index + 1).values
            let worst = zip(values, expected).map { abs(Double($0) - $1) }.max() ?? 1
            #expect(worst < 2e-4, "\(worst)")
        }
    }

    @Test("a coarse map takes on the outline of what it covers, and keeps its range")
    func outline() {
        // A dark disc on a light ground; its map as patches of 8 pixels show it.
        let side = 64
        func isInside(_ x: Int, _ y: Int) -> Bool { (x - 30) * (x - 30) + (y - 34) * (y - 34) < 13 * 13 }
        let truth = (0..<side * side).map { isInside($0 % side, $0 / side) }
        let picture = RGBImage(
            width: side, height: side, pixels: truth.flatMap { $0 ? [40, 30, 20] as [UInt8] : [180, 190, 200] })
        var grid = [Float](repeating: 0, count: 64)
        for pixel in truth.indices where truth[pixel] {
            grid[pixel / side / 8 * 8 + pixel % side / 8] += 1.0 / 64
        }
        let coarse = (0..<side * side).map { grid[$0 / side / 8 * 8 + $0 % side / 8] }
        let filter = GuidedFilter(picture, radius: 8, threads: Self.threads)
        let fine = filter.filtered(Tensor(shape: [1, side, side], coarse), threads: Self.threads).values
        func wrong(_ map: [Float]) -> Int { zip(map, truth).count { ($0 >= 0.5) != $1 } }
        #expect(wrong(coarse) > 60 && wrong(fine) < wrong(coarse) / 4, "\(wrong(coarse)) and \(wrong(fine))")
        #expect(fine.allSatisfy { (0...1).contains($0) })
    }

    @Test("a thin line that patches blur is raised, its surroundings are lowered")
    func contrast() {
        let side = 64
        func isLine(_ x: Int) -> Bool { (30..<33).contains(x) }
        let picture = RGBImage(
            width: side, height: side,
            pixels: (0..<side * side).flatMap { isLine($0 % side) ? [60, 60, 60] as [UInt8] : [190, 190, 190] })
        // What a column of patches that lies over the line says.
        let coarse = (0..<side * side).map { (24..<40).contains($0 % side) ? Float(0.4) : 0 }
        let filter = GuidedFilter(picture, radius: 8, threads: Self.threads)
        let map = filter.filtered(Tensor(shape: [1, side, side], coarse), threads: Self.threads).values
        let row = map[32 * side..<33 * side].map(\.self)
        #expect(row.allSatisfy { (0...0.4).contains($0) })
        let beside = row.indices.filter { !isLine($0) }.map { row[$0] }.max() ?? 1
        #expect(row[30...32].allSatisfy { $0 > 0.39 } && beside < 0.27, "\(row)")
    }

    @Test("of a picture without edges are only smoothed")
    func flat() {
        var random = SeededGenerator(seed: 5)
        let map = Self.noise(100, &random)
        let filter = GuidedFilter(
            RGBImage(width: 10, height: 10, fill: RGBColor(red: 128, green: 128, blue: 128)), radius: 2,
            threads: Self.threads)
        let found = filter.filtered(Tensor(shape: [1, 10, 10], map), threads: Self.threads).values
        let once = Self.means(map.map(Double.init), side: 10, radius: 2)
        for (found, expected) in zip(found, Self.means(once, side: 10, radius: 2)) {
            #expect(abs(Double(found) - expected) < 1e-4)
        }
    }
}
