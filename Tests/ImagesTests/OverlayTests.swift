import Images
import Testing

@Suite("Overlays")
struct OverlayTests {
    private let gray = RGBColor(red: 120, green: 120, blue: 120)

    private func picture(_ width: Int, _ height: Int) -> RGBImage { RGBImage(width: width, height: height, fill: gray) }

    private func rectangle(_ box: PixelBox, in image: RGBImage) -> BinaryMask {
        let pixels = (0..<image.width * image.height).map { position -> UInt8 in
            let (x, y) = (position % image.width, position / image.width)
            let isInside = x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height
            return isInside ? 1 : 0
        }
        return BinaryMask(width: image.width, height: image.height, pixels: pixels)
    }

    private var plain: OverlayStyle { OverlayStyle(showsBoxes: false, showsLegend: false) }

    @Test("nothing found and no title leave the picture as it was")
    func nothing() throws {
        let image = try Fixtures.PNM("resize/wide_rgb.ppm").rgb
        #expect(try Overlay.render(image: image, masks: []) == image)
        let empty = OverlayMask(
            name: "hole", mask: RunMask(rectangle(.init(x: 0, y: 0, width: 0, height: 0), in: image)))
        #expect(try Overlay.render(image: image, masks: [empty], style: plain) == image)
    }

    @Test("a defect is tinted inside, outlined at its border, and the rest is untouched")
    func tintAndBorder() throws {
        let image = picture(200, 150)
        let mask = rectangle(.init(x: 60, y: 50, width: 60, height: 40), in: image)
        let color = RGBColor(red: 255, green: 0, blue: 0)
        var style = plain
        style.tintOpacity = 0.5
        let result = try Overlay.render(
            image: image, masks: [OverlayMask(name: "scratch", mask: RunMask(mask), color: color)], style: style)
        #expect(result[90, 70] == RGBColor(red: 188, green: 60, blue: 60), "half colour, half picture")
        #expect(result[90, 50] == color && result[60, 70] == color && result[119, 70] == color)
        #expect(result[90, 44] == gray && result[10, 10] == gray)
    }

    @Test("boxes surround the region")
    func boxes() throws {
        let image = picture(200, 150)
        let mask = rectangle(.init(x: 60, y: 50, width: 60, height: 40), in: image)
        let color = RGBColor(red: 0, green: 255, blue: 0)
        var style = plain
        style.showsBoxes = true
        let result = try Overlay.render(
            image: image, masks: [OverlayMask(name: "dent", mask: RunMask(mask), color: color)], style: style)
        #expect(
            result[90, 46] == color && result[90, 93] == color && result[56, 70] == color && result[123, 70] == color)
    }

    @Test("defect types without a colour get different ones")
    func palette() throws {
        #expect(Set(Overlay.palette).count == Overlay.palette.count)
        let image = picture(200, 150)
        let masks = [30, 90, 150].map {
            OverlayMask(name: "type", mask: RunMask(rectangle(.init(x: $0, y: 60, width: 20, height: 20), in: image)))
        }
        let result = try Overlay.render(image: image, masks: masks, style: plain)
        #expect([30, 90, 150].map { result[$0, 70] } == Array(Overlay.palette.prefix(3)))
    }

    @Test("lines and legend grow with the picture", arguments: [(400, 300), (1_600, 1_200), (2_400, 1_800)])
    func scaling(width: Int, height: Int) throws {
        let image = picture(width, height)
        let mask = rectangle(
            .init(x: width / 2, y: height / 2, width: width / 4, height: height / 4), in: image)
        let layer = OverlayMask(name: "bent", mask: RunMask(mask), score: 0.5)
        let result = try Overlay.render(image: image, masks: [layer], title: "NOT OK")
        #expect(result.width == width && result.height == height)
        let changed = stride(from: 0, to: result.pixels.count, by: 3).count {
            result.pixels[$0] != 120 && mask.pixels[$0 / 3] == 0
        }
        // Legend, box and outer half of the border cover about the same share of the picture at every size.
        let share = Double(changed) / Double(width * height)
        #expect(share > 0.02 && share < 0.13, "share \(share)")
    }

    @Test("the legend avoids the corner with the defect")
    func legendPlace() throws {
        let image = picture(400, 300)
        let mask = rectangle(.init(x: 0, y: 0, width: 190, height: 120), in: image)
        let layer = OverlayMask(name: "hole", mask: RunMask(mask), score: 0.9)
        let style = OverlayStyle(tintOpacity: 0, showsBoxes: false)
        let result = try Overlay.render(image: image, masks: [layer], style: style)
        #expect(result[60, 20] == gray, "the defect stays visible")
        #expect(result[380, 12] != gray, "the panel is in the next corner")
    }

    @Test("a picture too small for a legend gets none, and a crowded legend is cut short")
    func legendRoom() throws {
        let tiny = picture(24, 16)
        #expect(try Overlay.render(image: tiny, masks: [], title: "NOT OK") == tiny)
        let image = picture(260, 90)
        let masks = (0..<40).map {
            OverlayMask(
                name: "a defect type with a very long name \($0)",
                mask: RunMask(width: 260, height: 90, runs: []), score: 0.5)
        }
        let result = try Overlay.render(image: image, masks: masks, title: "NOT OK")
        #expect(result != image)
        #expect((0..<260).allSatisfy { result[$0, 0] == gray && result[$0, 89] == gray }, "the panel keeps its margin")
        #expect((0..<90).allSatisfy { result[0, $0] == gray && result[259, $0] == gray })
    }

    @Test("every printable character has a shape of its own")
    func typeface() throws {
        let image = picture(150, 60)
        var seen: [RGBImage: Character] = [:]
        for code in 33...126 as ClosedRange<UInt8> {
            let character = Character(UnicodeScalar(code))
            let result = try Overlay.render(image: image, masks: [], title: "\(character)")
            #expect(seen[result] == nil, "\(character) looks like \(seen[result] ?? " ")")
            seen[result] = character
        }
        let unknown = try Overlay.render(image: image, masks: [], title: "ß")
        #expect(seen[unknown] == nil && unknown != image)
    }

    @Test("the heat map colours what is near or above the threshold and leaves the rest")
    func heat() throws {
        let image = picture(4, 1)
        let layer = OverlayHeatMap(map: [0, 0.1, 0.5, 1], scale: try HeatScale(threshold: 0.5))
        var style = plain
        style.heatOpacity = 1
        let result = try Overlay.render(image: image, heatMap: layer, masks: [], style: style)
        #expect(result[0, 0] == gray && result[1, 0] == gray)
        #expect(result[2, 0] == ColorMap.color(at: 0.5) && result[3, 0] == ColorMap.color(at: 1))
    }

    @Test("layers of another size are errors")
    func wrongSizes() throws {
        let image = picture(8, 8)
        let mask = OverlayMask(
            name: "x", mask: RunMask(BinaryMask(width: 4, height: 16, pixels: [UInt8](repeating: 1, count: 64))))
        #expect(throws: ImageError.self) { try Overlay.render(image: image, masks: [mask]) }
        let heat = OverlayHeatMap(map: [1], scale: try HeatScale(threshold: 0.5))
        #expect(throws: ImageError.self) { try Overlay.render(image: image, heatMap: heat, masks: []) }
    }
}
