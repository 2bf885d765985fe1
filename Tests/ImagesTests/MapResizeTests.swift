import Images
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

    @Test("a wrong count or size is an error", arguments: [(3, 2, 4), (0, 6, 4), (2, 2, 0)])
    func badArguments(width: Int, height: Int, target: Int) {
        let error = #expect(throws: ImageError.self) {
            try MapResize.bilinear(
                [1, 2, 3, 4], width: width, height: height, toWidth: target, toHeight: 4, corners: .edges)
        }
        #expect(error?.code == .invalidArgument)
    }
}
