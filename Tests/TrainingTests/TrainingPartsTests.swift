import AnomalyDetection
import CLIP
import Datasets
import Images
import Tensors
import TestSupport
import Testing

@testable import Training

@Suite("Ground truth, mosaics and draws of a training")
struct TrainingPartsTests {
    private func truth(_ rows: [[UInt8]]) -> GroundTruth {
        GroundTruth(width: rows[0].count, height: rows.count, labels: rows.flatMap { $0 })
    }

    @Test("one type: bilinear area above one half, label everywhere in it")
    func coverage() throws {
        let rows: [[UInt8]] = (0..<8).map { y in (0..<8).map { x in y < 3 && x < 5 ? 2 : 0 } }
        let labels = try GroundTruthRule.coverage.labels(from: truth(rows), side: 4).expanded()
        let gray = GrayImage(width: 8, height: 8, pixels: rows.flatMap { $0.map { $0 == 0 ? 0 : 255 } })
        let expected = try Resampler.resize(gray, width: 4, height: 4, filter: .bilinear).pixels.map { $0 >= 128 }
        #expect(labels.labels == expected.map { $0 ? 2 : 0 })
        #expect(labels.foreground == expected.map { $0 ? 1 : 0 })
        #expect(expected.contains(true) && expected.contains(false))
    }

    @Test("nearest labels and bilinear marks disagree at borders, dilated marks reach furthest")
    func nearest() throws {
        let rows: [[UInt8]] = (0..<9).map { y in (0..<9).map { x in y == 4 && x > 1 ? 3 : 0 } }
        let near = try GroundTruthRule.nearest.labels(from: truth(rows), side: 3).expanded()
        let wide = try GroundTruthRule.nearestDilated.labels(from: truth(rows), side: 3).expanded()
        // Centres 1, 4, 7 of nine pixels.
        #expect(near.labels == [0, 0, 0, 0, 3, 3, 0, 0, 0])
        #expect(wide.labels == near.labels)
        #expect(near.foreground.allSatisfy { $0 == 0 })
        #expect(wide.foreground == [0, 0, 0, 1, 1, 1, 0, 0, 0])
    }

    @Test("two types in one picture keep their labels; the later covers the earlier")
    func severalTypes() throws {
        let rows: [[UInt8]] = (0..<4).map { y in [1, 1, 2, 2] }
        let labels = try GroundTruthRule.coverage.labels(from: truth(rows), side: 4)
        #expect(labels.expanded().labels == rows.flatMap { $0 })
        #expect(labels.expanded().foreground.allSatisfy { $0 == 1 })
    }

    @Test("labels survive their compression; equal labels have equal digests")
    func runs() {
        var generator = SeededGenerator(seed: 5)
        let labels = (0..<49).map { _ in UInt8.random(in: 0...2, using: &generator) }
        let marks = (0..<49).map { _ in UInt8.random(in: 0...1, using: &generator) }
        let compressed = PixelLabels(labels: labels, foreground: marks, side: 7)
        #expect(compressed.expanded().labels == labels)
        #expect(compressed.expanded().foreground == marks)
        #expect(compressed.maximum == labels.max().map(Int.init))
        var other = marks
        other[48] ^= 1
        #expect(compressed.digestInput != PixelLabels(labels: labels, foreground: other, side: 7).digestInput)
    }

    @Test("features kept on disk belong to one number format")
    func featureKeys() throws {
        let exact = try FeatureEncoder(clip: GoldenModel.tiny().model.clip, side: 56)
        #expect(try FeatureEncoder(clip: GoldenModel.tiny().model.clip, side: 56).key == exact.key)
        #expect(try FeatureEncoder(clip: GoldenModel.tiny().model.clip, side: 48).key != exact.key)
        guard let rounded = try? Arithmetic.resolve(engine: nil, precision: .bf16) else { return }
        #expect(try FeatureEncoder(clip: GoldenModel.tiny(rounded).model.clip, side: 56).key != exact.key)
    }

    @Test("a mosaic keeps every tile's own labels and pixels, row by row")
    func mosaic() throws {
        let tiles = (1...4).map { value in
            (
                picture: RGBImage(
                    width: 4, height: 3, fill: RGBColor(red: UInt8(value), green: UInt8(value), blue: UInt8(value))),
                truth: GroundTruth(width: 4, height: 3, labels: [UInt8](repeating: UInt8(value), count: 12))
            )
        }
        let joined = try Mosaic.join(tiles)
        #expect(joined.picture.width == 8 && joined.picture.height == 6)
        for y in 0..<6 {
            for x in 0..<8 {
                let value = UInt8(1 + y / 3 * 2 + x / 4)
                #expect(joined.picture[x, y].red == value)
                #expect(joined.truth.labels[y * 8 + x] == value)
            }
        }
    }

    @Test("a tile of another size takes the first one's")
    func mosaicSizes() throws {
        let large = (
            picture: RGBImage(width: 8, height: 6, fill: RGBColor(red: 9, green: 9, blue: 9)),
            truth: GroundTruth(width: 8, height: 6, labels: (0..<48).map { $0 % 8 < 4 ? 5 : 0 })
        )
        let small = (
            picture: RGBImage(width: 4, height: 3, fill: RGBColor(red: 1, green: 1, blue: 1)),
            truth: GroundTruth(width: 4, height: 3, labels: [UInt8](repeating: 0, count: 12))
        )
        let joined = try Mosaic.join([small, large, small, small])
        #expect(joined.picture.width == 8 && joined.picture.height == 6)
        #expect((0..<8).map { joined.truth.labels[$0] } == [0, 0, 0, 0, 5, 5, 0, 0])
    }

    @Test("tiles are drawn by content first, so a rare defect is as likely as a common one")
    func mosaicDraws() {
        let mosaic = Mosaic([(0, "")] + (1...9).map { ($0, "scratch") })
        var generator = SplitMix64(seed: 3, .mosaic)
        var normal = 0
        for _ in 0..<1000 { normal += mosaic.draw(&generator).count { $0 == 0 } }
        #expect((1850...2150).contains(normal))
    }

    @Test("every epoch has its own order, and another one than a purpose with the same counter")
    func sequences() {
        var seen: Set<[Int]> = []
        for epoch in 1...20 {
            for purpose in [SplitMix64.Purpose.order, .mosaic] {
                var generator = SplitMix64(seed: 1, purpose, epoch)
                seen.insert(generator.permutation(10))
            }
        }
        #expect(seen.count == 40)
    }

    @Test("a seed's sequence never changes: an interrupted run draws on what it drew before")
    func pinnedSequence() {
        let published: [UInt64] = [
            1_386_330_003_981_689_158, 379_970_984_341_426_081, 17_054_803_242_264_250_607,
        ]
        var generator = SplitMix64(seed: 42, .mosaic, 3, 17)
        #expect((0..<3).map { _ in generator.next() } == published)
    }

    @Test("axes have round numbers that cover the data")
    func ticks() {
        func labels(_ ticks: Ticks) -> [String] { ticks.values.map(ticks.label) }
        #expect(labels(Ticks([0.27, 0.96])) == ["0.2", "0.4", "0.6", "0.8", "1.0"])
        #expect(labels(Ticks([-0.61, 0.13])) == ["−0.8", "−0.6", "−0.4", "−0.2", "0.0", "0.2"])
        #expect(labels(Ticks([0, 1735])) == ["0", "500", "1000", "1500", "2000"])
        #expect(labels(Ticks([3, 3])).count >= 2)
        #expect(labels(Ticks(decadesOf: [1.6, 0.02])) == ["0.01", "0.1", "1", "10"])
        #expect(Ticks(decadesOf: [1.6, 0.02]).position(1) == 2.0 / 3)
        #expect(Ticks([0, 4]).position(1) == 0.25)
    }
}
