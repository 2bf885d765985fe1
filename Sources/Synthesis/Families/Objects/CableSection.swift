/// A cable cut across: sheath, filler, insulated cores and their strands.
struct CableSection: ProductFamily {
    let name = "cable_section"
    let nouns = ["cable", "cable cross section", "power cable", "wire"]
    let kind = ProductKind.object
    let defects: Set<DefectType> = [
        .missing, .misplaced, .bent, .cut, .poke, .scratch, .color, .contamination, .stain, .hole, .dent, .broken,
    ]

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        scene.drawBackdrop(&random)
        let frame = scene.posed(&random, turn: random.chance(0.5) ? 0.1 : .infinity, shift: 4)
        let outer = random.uniform(92, 114)
        let sheath = outer * random.uniform(0.1, 0.2)
        let cores = random.pick([3, 3, 3, 4, 5, 2, 7])
        let jacket = Material(
            random.chance(0.5) ? Color(random.uniform(0.01, 0.5)) : .any(&random, 0.1, 0.85),
            gloss: random.uniform(0.05, 0.4))
        let radius = scene.field(frame) { x, y in length(x, y) }
        // The sheath is never quite round.
        let oval = random.uniform(0, 0.02)
        let turn = random.angle()
        let shape = scene.field(frame) { x, y in
            length(x, y) * (1 + oval * cosine(2 * arcTangent(y, x) + turn)) - outer
        }
        scene.body(shape, jacket, in: frame, edge: 3, elevation: random.uniform(4, 12))
        scene.modulate(scene.noise(.fine, in: frame, &random), random.uniform(0.02, 0.09), where: scene.part)
        let hasScreen = random.chance(0.25)
        let inside = outer - sheath
        let filler = Material(Color(random.uniform(0.02, 0.75)).varied(&random), gloss: 0.05)
        let core = radius.map { coverage($0 - inside, frame.pixel) }
        scene.fill(core, filler)
        scene.shadow(core, 0.4)
        scene.modulate(scene.noise(.grain, in: frame, &random), random.uniform(0.05, 0.25), where: core)
        if hasScreen { screen(&scene, frame, radius: inside - 4, &random) }

        let room = hasScreen ? inside - 8 : inside
        let hasMiddle = cores == 7
        let ringCount = hasMiddle ? 6 : cores
        let s = sine(3.141_592_7 / Float(ringCount))
        let coreRadius = (cores == 2 ? room / 2 : room * s / (1 + s)) * random.uniform(0.92, 0.985)
        let ring = room - coreRadius
        let phase = random.angle()
        let strandStyle = Strands(
            layers: random.integer(2...3),
            metal: Material(
                Color(hex: random.pick([0xC97B42, 0xC97B42, 0xD9A05A, 0xC9CCCE])), gloss: random.uniform(0.4, 0.85),
                metal: 1),
            share: random.uniform(0.52, 0.68))
        let palette: [UInt32] = [0x2C5FA8, 0x6B4426, 0xA8AAA8, 0x2A2A2C, 0xC8C23A, 0xB5322E, 0xE3E0D6, 0x3C8A4A]
        let start = random.integer(0...7)
        for index in 0..<cores {
            let isMiddle = hasMiddle && index == 6
            let angle = phase + Float(index) * 6.283_185_5 / Float(ringCount)
            let at = isMiddle ? Point(0, 0) : Point.polar(angle, ring)
            let color = Color(hex: palette[(start + index) % palette.count]).varied(&random, by: 0.08)
            let isEarth = index == 0 && random.chance(0.4)
            let gloss = random.uniform(0.15, 0.45)
            scene.component(in: frame, at: at, angle: angle, reach: coreRadius, &random) { scene, place, own in
                wire(&scene, place, coreRadius, Material(color, gloss: gloss), isEarth: isEarth, strandStyle, &own)
            }
        }
        for step in 0..<8 {
            let angle = Float(step) * 0.785_398
            scene.addEdge(at: .polar(angle, inside), outward: .polar(angle + 3.141_592_7, 1), in: frame)
        }
    }

    private struct Strands: Sendable {
        let layers: Int
        let metal: Material
        let share: Float
    }

    private func screen(_ scene: inout Scene, _ frame: Frame, radius: Float, _ random: inout Generator) {
        let braid = Material(Color(hex: 0xC9A56A), gloss: 0.6, metal: 1)
        let count = Float(random.integer(50...80))
        let mask = scene.field(frame) { x, y in
            let r = length(x, y)
            guard abs(r - radius) < 4 else { return 0 }
            let t = abs(wrapped(arcTangent(y, x) * count / 6.283_185_5, 1) - 0.5)
            return coverage(max(abs(r - radius) - 2.4, (t - 0.4) * 8), 1)
        }
        scene.solid(mask, braid, in: frame, rim: .rounded(1.2), elevation: 1)
    }

    private func wire(
        _ scene: inout Scene, _ place: Frame, _ radius: Float, _ material: Material, isEarth: Bool, _ strands: Strands,
        _ random: inout Generator
    ) {
        let insulation = scene.disk(radius, material, in: place, rim: .rounded(2), elevation: 2)
        scene.include(insulation)
        if isEarth {
            let stripe = scene.field(place, reach: radius) { x, y in
                coverage(
                    max(
                        abs(wrapped(arcTangent(y, x), 3.141_592_7) - 1.57) * radius - radius * 0.8,
                        length(x, y) - radius), place.pixel)
            }
            scene.tint(stripe.masked(by: insulation), Color(hex: 0x2F8A3C), opacity: 0.9)
        }
        scene.modulate(scene.noise(.fine, in: place, &random, reach: radius + 2), 0.05, where: insulation)
        let conductor = radius * strands.share
        let hole = scene.field(place, reach: conductor + 2) { x, y in coverage(length(x, y) - conductor, place.pixel) }
        scene.recess(hole, depth: 0.7, rim: 3, in: place)
        scene.tint(hole, Color(0.03), opacity: 0.7)
        // Strands lie in rings around one in the middle: 1 + 6 + 12 + …
        let size = conductor / (2 * Float(strands.layers) + 1)
        for layer in 0...strands.layers {
            let count = max(1, layer * 6)
            let shift = random.angle()
            for index in 0..<count {
                let at =
                    Point.polar(shift + Float(index) * 6.283_185_5 / Float(count), Float(layer) * size * 2)
                    + Point(random.normal(size * 0.1), random.normal(size * 0.1))
                strand(&scene, place, at, size * random.uniform(0.88, 1.02), strands.metal, &random)
            }
        }
    }

    /// A strand's cut end; bent, it shows its side.
    private func strand(
        _ scene: inout Scene, _ place: Frame, _ at: Point, _ size: Float, _ metal: Material, _ random: inout Generator
    ) {
        let lean = Point.polar(random.angle(), size * 0.5)
        let outwards = at.length > 0.1 ? at * (1 / at.length) : Point(1, 0)
        let straight = [at - lean, at]
        let bent = scene.bendable([at, at + outwards * (size * 5)], in: place)
        // Upright strands are seen end on: only a bent one leaves its place.
        let points = bent.count == 2 ? straight : bent
        let tone = Material(metal.color * random.uniform(0.75, 1.1), gloss: metal.gloss, metal: 1)
        if bent.count > 2 { scene.tube(points, width: size * 1.9, tone, in: place, elevation: 4) }
        guard let tip = points.last else { return }
        scene.disk(
            size, at: tip, tone, in: place, rim: .dome(height: size * 0.7, radius: size),
            elevation: bent.count > 2 ? 3 : 0)
    }
}
