/// Sawn or planed wood: year rings cut lengthwise, fibres, pores, boards side by side, a grown knot now and then.
struct Wood: ProductFamily {
    let name = "wood"
    let nouns = ["wood", "wooden board", "plank", "wood panel", "veneer"]
    let kind = ProductKind.texture
    let defects = Set<DefectType>([
        .scratch, .hole, .stain, .color, .liquid, .crack, .contamination, .dent, .cut, .poke, .broken, .missing,
    ])

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        let frame = scene.spread(&random)
        let light = random.pick([
            Color(hex: 0xD8B383), Color(hex: 0xC69C6D), Color(hex: 0xE3C9A0), Color(hex: 0xA87B4F),
            Color(hex: 0x8A5A38),
            Color(hex: 0x6B4630), Color(hex: 0xB5A48E), Color(hex: 0x9A6A55),
        ]).varied(&random)
        let contrast = random.uniform(0.25, 0.75)
        scene.cover(Material(light, gloss: random.chance(0.4) ? random.uniform(0.3, 0.8) : random.uniform(0.02, 0.2)))

        let period = random.scale(5, 26)
        // Rings run along the trunk: they sway slowly along x, much faster across.
        var sway = scene.noise(.fiber, in: frame, scale: random.uniform(2.5, 5), &random)
        sway.combine(scene.noise(.cloud, in: frame, scale: 2.5, &random)) { $0 * 0.6 + $1 * 0.5 }
        let swayAmount = random.uniform(2, 11)
        let salt = random.salt()
        var piece = random.piece()
        let hasKnot = random.chance(0.2)
        let knot = Point(piece.uniform(-90, 90), piece.uniform(-90, 90))
        let knotSize = piece.uniform(7, 16)
        var rings = scene.field(frame) { x, y in
            guard hasKnot else { return y }
            let dx = (x - knot.x) / (knotSize * 2.4)
            let dy = (y - knot.y) / knotSize
            let pull = exponential(-dx * dx - dy * dy)
            return y + pull * 24 * (y > knot.y ? 1 : -1)
        }
        rings.combine(sway) { $0 + $1 * swayAmount }
        // Spring wood fades slowly into late wood, which ends at once.
        let tone = rings.map { r -> Float in
            let t = r / period
            let year = floored(t)
            let width = 0.65 + 0.3 * latticeValue(Int32(year), 7, salt)
            let within = (t - year) / width
            return within < 1 ? within * within : 1 - smoothstep(1, 1.12, within)
        }
        scene.scaleByTone(tone, Color(0.62, 0.48, 0.36), contrast)
        let fibres = scene.noise(.fiber, in: frame, scale: random.uniform(0.6, 1.3), &random)
        scene.modulate(fibres, random.uniform(0.04, 0.13))
        let pores = scene.noise(.brush, in: frame, scale: random.uniform(0.5, 0.9), &random)
        let poreLevel = random.uniform(1, 2)
        scene.multiply(pores.map { 1 - 0.5 * smoothstep(poreLevel, poreLevel + 0.8, $0) })
        scene.raise(fibres, by: random.uniform(0, 0.25))
        if hasKnot {
            let radius = scene.field(frame) { x, y in length((x - knot.x) / 1.4, y - knot.y) }
            scene.multiply(
                radius.map { r in
                    1 - 0.5 * smoothstep(knotSize * 0.9, knotSize * 0.3, r) * (0.75 + 0.25 * sine(r * 2.2))
                })
        }
        if random.chance(0.3) { joints(&scene, frame, &random) }
        scene.trimToSheet(&random, probability: 0.2, edge: 2)
    }

    private func joints(_ scene: inout Scene, _ frame: Frame, _ random: inout Generator) {
        let pitch = random.uniform(50, 110)
        let offset = random.uniform(0, pitch)
        let salt = random.salt()
        let boards = scene.field(frame) { _, y in latticeValue(Int32(floored((y + offset) / pitch)), 3, salt) }
        scene.multiply(boards.map { 0.8 + 0.4 * $0 })
        let seam = scene.field(frame) { _, y in smoothstep(1.3, 0.3, abs(wrapped(y + offset, pitch) - pitch / 2)) }
        scene.shadow(seam, 0.65)
        scene.raise(seam, by: -0.6)
    }
}

extension Scene {
    /// Multiplies the reflectance by a colour where a tone is 1, leaves it where it is 0.
    mutating func scaleByTone(_ tone: Plane, _ color: Color, _ amount: Float) {
        red.combine(tone) { $0 * (1 - $1 * amount * (1 - color.red)) }
        green.combine(tone) { $0 * (1 - $1 * amount * (1 - color.green)) }
        blue.combine(tone) { $0 * (1 - $1 * amount * (1 - color.blue)) }
    }
}
