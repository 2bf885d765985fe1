import Images
import Testing

@Suite("Connected regions")
struct RegionTests {
    /// A mask from rows of text; `#` is marked.
    static func mask(_ rows: String...) -> BinaryMask {
        BinaryMask(
            width: rows[0].count, height: rows.count,
            pixels: rows.flatMap { $0.utf8.map { $0 == UInt8(ascii: "#") ? 1 : 0 } })
    }

    private func points(_ pairs: (Int, Int)...) -> [PixelPoint] { pairs.map { PixelPoint(x: $0.0, y: $0.1) } }

    @Test("an empty mask has no region and a full one has one")
    func emptyAndFull() {
        #expect(ConnectedRegions.find(in: Self.mask("....", "....")).isEmpty)
        let full = ConnectedRegions.find(in: Self.mask("####", "####", "####"))
        #expect(full.map(\.areaPixels) == [12])
        #expect(full.first?.box == PixelBox(x: 0, y: 0, width: 4, height: 3))
        #expect(full.first?.contour == points((0, 0), (0, 2), (3, 2), (3, 0)), "anticlockwise on screen")
    }

    @Test("pixels that touch by a corner belong together")
    func diagonalNeighbors() {
        #expect(ConnectedRegions.find(in: Self.mask("#...", ".#..", "..##")).map(\.areaPixels) == [4])
        #expect(ConnectedRegions.find(in: Self.mask("..#", ".#.", "#..")).map(\.areaPixels) == [3])
        #expect(ConnectedRegions.find(in: Self.mask("#.#", ".#.")).map(\.areaPixels) == [3])
        #expect(ConnectedRegions.find(in: Self.mask("#..#", ".#..")).map(\.areaPixels) == [2, 1])
    }

    @Test("parts that meet only further down are one region")
    func lateMeeting() {
        let regions = ConnectedRegions.find(in: Self.mask("#.#.#.#", "#.#.#.#", "###.###", "...#..."))
        #expect(regions.map(\.areaPixels) == [15])
    }

    @Test("regions come largest first, equals from top to bottom and left to right")
    func order() {
        let regions = ConnectedRegions.find(in: Self.mask("....#", "#....", "..##.", "#...."), maximumCount: 3)
        #expect(
            regions.map(\.box) == [
                PixelBox(x: 2, y: 2, width: 2, height: 1), PixelBox(x: 4, y: 0, width: 1, height: 1),
                PixelBox(x: 0, y: 1, width: 1, height: 1),
            ])
    }

    @Test("small regions are left out")
    func minimumArea() {
        let mask = Self.mask("##.#", "##..")
        #expect(ConnectedRegions.find(in: mask, minimumArea: 2).map(\.areaPixels) == [4])
        #expect(ConnectedRegions.find(in: mask, minimumArea: 5).isEmpty)
    }

    @Test("the contour of a pixel, a line and a ring")
    func simpleContours() {
        #expect(ConnectedRegions.find(in: Self.mask("..", ".#"))[0].contour == points((1, 1)))
        #expect(ConnectedRegions.find(in: Self.mask("####"))[0].contour == points((0, 0), (3, 0)))
        let ring = ConnectedRegions.find(in: Self.mask("#####", "#...#", "#...#", "#####"))
        #expect(ring[0].areaPixels == 14, "the hole does not count")
        #expect(ring[0].contour == points((0, 0), (0, 3), (4, 3), (4, 0)), "the hole has no border of its own")
    }

    @Test("the peak is the largest score inside the region, NaN passed over")
    func peaks() {
        let map: [Float] = [0.1, 0.9, .nan, 0.2, 5, 0.3, .nan, 0.4]
        let regions = ConnectedRegions.find(in: Self.mask("##.#", "...#"), map: map)
        #expect(regions.map(\.peak) == [0.9, 0.4])
        #expect(ConnectedRegions.find(in: Self.mask("..#.", "...."), map: map).map(\.peak) == [nil])
        #expect(ConnectedRegions.find(in: Self.mask("##.#", "...#")).allSatisfy { $0.peak == nil })
    }

    @Test("areas and boxes agree with a flood fill on random masks", arguments: 0..<40)
    func agreesWithFloodFill(seed: Int) {
        let mask = RandomMask.make(seed: UInt64(seed))
        let expected = FloodFill.regions(of: mask).sorted { ($1.count, $0.top, $0.left) < ($0.count, $1.top, $1.left) }
        let found = ConnectedRegions.find(in: mask)
        #expect(found.map(\.areaPixels) == expected.map(\.count))
        #expect(found.map(\.box) == expected.map(\.box))
        #expect(found.reduce(0) { $0 + $1.areaPixels } == mask.area)
    }

    @Test("the exact contour encloses the region and its holes, nothing else", arguments: 0..<40)
    func contourEnclosesRegion(seed: Int) throws {
        let mask = RandomMask.make(seed: UInt64(1_000 + seed))
        for part in FloodFill.regions(of: mask) {
            let alone = part.mask(width: mask.width, height: mask.height)
            let region = try #require(ConnectedRegions.find(in: alone, tolerance: 0).first)
            let filled = FloodFill.fillingHoles(of: alone)
            for y in 0..<mask.height {
                for x in 0..<mask.width {
                    let isInside = Polygon(region.contour).contains(PixelPoint(x: x, y: y))
                    #expect(isInside == (filled.pixels[y * mask.width + x] == 1), "seed \(seed) at (\(x), \(y))")
                }
            }
        }
    }

    @Test("a simplified contour stays within its tolerance and saves points", arguments: [0.75, 1.5, 4])
    func tolerance(tolerance: Double) throws {
        // A disc with a wavy border, longer than the arcs that are simplified on their own.
        let side = 900
        let pixels = (0..<side * side).map { position -> UInt8 in
            let (x, y) = (position % side - side / 2, position / side - side / 2)
            let wave = (x * x + y * y) / (side * side / 50) % 2 == 0 ? 20 : 0
            let radius = side * 2 / 5 + wave + (x * 7 + y * 3) % 5
            return x * x + y * y < radius * radius ? 1 : 0
        }
        let mask = BinaryMask(width: side, height: side, pixels: pixels)
        let exact = try #require(ConnectedRegions.find(in: mask, tolerance: 0).first).contour
        let simple = try #require(ConnectedRegions.find(in: mask, tolerance: tolerance).first).contour
        #expect(exact.count > 1_100)
        #expect(simple.count < exact.count * 3 / 5)
        let polygon = Polygon(simple)
        #expect(exact.allSatisfy { polygon.distance(to: $0) <= tolerance + 1e-9 })
    }
}
