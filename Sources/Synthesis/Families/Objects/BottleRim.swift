/// The mouth of a glass bottle or jar from above: rings of glass around a dark bore.
struct BottleRim: ProductFamily {
    let name = "bottle_rim"
    let nouns = ["bottle", "glass bottle", "bottle neck", "glass jar"]
    let kind = ProductKind.object
    let defects: Set<DefectType> = [
        .broken, .crack, .contamination, .scratch, .stain, .liquid, .hole, .poke,
    ]

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        if random.chance(0.55) {
            backlight(&scene, &random)
        } else {
            scene.drawBackdrop(&random)
        }
        let frame = scene.posed(&random, turn: .infinity, zoom: 0.95...1.08, shift: 4)
        let outer = random.uniform(88, 114)
        let lip = outer * random.uniform(0.58, 0.76)
        let bore = lip * random.uniform(0.62, 0.8)
        let tone = Color(
            hex: random.pick([0x4A2C10, 0x2E1A0A, 0x1F4A2A, 0x123220, 0x5E6E74, 0x8A979B, 0x1A2230, 0x6B4A1C])
        )
        .varied(&random)
        let glass = Material(tone, gloss: random.uniform(0.75, 1))
        let radius = scene.field(frame) { x, y in length(x, y) }
        let mask = scene.body(radius.map { $0 - outer }, glass, in: frame, edge: 5, elevation: random.uniform(4, 12))

        // The shoulder slopes down from the lip, the lip is a torus, the bore falls away.
        let middle = (lip + bore) / 2
        let half = (lip - bore) / 2
        let dome = outer * random.uniform(0.1, 0.35)
        let rise = half * random.uniform(0.6, 1.1)
        let form = radius.map { r -> Float in
            if r > lip { return -dome * smoothstep(lip, outer, r) }
            let t = (r - middle) / half
            return r > bore ? rise * max(0, 1 - t * t).squareRoot() : -(bore - r) * 0.35
        }
        scene.raise(form, by: 1)
        // Glass is dark where it is thick and one looks along the wall.
        let rings = (0..<random.integer(3...6)).map { _ in
            (
                at: outer * random.uniform(0.35, 0.99), width: random.uniform(1, 6), gain: random.uniform(-0.75, 1.6),
                order: Float(random.integer(0...3)), phase: random.angle()
            )
        }
        let angle = scene.field(frame) { x, y in arcTangent(y, x) }
        for ring in rings {
            let band = radius.combined(angle) { r, a in
                let t = (r - ring.at) / ring.width
                guard t * t < 9 else { return 1 }
                return 1 + ring.gain * exponential(-t * t) * (0.5 + 0.5 * cosine(a * ring.order + ring.phase))
            }
            scene.multiply(band.combined(mask) { 1 + ($0 - 1) * $1 })
        }
        // Highlights of the lamps run along the lip.
        let lamps = (0..<random.integer(1...3)).map { _ in (angle: random.angle(), spread: random.uniform(0.15, 1.1)) }
        let shineAt = middle + half * random.uniform(-0.4, 0.4)
        let shineWidth = half * random.uniform(0.08, 0.3)
        let shine = radius.combined(angle) { r, a in
            let t = (r - shineAt) / shineWidth
            guard t * t < 9 else { return 0 }
            var sum: Float = 0
            for lamp in lamps {
                let off = (wrapped(a - lamp.angle + 3.141_593, 6.283_185_5) - 3.141_593) / lamp.spread
                sum += exponential(-off * off)
            }
            return min(1, sum * exponential(-t * t))
        }
        scene.tint(shine, Color(0.95), opacity: random.uniform(0.4, 0.95))
        // Inside: the far ground of the bottle, darker, its bottom ring faintly seen.
        let inside = radius.map { coverage($0 - bore, 3) }
        scene.shadow(inside, random.uniform(0.45, 0.9))
        let ground = bore * random.uniform(0.45, 0.75)
        let groundRing = radius.map { r in bell((r - ground) / 2.5) }
        scene.tint(groundRing, tone.mixed(Color(0.8), 0.4), opacity: random.uniform(0.1, 0.6))
        if random.chance(0.35) {
            thread(&scene, frame, radius, angle, lip: lip, outer: outer, &random)
        }
        for step in 0..<16 {
            let at = Float(step) * 0.392_7
            scene.addEdge(at: .polar(at, lip), outward: .polar(at, 1), in: frame)
            scene.addEdge(at: .polar(at, bore), outward: .polar(at + 3.141_592_7, 1), in: frame)
        }
    }

    /// White or grey light from below, as bottle inspection uses.
    private func backlight(_ scene: inout Scene, _ random: inout Generator) {
        scene.cover(Material(Color(random.uniform(0.6, 0.95)), gloss: 0))
        scene.modulate(scene.noise(.cloud, in: scene.picture, &random), random.uniform(0, 0.03))
        scene.rememberBackdrop()
    }

    /// A screw thread below the lip shows as arcs that run out.
    private func thread(
        _ scene: inout Scene, _ frame: Frame, _ radius: Plane, _ angle: Plane, lip: Float, outer: Float,
        _ random: inout Generator
    ) {
        let pitch = (outer - lip) * random.uniform(0.35, 0.6)
        let phase = random.angle()
        let spiral = radius.combined(angle) { r, a in
            guard r > lip + 2, r < outer - 2 else { return 0 }
            let t = wrapped((r - lip) / pitch + (a + phase) / 6.283_185_5, 1)
            let d = (t - 0.5) * 4
            return exponential(-d * d)
        }
        scene.raise(spiral, by: pitch * 0.25)
    }
}
