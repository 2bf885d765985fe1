import AnomalyDetection
import Images
import Tensors
import TestSupport
import Testing

@Suite("Defects in the pixels of the picture that was sent")
struct DefectFinderTests {
    /// An 8 × 8 map: "scratch" fills columns 1–2 of rows 1–4, "hole" the pixel (6, 6).
    private func maps(score: Float = 0.9) -> AnomalyMaps {
        let side = 8
        var planes = [[Float]](repeating: [Float](repeating: 0.02, count: side * side), count: 3)
        for row in 1...4 { for column in 1...2 { planes[1][row * side + column] = 0.9 - 0.1 * Float(column) } }
        planes[2][6 * side + 6] = 0.95
        for pixel in planes[0].indices { planes[0][pixel] = 1 - planes[1][pixel] - planes[2][pixel] }
        let anomaly = Tensor(shape: [side, side], planes[0].map { 1 - $0 })
        return AnomalyMaps(
            side: side, states: ["normal", "scratch", "hole"],
            multitype: Tensor(shape: [3, side, side], planes.flatMap(\.self)), anomaly: anomaly, reference: nil,
            final: anomaly, globalProbabilities: [0.1, 0.6, 0.3], imageScore: score)
    }

    @Test("one defect per type with boxes and areas, highest score first")
    func types() throws {
        let rules = DefectRules(threshold: 0.5, minimumAreaFraction: 0)
        let findings = try DefectFinder(rules: rules, mode: .multitype).findings(maps(), imageWidth: 8, imageHeight: 8)
        #expect(findings.verdict == .notOk)
        #expect(findings.defects.map(\.type) == ["hole", "scratch"])
        #expect(findings.defects[0].regions.map(\.box) == [PixelBox(x: 6, y: 6, width: 1, height: 1)])
        #expect(findings.defects[1].regions.map(\.box) == [PixelBox(x: 1, y: 1, width: 2, height: 4)])
        #expect(findings.defects[1].areaPixels == 8)
        #expect(findings.defects[1].areaFraction == 8.0 / 64)
        #expect(abs(findings.defects[1].score - 0.8) < 1e-6)
        #expect(findings.defects[1].mask.area == 8)
    }

    @Test("between the thresholds people are to decide, and are shown where to look")
    func review() throws {
        func findings(_ score: Float, _ faults: [PictureFault] = []) throws -> Findings {
            let rules = DefectRules(
                threshold: 0.5, reviewThreshold: 0.25, mapThreshold: 0.92, minimumAreaFraction: 0)
            return try DefectFinder(rules: rules, mode: .multitype).findings(
                maps(score: score), imageWidth: 8, imageHeight: 8, faults: faults)
        }
        let good = try findings(0.2499)
        #expect(good.verdict == .ok && good.faults.isEmpty && good.defects.isEmpty && good.isJudged)
        for score: Float in [0.25, 0.4999] {
            let unsure = try findings(score)
            #expect(unsure.verdict == .undecidable && unsure.isJudged && unsure.reviewThreshold == 0.25)
            #expect(unsure.faults.map(\.kind) == [.closeToThreshold])
            #expect(unsure.faults[0].detail.contains("\(score)") && unsure.faults[0].detail.contains("0.25"))
            // Half of the threshold's, as the score's own.
            #expect(unsure.mapThreshold == 0.46 && unsure.defects.map(\.type) == ["hole", "scratch"])
        }
        let bad = try findings(0.5)
        #expect(bad.verdict == .notOk && bad.mapThreshold == 0.92 && bad.defects.map(\.type) == ["hole"])
        // What the picture does not show, its score does not say.
        let dark = try findings(0.4, [PictureFault(.dark, "too dark")])
        #expect(dark.verdict == .undecidable && dark.faults.map(\.kind) == [.dark])
        #expect(!dark.isJudged && dark.defects.isEmpty && dark.mapThreshold == 0.92)
    }

    @Test("positions and areas scale with the picture, also when it is not square")
    func scaled() throws {
        let finder = DefectFinder(rules: DefectRules(threshold: 0.5, minimumAreaFraction: 0), mode: .multitype)
        let findings = try finder.findings(maps(), imageWidth: 320, imageHeight: 160)
        let scratch = try #require(findings.defects.first { $0.type == "scratch" })
        let box = try #require(scratch.regions.first).box
        #expect(abs(box.x - 40) <= 20 && abs(box.y - 20) <= 10)
        #expect(abs(box.width - 80) <= 30 && abs(box.height - 80) <= 15)
        #expect(scratch.mask.width == 320 && scratch.mask.height == 160)
        #expect(abs(scratch.areaFraction - 8.0 / 64) < 0.05)
    }

    @Test("each region names its likeliest types, its own first, by their mean probability", arguments: [8, 61, 320])
    func ranked(width: Int) throws {
        let finder = DefectFinder(rules: DefectRules(threshold: 0.5, minimumAreaFraction: 0), mode: .multitype)
        let maps = maps()
        let findings = try finder.findings(maps, imageWidth: width, imageHeight: 40)
        for defect in findings.defects {
            #expect(defect.rankedTypes.count == defect.regions.count)
            for (types, region) in zip(defect.rankedTypes, defect.regions) {
                #expect(types.map(\.type) == (defect.type == "hole" ? ["hole", "scratch"] : ["scratch", "hole"]))
                // The definition, pixel by pixel: here each type is one region.
                var sums = [Double](repeating: 0, count: 2)
                for y in 0..<40 {
                    for x in 0..<width where defect.mask.binary.pixels[y * width + x] != 0 {
                        for type in 0..<2 {
                            sums[type] += Double(
                                maps.multitype.values[(type + 1) * 64 + y * 8 / 40 * 8 + x * 8 / width])
                        }
                    }
                }
                let means = sums.map { $0 / Double(region.areaPixels) }.sorted(by: >)
                for (ranked, mean) in zip(types, means) { #expect(abs(Double(ranked.score) - mean) < 1e-5) }
            }
        }
    }

    /// The definition, pixel by pixel: the map resized, its pixels at the threshold or above, the likeliest type of each.
    private static func masks(_ maps: AnomalyMaps, width: Int, height: Int, threshold: Float) throws -> [BinaryMask] {
        let (side, types) = (maps.side, maps.states.count - 1)
        let map = try MapResize.bilinear(
            maps.final.values, width: side, height: side, toWidth: width, toHeight: height, corners: .edges)
        var masks = [[UInt8]](repeating: [UInt8](repeating: 0, count: width * height), count: types)
        for y in 0..<height {
            for x in 0..<width where map[y * width + x] >= threshold {
                let pixel = y * side / height * side + x * side / width
                let values = (1...types).map { maps.multitype.values[$0 * side * side + pixel] }
                let type = try #require(values.firstIndex(of: values.max() ?? 0))
                masks[type][y * width + x] = 1
            }
        }
        return masks.map { BinaryMask(width: width, height: height, pixels: $0) }
    }

    @Test(
        "equals the definition on random maps of many types",
        arguments: [(31, 17, 1), (64, 64, 2), (5, 90, 3), (8, 8, 4)])
    func definition(width: Int, height: Int, seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let (side, states) = (8, 5)
        let planes = (0..<states * side * side).map { _ in Float.random(in: 0...1, using: &generator) }
        let final = (0..<side * side).map { _ in Float.random(in: 0...1, using: &generator) }
        let maps = AnomalyMaps(
            side: side, states: (0..<states).map { "state\($0)" },
            multitype: Tensor(shape: [states, side, side], planes), anomaly: Tensor(shape: [side, side], final),
            reference: nil, final: Tensor(shape: [side, side], final),
            globalProbabilities: [Float](repeating: 0.2, count: states), imageScore: 1)
        let threshold: Float = 0.3
        let rules = DefectRules(threshold: threshold, minimumAreaFraction: 3.0 / Double(width * height))
        let findings = try DefectFinder(rules: rules, mode: .multitype).findings(
            maps, imageWidth: width, imageHeight: height)
        let shared = try DefectFinder(rules: rules, mode: .multitype, threads: ComputeThreads(count: 3)).findings(
            maps, imageWidth: width, imageHeight: height)
        #expect(shared.defects == findings.defects)
        let map = try MapResize.bilinear(
            final, width: side, height: side, toWidth: width, toHeight: height, corners: .edges)
        let masks = try Self.masks(maps, width: width, height: height, threshold: threshold)
        for (type, all) in masks.enumerated() {
            let mask = ConnectedRegions.removingSmall(from: all, minimumArea: 3)
            let defect = findings.defects.first { $0.type == "state\(type + 1)" }
            #expect((defect?.mask ?? RunMask(mask)).binary == mask)
            #expect((defect?.regions ?? []) == ConnectedRegions.find(in: mask, map: map))
            let scores = mask.pixels.indices.filter { mask.pixels[$0] != 0 }.map { pixel in
                planes[
                    (type + 1) * side * side + pixel / width * side / height * side + pixel % width * side / width]
            }
            #expect(defect?.score == scores.max())
        }
        #expect(!findings.defects.isEmpty)
    }

    @Test("binary mode gives one mask over all types")
    func binary() throws {
        let finder = DefectFinder(rules: DefectRules(threshold: 0.5, minimumAreaFraction: 0), mode: .binary)
        let findings = try finder.findings(maps(), imageWidth: 8, imageHeight: 8)
        #expect(findings.defects.map(\.type) == [Findings.binaryType])
        #expect(findings.defects[0].regions.count == 2)
        #expect(findings.defects[0].areaPixels == 9)
    }

    @Test("a score below the threshold is ok and lists nothing; at the threshold it is not ok")
    func verdict() throws {
        let finder = DefectFinder(rules: DefectRules(threshold: 0.5), mode: .multitype)
        let ok = try finder.findings(maps(score: 0.4999), imageWidth: 8, imageHeight: 8)
        #expect(ok.verdict == .ok && ok.defects.isEmpty)
        #expect(try finder.findings(maps(score: 0.5), imageWidth: 8, imageHeight: 8).verdict == .notOk)
    }

    @Test("regions below the minimum area vanish from list and mask")
    func minimumArea() throws {
        let rules = DefectRules(threshold: 0.5, minimumAreaFraction: 2.0 / 64)
        let findings = try DefectFinder(rules: rules, mode: .binary).findings(maps(), imageWidth: 8, imageHeight: 8)
        #expect(findings.defects[0].areaPixels == 8)
        #expect(findings.defects[0].mask.area == 8)
        #expect(findings.defects[0].score < 0.9)
    }

    @Test("refuses an empty picture")
    func emptyPicture() {
        let finder = DefectFinder(rules: DefectRules(), mode: .binary)
        #expect(throws: InspectionModelError.self) { try finder.findings(maps(), imageWidth: 0, imageHeight: 8) }
    }
}

@Suite("Include and ignore polygons")
struct ValidityMapTests {
    private let square = Polygon(points: [[0, 0], [40, 0], [40, 40], [0, 40]])

    @Test("ignored pixels are 0, in the picture's own coordinates")
    func ignore() throws {
        let map = try #require(
            ValidityMap.make(include: [], ignore: [square], imageWidth: 80, imageHeight: 160, side: 8))
        for y in 0..<8 { for x in 0..<8 { #expect(map[y * 8 + x] == (x < 4 && y < 2 ? 0 : 1)) } }
    }

    @Test("only included pixels count, and ignoring wins")
    func include() throws {
        let map = try #require(
            ValidityMap.make(
                include: [square], ignore: [Polygon(points: [[0, 0], [20, 0], [20, 80], [0, 80]])], imageWidth: 80,
                imageHeight: 80, side: 8))
        for y in 0..<8 { for x in 0..<8 { #expect(map[y * 8 + x] == (2..<4 ~= x && y < 4 ? 1 : 0)) } }
    }

    @Test("no polygons need no map; wild corners do no harm")
    func extremes() throws {
        #expect(ValidityMap.make(include: [], ignore: [], imageWidth: 8, imageHeight: 8, side: 8) == nil)
        let wild = Polygon(points: [[-1e300, -1e9], [1e300, -1e9], [1e300, 1e9], [-1e300, 1e9]])
        let map = try #require(ValidityMap.make(include: [], ignore: [wild], imageWidth: 8, imageHeight: 8, side: 4))
        #expect(map.allSatisfy { $0 == 0 })
    }

    @Test(
        "says what is wrong with a polygon",
        arguments: [[[0, 0], [1, 1]], [[0, 0], [1, 1], [2]], [[0, 0], [1, 1], [.nan, 2]]])
    func faults(points: [[Double]]) {
        #expect(Polygon(points: points).fault != nil)
        #expect(square.fault == nil)
    }
}
