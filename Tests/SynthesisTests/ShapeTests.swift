import Testing

@testable import Synthesis

@Suite("Shapes")
struct ShapeTests {
    private let scene = { () -> Scene in
        var random = Generator(seed: 1)
        return Scene(side: 128, light: Light(&random))
    }()

    @Test("are covered by exactly their area, holes left out")
    func area() {
        // 256 units are 128 pixels, so four square units are one pixel.
        let ring = scene.shape(
            [Outline.circle(60), Outline.circle(center: Point(7, 3), 25).reversed()], in: scene.picture)
        #expect(abs(ring.sum - .pi * (60 * 60 - 25 * 25) / 4) < 12)
        let turned = scene.picture.placed(at: Point(3.3, -8.1), angle: 0.7)
        #expect(abs(scene.shape(Outline.rectangle(40, 13.5), in: turned).sum - 4 * 40 * 13.5 / 4) < 0.05)
        #expect(ring.values.allSatisfy { $0 >= 0 && $0 <= 1 })
    }

    @Test("are cut at the picture's border, and are empty beyond it")
    func border() {
        let half = scene.shape(Outline.rectangle(center: Point(-128, 0), 30, 20), in: scene.picture)
        #expect(abs(half.sum - 30 * 40 / 4) < 0.05)
        #expect(scene.shape(Outline.circle(center: Point(400, 400), 20), in: scene.picture).sum == 0)
        #expect(scene.shape([[Point]](), in: scene.picture).values.isEmpty)
    }

    @Test("have the distances of a direct search", arguments: [3, 7, 12] as [UInt64])
    func distances(seed: UInt64) {
        var random = Generator(seed: seed)
        let rect = PixelRect(x: 5, y: 9, width: 37, height: 23)
        var mask = Plane(rect)
        for index in mask.values.indices { mask.values[index] = random.chance(0.3) ? 1 : 0 }
        let limit: Float = 6
        let signed = DistanceField.signed(mask, limit: limit)
        for y in 0..<rect.height {
            for x in 0..<rect.width {
                let isInside = mask.values[y * rect.width + x] > 0.5
                var nearest = Float.infinity
                for v in 0..<rect.height {
                    for u in 0..<rect.width where (mask.values[v * rect.width + u] > 0.5) != isInside {
                        nearest = min(nearest, length(Float(u - x), Float(v - y)))
                    }
                }
                // Half a pixel lies between a center and the border.
                let expected = max(0.5, min(nearest, limit) - 0.5) * (isInside ? -1 : 1)
                #expect(abs(signed.values[y * rect.width + x] - expected) < 1e-3)
            }
        }
    }

    @Test("of a gear have as many tips as it has teeth")
    func gear() {
        let teeth = 17
        let outline = Outline.gear(teeth: teeth, root: 40, tip: 52, width: 0.5, lean: 0.2)
        #expect(outline.count == 8 * teeth)
        let isTip = outline.map { $0.length > 51.9 }
        let rises = isTip.indices.count { isTip[$0] && !isTip[($0 + isTip.count - 1) % isTip.count] }
        #expect(rises == teeth)
    }

    @Test("along a spine keep length and side")
    func spine() {
        let bent = [Point(-40, 0), Point(0, 0), Point(0, 40)]
        let place = scene.coordinates(along: bent, in: scene.picture, reach: 10)
        let pixel = scene.picture.pixel(Point(4, 20))
        let along = place.along[Int(pixel.x.rounded()), Int(pixel.y.rounded())]
        let across = place.across[Int(pixel.x.rounded()), Int(pixel.y.rounded())]
        #expect(abs(along - 60) < 1.5)
        // Downwards, the left hand points to larger x; that side is negative.
        #expect(abs(across + 4) < 1.5)
    }
}

@Suite("Parts of a product")
struct ComponentTests {
    /// Families with removable parts, by name.
    private static let names = FamilyRegistry.objects.map(\.name)

    private func scene(_ name: String, edits: [Edit]) throws -> Scene {
        let family = try #require(FamilyRegistry.family(named: name))
        var light = Generator(seed: 5)
        var scene = Scene(side: 64, light: Light(&light), edits: edits)
        var random = Generator(seed: 6)
        family.draw(&scene, &random)
        return scene
    }

    @Test("keep their numbers when one is missing, and nothing else changes its place", arguments: names)
    func numbering(name: String) throws {
        let whole = try scene(name, edits: [])
        guard !whole.components.isEmpty else { return }
        let without = try scene(name, edits: [.remove(component: whole.components.count / 2)])
        #expect(without.components.map(\.pixel) == whole.components.map(\.pixel))
        #expect(without.bendables.map(\.pixel) == whole.bendables.map(\.pixel))
        #expect(without.prints.map(\.reachX) == whole.prints.map(\.reachX))
    }
}
