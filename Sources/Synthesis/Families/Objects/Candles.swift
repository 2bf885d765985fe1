/// A tray of tea lights: wax in metal cups, each with its wick.
struct Candles: ProductFamily {
    let name = "candles"
    let nouns = ["candle", "candles", "tea light", "wax candle"]
    let kind = ProductKind.object
    let defects: Set<DefectType> = [
        .missing, .misplaced, .bent, .contamination, .stain, .crack, .broken, .color, .dent, .hole, .scratch, .poke,
    ]

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        scene.drawBackdrop(&random)
        let frame = scene.posed(&random, turn: 0.1, zoom: 0.92...1.08, shift: 4)
        let rows = random.integer(2...3)
        let columns = random.integer(rows...3)
        let pitch = 210 / Float(max(rows, columns))
        let radius = pitch * random.uniform(0.4, 0.47)
        let wax = Material(
            random.chance(0.6) ? Color(random.uniform(0.65, 0.9)).varied(&random, by: 0.04) : .any(&random, 0.35, 0.95),
            gloss: random.uniform(0.25, 0.7))
        let cup = Material(Color(hex: 0xC9CBCE).varied(&random, by: 0.06), gloss: random.uniform(0.5, 0.9), metal: 1)
        let hasCup = random.chance(0.6)
        let wall = radius * random.uniform(0.05, 0.09)
        let dome = random.uniform(-0.08, 0.12)
        let wick = random.uniform(9, 16)
        let wickColor = Material(Color(hex: random.pick([0xE8E2D0, 0xD8C8A0, 0x3A2A20])), gloss: 0.05)
        let cavity = random.chance(0.4)
        scene.part = Plane(scene.rect)
        for row in 0..<rows {
            for column in 0..<columns {
                var piece = random.piece()
                let at = Point(
                    (Float(column) - Float(columns - 1) / 2) * pitch + piece.normal(1),
                    (Float(row) - Float(rows - 1) / 2) * pitch + piece.normal(1))
                scene.component(in: frame, at: at, angle: piece.angle(), reach: radius * 0.8, &random) {
                    scene, place, own in
                    if hasCup {
                        let rim = scene.disk(radius, cup, in: place, rim: .rounded(wall * 0.8), elevation: radius * 0.3)
                        scene.include(rim)
                        scene.recess(
                            scene.field(place, reach: radius) { x, y in
                                coverage(length(x, y) - radius + wall, place.pixel)
                            }, depth: 0.3, rim: 3, in: place)
                    }
                    let inner = hasCup ? radius - wall * 1.15 : radius
                    let mask = scene.disk(
                        inner, wax, in: place, rim: .rounded(hasCup ? 1 : 3), elevation: hasCup ? 0 : radius * 0.25)
                    scene.include(mask)
                    scene.raise(
                        scene.field(place, reach: inner) { x, y in
                            max(0, 1 - (x * x + y * y) / (inner * inner))
                        }, by: dome * inner)
                    if cavity {
                        scene.raise(
                            scene.field(place, reach: inner) { x, y in
                                -smoothstep(inner * 0.35, inner * 0.12, length(x, y))
                            }, by: 2.5)
                    }
                    scene.modulate(scene.noise(.cloud, in: place, &own, reach: inner), 0.03, where: mask)
                    let lean = Point.polar(own.piece().lean, wick * 0.75)
                    let points = scene.bendable([Point(0, 0), lean * 0.5, lean], in: place)
                    scene.tube(points, width: 3.4, wickColor, in: place, elevation: 5)
                }
            }
        }
    }
}

extension Generator {
    /// An angle, for one use.
    fileprivate var lean: Float {
        var own = self
        return own.angle()
    }
}
