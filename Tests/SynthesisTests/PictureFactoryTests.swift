import Images
import Synthesis
import Testing

@Suite("Picture factory")
struct PictureFactoryTests {
    private let factory = PictureFactory(seed: 11, side: 96)

    @Test("gives the same bits for the same order, whatever was made before")
    func repeats() throws {
        for family in FamilyDescription.all.prefix(6) {
            let order = PictureFactory.Order(
                family: family.name, design: 3, piece: 5, defects: Array(family.defects.prefix(2)), severity: .obvious)
            let first = try #require(factory.picture(order))
            _ = factory.picture(.init(family: family.name, design: 4, piece: 5))
            let second = try #require(PictureFactory(seed: 11, side: 96).picture(order))
            #expect(first.image == second.image)
            #expect(first.defects == second.defects)
        }
    }

    @Test("gives the same bits from several threads at once")
    func repeatsOnThreads() async throws {
        let feed = TrainingFeed(seed: 4, side: 64, families: FamilyDescription.all)
        let indices = Array(UInt64(0)..<24)
        let alone = indices.map { feed.picture($0)?.image }
        let together = await withTaskGroup(of: (UInt64, RGBImage?).self) { group in
            for index in indices.reversed() { group.addTask { (index, feed.picture(index)?.image) } }
            var images = [RGBImage?](repeating: nil, count: indices.count)
            for await (index, image) in group { images[Int(index)] = image }
            return images
        }
        #expect(alone == together)
    }

    @Test("changes with seed, design and piece")
    func varies() throws {
        let order = PictureFactory.Order(family: "washer", design: 1, piece: 1)
        let base = try #require(factory.picture(order)).image
        var other = order
        other.piece = 2
        #expect(try #require(factory.picture(other)).image != base)
        other = order
        other.design = 2
        #expect(try #require(factory.picture(other)).image != base)
        #expect(try #require(PictureFactory(seed: 12, side: 96).picture(order)).image != base)
    }

    @Test("knows no family of a wrong name")
    func unknownFamily() { #expect(factory.picture(.init(family: "unicorn", design: 0, piece: 0)) == nil) }

    @Test(
        "paints every defect a family lists, visibly and in a plausible size",
        arguments: FamilyDescription.all.map(\.name))
    func everyDefect(name: String) throws {
        let family = try #require(FamilyDescription.all.first { $0.name == name })
        let sheet = PictureFactory(seed: 2, side: 96)
        for type in family.defects {
            var isSeen = false
            for design in 0..<24 {
                let order = PictureFactory.Order(
                    family: family.name, design: UInt64(design), piece: 1, defects: [type], severity: .obvious)
                let damaged = try #require(sheet.picture(order))
                guard let defect = damaged.defects.first else { continue }
                isSeen = true
                #expect(defect.type == type)
                #expect(defect.mask.area >= 2)
                // A defect is local; a whole print or a bent rim is the most there can be.
                #expect(defect.mask.area < 96 * 96 / 2, "\(family.name) \(type) covers \(defect.mask.area)")
                let perfect = try #require(
                    sheet.picture(.init(family: family.name, design: UInt64(design), piece: 1)))
                #expect(changed(damaged.image, perfect.image, defect.mask) > 2)
                break
            }
            #expect(isSeen, "\(family.name) never shows \(type)")
        }
    }

    /// Mean absolute difference over a mask, 0…255.
    private func changed(_ a: RGBImage, _ b: RGBImage, _ mask: BinaryMask) -> Double {
        var sum = 0
        for index in mask.pixels.indices where mask.pixels[index] != 0 {
            for channel in 0..<3 { sum += abs(Int(a.pixels[3 * index + channel]) - Int(b.pixels[3 * index + channel])) }
        }
        return Double(sum) / Double(3 * max(1, mask.area))
    }
}
