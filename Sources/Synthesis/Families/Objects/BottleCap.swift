/// A crown cap, a screw cap with a knurled skirt, or a jar lid from above, printed or embossed.
struct BottleCap: ProductFamily {
    let name = "bottle_cap"
    let nouns = ["bottle cap", "crown cap", "screw cap", "jar lid"]
    let kind = ProductKind.object
    let defects: Set<DefectType> = [
        .bent, .dent, .scratch, .printError, .color, .rust, .contamination, .stain, .broken, .burr, .crack, .liquid,
    ]

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        scene.drawBackdrop(&random)
        let frame = scene.posed(&random, turn: .infinity)
        let outer = random.uniform(84, 108)
        let style = random.integer(0...2)
        let base =
            random.chance(0.4)
            ? Material.anyMetal(&random) : Material(.any(&random, 0.1, 0.95), gloss: random.uniform(0.35, 0.9))
        switch style {
        case 0: crown(&scene, frame, outer, base, &random)
        case 1: screwCap(&scene, frame, outer, base, &random)
        default: lid(&scene, frame, outer, base, &random)
        }
        scene.modulate(scene.noise(.fine, in: frame, &random), random.uniform(0, 0.04), where: scene.part)
        if random.chance(0.8) { logo(&scene, frame, outer * (style == 0 ? 0.66 : 0.7), base, &random) }
    }

    private func crown(
        _ scene: inout Scene, _ frame: Frame, _ outer: Float, _ material: Material, _ random: inout Generator
    ) {
        let flutes = 21
        var outline: [Point] = []
        for flute in 0..<flutes {
            let angle = Float(flute) * 6.283_185_5 / Float(flutes)
            let step = 6.283_185_5 / Float(flutes)
            // Each flute may be bent outwards or flattened.
            let tip = scene.bendable([.polar(angle, outer * 0.8), .polar(angle, outer)], in: frame)
            let peak = tip[tip.count - 1]
            for k in -2...2 {
                let t = Float(k) / 2
                let base = Point.polar(angle + t * step / 2, outer * 0.915)
                let share = 1 - abs(t)
                outline.append(base * (1 - share) + (base + (peak - Point.polar(angle, outer * 0.915))) * share)
            }
        }
        let mask = scene.wholePicture(scene.shape(outline, in: frame), outside: 0)
        let distance = scene.distances(mask, in: frame, limit: 6)
        scene.body(distance, material, in: frame, edge: 2, elevation: 9)
        let skirt = scene.field(frame) { x, y in
            let r = length(x, y) / outer
            let wave = cosine(arcTangent(y, x) * Float(flutes))
            let t = smoothstep(0.76, 0.95, r)
            return -t * 9 + t * (1 - 0.3 * t) * wave * 3.4
        }
        scene.raise(skirt.masked(by: mask), by: 1)
        scene.raise(scene.field(frame) { x, y in -smoothstep(0.5, 0.79, length(x, y) / outer) }, by: 1.6)
    }

    private func screwCap(
        _ scene: inout Scene, _ frame: Frame, _ outer: Float, _ material: Material, _ random: inout Generator
    ) {
        let knurls = Float(random.integer(36...90))
        let depth = outer * random.uniform(0.012, 0.03)
        let distance = scene.field(frame) { x, y in
            length(x, y) - outer + depth - depth * cosine(arcTangent(y, x) * knurls)
        }
        scene.body(distance, material, in: frame, edge: 2, elevation: random.uniform(10, 18))
        let top = outer * random.uniform(0.86, 0.93)
        let fall = scene.field(frame) { x, y in
            let r = length(x, y)
            let t = smoothstep(top, outer, r)
            return -t * 7 + t * cosine(arcTangent(y, x) * knurls) * depth
        }
        scene.raise(fall.masked(by: scene.part), by: 1)
        let ring = outer * random.uniform(0.72, 0.82)
        let rings = scene.field(frame) { x, y in bell((length(x, y) - ring) / 1.8) }
        scene.raise(rings, by: random.sign() * 1.2)
        if random.chance(0.5) {
            // The injection point.
            scene.bore(at: Point(0, 0), radius: 2.6, in: frame, depth: 0.4, chamfer: 2)
        }
    }

    private func lid(
        _ scene: inout Scene, _ frame: Frame, _ outer: Float, _ material: Material, _ random: inout Generator
    ) {
        let distance = scene.field(frame) { x, y in length(x, y) - outer }
        scene.body(distance, material, in: frame, edge: random.uniform(4, 7), elevation: random.uniform(7, 14))
        // Pressed rings and the safety button.
        for _ in 0..<random.integer(1...3) {
            let at = outer * random.uniform(0.5, 0.92)
            let width = random.uniform(1.5, 5)
            let height = random.sign() * random.uniform(0.8, 2.4)
            scene.raise(
                scene.field(frame) { x, y in bell((length(x, y) - at) / width) }, by: height)
        }
        let button = outer * random.uniform(0.2, 0.34)
        scene.raise(
            scene.field(frame) { x, y in smoothstep(button + 3, button - 3, length(x, y)) }, by: random.sign() * 1.5)
        let lugs = Float(random.integer(4...6))
        scene.raise(
            scene.field(frame) { x, y in
                let r = length(x, y)
                guard r > outer * 0.9 else { return 0 }
                return smoothstep(0.9, 0.98, cosine(arcTangent(y, x) * lugs))
            }.masked(by: scene.part), by: -1.5)
    }

    private func logo(
        _ scene: inout Scene, _ frame: Frame, _ radius: Float, _ base: Material, _ random: inout Generator
    ) {
        let ink = base.color.luminance > 0.25 ? Color.any(&random, 0.03, 0.4) : Color.any(&random, 0.6, 0.95)
        let text = Lettering.mark(&random, longest: 7)
        let size = min(radius * 0.5, radius * 1.5 / Ink.textWidth(text, size: 1))
        let width = Ink.textWidth(text, size: size)
        let hasRing = random.chance(0.6)
        let motif = random.integer(0...3)
        scene.printed(in: frame, reachX: radius, reachY: radius, color: ink, &random) { ink, _ in
            ink.text(text, at: Point(-width / 2, -size / 2), size: size, weight: 0.2)
            if hasRing { ink.line(Outline.circle(radius * 0.95) + [Point(radius * 0.95, 0)], width: radius * 0.06) }
            switch motif {
            case 0:
                for k in 0..<5 { ink.disk(.polar(Float(k) * 0.4 + 0.77, radius * 0.74), radius * 0.06) }
            case 1:
                ink.polygon(
                    Outline.placed(
                        Outline.regular(sides: 3, apothem: radius * 0.12, phase: -1.57), at: Point(0, -size * 1.05)))
            case 2:
                ink.box(Point(0, size * 0.95), radius * 0.5, radius * 0.04)
                ink.box(Point(0, -size * 0.95), radius * 0.5, radius * 0.04)
            default: break
            }
        }
    }
}
