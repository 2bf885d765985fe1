/// A bracket of bent sheet metal: flanges, bends, holes and slots; painted, plated or bare.
struct Bracket: ProductFamily {
    let name = "bracket"
    let nouns = ["bracket", "metal bracket", "sheet metal part", "mounting bracket"]
    let kind = ProductKind.object
    let defects: Set<DefectType> = [
        .scratch, .dent, .bent, .burr, .rust, .hole, .stain, .contamination, .color, .crack, .broken, .missing,
    ]

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        scene.drawBackdrop(&random)
        let frame = scene.posed(&random, turn: .infinity, zoom: 0.92...1.06)
        let material: Material
        switch random.integer(0...3) {
        case 0: material = Material(Color(random.uniform(0.008, 0.03)), gloss: random.uniform(0.1, 0.6))
        case 1: material = Material(Color(random.uniform(0.6, 0.85)), gloss: random.uniform(0.2, 0.6))
        default: material = Material.anyMetal(&random)
        }
        let arm = random.uniform(26, 40)
        let size = Point(random.uniform(84, 104), random.uniform(64, 100))
        let style = random.integer(0...3)
        let corners: [Point]
        switch style {
        case 0:  // L
            corners = [
                Point(-size.x, -size.y), Point(-size.x + 2 * arm, -size.y), Point(-size.x + 2 * arm, size.y - 2 * arm),
                Point(size.x, size.y - 2 * arm), Point(size.x, size.y), Point(-size.x, size.y),
            ]
        case 1:  // T
            corners = [
                Point(-size.x, -size.y), Point(size.x, -size.y), Point(size.x, -size.y + 2 * arm),
                Point(arm, -size.y + 2 * arm),
                Point(arm, size.y), Point(-arm, size.y), Point(-arm, -size.y + 2 * arm),
                Point(-size.x, -size.y + 2 * arm),
            ]
        case 2:  // strap with tapered end
            corners = [
                Point(-size.x, -arm), Point(size.x * 0.2, -arm * 1.3), Point(size.x, -arm * 0.6),
                Point(size.x, arm * 0.6),
                Point(size.x * 0.2, arm * 1.3), Point(-size.x, arm),
            ]
        default:  // U with ears
            corners = [
                Point(-size.x, -size.y * 0.5), Point(-size.x * 0.45, -size.y * 0.5),
                Point(-size.x * 0.45, -size.y * 0.9),
                Point(size.x * 0.45, -size.y * 0.9), Point(size.x * 0.45, -size.y * 0.5), Point(size.x, -size.y * 0.5),
                Point(size.x, size.y * 0.1), Point(size.x * 0.45, size.y * 0.1), Point(size.x * 0.45, size.y * 0.7),
                Point(-size.x * 0.45, size.y * 0.7), Point(-size.x * 0.45, size.y * 0.1), Point(-size.x, size.y * 0.1),
            ]
        }
        var outlines = [Outline.rounded(corners, radius: random.uniform(3, 14))]
        let bore = arm * random.uniform(0.2, 0.36)
        let places = Self.places(style, size, arm)
        for (index, place) in places.enumerated() {
            let hole =
                index % 2 == 1 && random.chance(0.4)
                ? Outline.slot(
                    from: place + Point(-bore * 0.8, 0), to: place + Point(bore * 0.8, 0), radius: bore * 0.75)
                : Outline.circle(center: place, bore)
            // Holes turn the other way round.
            outlines.append(hole.reversed())
            for step in 0..<4 {
                let angle = Float(step) * 1.570_796_4
                scene.addEdge(at: place + .polar(angle, bore), outward: .polar(angle + 3.141_592_7, 1), in: frame)
            }
        }
        let outer = scene.shape(outlines[0], in: frame)
        let holes = scene.shape(Array(outlines.dropFirst()), in: frame)
        let mask = scene.wholePicture(outer.combined(holes) { $0 * (1 - $1) }, outside: 0)
        let distance = scene.distances(mask, in: frame, limit: 5)
        scene.body(distance, material, in: frame, edge: random.uniform(0.8, 2), elevation: random.uniform(3, 10))

        // Bends: beyond the line the sheet slopes away or up.
        let bend = bendLine(style, size, arm, &random)
        let slope = random.sign() * random.uniform(0.12, 0.5)
        let width = random.uniform(3, 8)
        let c = cosine(bend.angle)
        let s = sine(bend.angle)
        let fold = scene.field(frame) { x, y in
            let d = c * x + s * y - bend.offset
            return d <= 0 ? 0 : d < width ? d * d / (2 * width) : d - width / 2
        }
        scene.raise(fold.masked(by: mask), by: slope)
        let line = scene.field(frame) { x, y in bell((c * x + s * y - bend.offset - width / 2) / width) }
        scene.shadow(line.masked(by: mask), random.uniform(0, 0.2))
        if random.chance(0.35) {
            // A stiffening bead.
            let a = Point(-size.x * 0.3, style == 2 ? 0 : size.y * 0.5 - arm)
            let bead = scene.field(frame) { x, y in
                let d = segmentDistance(x, y, a, Point(size.x * 0.2, a.y))
                return exponential(-d * d / 18)
            }
            scene.raise(bead.masked(by: mask), by: 2.5)
        }
        let grain = scene.noise(material.metal > 0 ? .brush : .grain, in: frame, &random)
        scene.modulate(grain, random.uniform(0.01, 0.08), where: mask)
        if material.metal == 0 { scene.raise(grain.masked(by: mask), by: random.uniform(0, 0.15)) }
    }

    private static func places(_ style: Int, _ size: Point, _ arm: Float) -> [Point] {
        switch style {
        case 0:
            [
                Point(-size.x + arm, -size.y + arm), Point(-size.x + arm, 0), Point(-size.x + arm, size.y - arm),
                Point(0, size.y - arm),
                Point(size.x - arm, size.y - arm),
            ]
        case 1:
            [
                Point(-size.x + arm, -size.y + arm), Point(0, -size.y + arm), Point(size.x - arm, -size.y + arm),
                Point(0, 0),
                Point(0, size.y - arm),
            ]
        case 2: [Point(-size.x + arm, 0), Point(0, 0), Point(size.x - arm * 0.9, 0)]
        default:
            [
                Point(-size.x * 0.74, -size.y * 0.2), Point(size.x * 0.74, -size.y * 0.2), Point(0, -size.y * 0.4),
                Point(0, size.y * 0.3),
            ]
        }
    }

    private func bendLine(_ style: Int, _ size: Point, _ arm: Float, _ random: inout Generator) -> (
        angle: Float, offset: Float
    ) {
        switch style {
        case 0: (angle: 0, offset: -size.x + 2 * arm + random.uniform(2, 12))
        case 1: (angle: 1.570_796_4, offset: -size.y + 2 * arm + random.uniform(2, 12))
        case 2: (angle: random.chance(0.5) ? 0 : 0.3, offset: random.uniform(0.15, 0.4) * size.x)
        default: (angle: 1.570_796_4, offset: size.y * 0.12)
        }
    }
}
