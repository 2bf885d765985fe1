import Images
import Tensors
import Testing

@Suite("Resizing float maps")
struct MapResizeTests {
    @Test("gives PyTorch's values")
    func matchesPyTorch() throws {
        let lines = try Fixtures.text("map_resize.txt")
        try #require(lines.count == 36)
        for start in stride(from: 0, to: lines.count, by: 3) {
            let sizes = lines[start].split(separator: " ").compactMap { Int($0) }
            try #require(sizes.count == 4)
            let corners: MapResize.Corners = lines[start].hasSuffix("true") ? .centers : .edges
            let source = lines[start + 1].split(separator: " ").compactMap { Float($0) }
            let golden = lines[start + 2].split(separator: " ").compactMap { Float($0) }
            let result = try MapResize.bilinear(
                source, width: sizes[0], height: sizes[1], toWidth: sizes[2], toHeight: sizes[3], corners: corners)
            try #require(result.count == golden.count)
            // Same formula in the same precision: at most a few roundings apart.
            let worst = zip(result, golden).map { abs($0 - $1) }.max() ?? 0
            #expect(worst <= 1e-6, "case \(lines[start])")
        }
    }

    @Test("aligned centres keep the corner values")
    func corners() throws {
        let map: [Float] = [1, 2, 3, 4, 5, 6]
        let result = try MapResize.bilinear(map, width: 3, height: 2, toWidth: 518, toHeight: 37, corners: .centers)
        #expect([result[0], result[517], result[518 * 36], result[518 * 37 - 1]] == [1, 3, 4, 6])
    }

    @Test("the same size gives the same map", arguments: [MapResize.Corners.edges, .centers])
    func identity(corners: MapResize.Corners) throws {
        let map = (0..<35).map { Float($0).squareRoot() }
        #expect(try MapResize.bilinear(map, width: 7, height: 5, toWidth: 7, toHeight: 5, corners: corners) == map)
    }

    @Test("rows come with the stretches that reach a value, to the bit", arguments: [1, 15, 63, 64, 65, 128, 130, 517])
    func stretches(width: Int) throws {
        var random = SplitMix64(seed: UInt64(width))
        var map = (0..<11 * 9).map { _ in random.unit() }
        map[40] = .nan
        // A row in which nothing reaches the value, and one in which all does.
        for column in 0..<11 { (map[column], map[8 * 11 + column]) = (0, 1) }
        let height = 90
        let whole = try MapResize.bilinear(
            map, width: 11, height: 9, toWidth: width, toHeight: height, corners: .edges)
        for floor: Float in [0.5, 0.97, 0, -.infinity] {
            let rows = try ReachingRows(
                of: map, width: 11, height: 9, toWidth: width, toHeight: height, corners: .edges, reaching: floor)
            var found = [Bool](repeating: false, count: whole.count)
            var last = -1
            for band in [0..<31, 31..<32, 32..<height] {
                rows.forEach(in: band) { y, row, stretches in
                    #expect(y > last && band.contains(y) && row.count == width)
                    last = y
                    let expected = whole[y * width..<(y + 1) * width]
                    #expect(zip(row, expected).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN }, "row \(y)")
                    var end = -1
                    for stretch in stretches {
                        // Neither empty nor touching the one before.
                        #expect(stretch.lowerBound > end && !stretch.isEmpty)
                        end = stretch.upperBound
                        for x in stretch { found[y * width + x] = true }
                    }
                }
            }
            #expect(found == whole.map { $0 >= floor }, "\(floor)")
        }
    }

    @Test("a wrong count or size is an error", arguments: [(3, 2, 4), (0, 6, 4), (2, 2, 0)])
    func badArguments(width: Int, height: Int, target: Int) {
        let error = #expect(throws: ImageError.self) {
            try MapResize.bilinear(
                [1, 2, 3, 4], width: width, height: height, toWidth: target, toHeight: 4, corners: .edges)
        }
        #expect(error?.code == .invalidArgument)
    }
}
