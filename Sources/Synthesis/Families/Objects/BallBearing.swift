/// A ball bearing from above: two rings and the balls between them, open, with a cage, or sealed.
struct BallBearing: ProductFamily {
    let name = "ball_bearing"
    let nouns = ["ball bearing", "bearing", "roller bearing"]
    let kind = ProductKind.object
    let defects: Set<DefectType> = [
        .scratch, .dent, .rust, .burr, .stain, .contamination, .color, .broken, .missing, .misplaced, .liquid,
        .printError, .crack,
    ]

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        scene.drawBackdrop(&random)
        let frame = scene.posed(&random, turn: .infinity)
        let outer = random.uniform(84, 108)
        let bore = outer * random.uniform(0.3, 0.48)
        let wall = (outer - bore) * random.uniform(0.2, 0.28)
        let race = (outer: outer - wall, inner: bore + wall)
        let isSealed = random.chance(0.3)
        let steel = Material(Color(hex: 0xC6C8CB).varied(&random, by: 0.1), gloss: random.uniform(0.45, 0.95), metal: 1)
        let radius = scene.field(frame) { x, y in length(x, y) }

        scene.body(
            radius.map { max($0 - outer, bore - $0) }, steel, in: frame, edge: 0, elevation: random.uniform(6, 12))
        scene.modulate(scene.noise(.fine, in: frame, &random), random.uniform(0.01, 0.05), where: scene.part)
        let groove = radius.map { coverage(max($0 - race.outer, race.inner - $0), frame.pixel) }
        if isSealed {
            seal(&scene, groove, radius, in: frame, race, &random)
        } else {
            scene.recess(groove, depth: 0.95, rim: 8, in: frame)
            scene.tint(groove, Color(0.03), opacity: 0.6)
            balls(&scene, in: frame, race, &random)
        }
        // Rounded edges of both rings.
        let edges = [outer, race.outer, race.inner, bore]
        let width = random.uniform(1.5, 3.5)
        let rounding = radius.map { r in
            r > race.inner + 0.3 && r < race.outer - 0.3
                ? 0
                : -(1
                    - Scene.quarterCircle(
                        min(abs(r - edges[0]), abs(r - edges[1]), abs(r - edges[2]), abs(r - edges[3])) / width))
        }
        scene.raise(rounding.masked(by: scene.part), by: width * 0.8)
        for step in 0..<12 {
            let angle = Float(step) * 0.523_6
            scene.addEdge(at: .polar(angle, bore), outward: .polar(angle + 3.141_592_7, 1), in: frame)
        }
        if !isSealed && random.chance(0.5) || isSealed && random.chance(0.3) {
            ringText(&scene, in: frame, at: (outer + race.outer) / 2, size: wall * 0.42, &random)
        }
    }

    private func balls(
        _ scene: inout Scene, in frame: Frame, _ race: (outer: Float, inner: Float), _ random: inout Generator
    ) {
        let middle = (race.outer + race.inner) / 2
        let size = (race.outer - race.inner) / 2 * random.uniform(0.88, 1.0)
        let most = Int(6.283_185_5 * middle / (2 * size * 1.12))
        let count = max(5, most - random.integer(0...2))
        let phase = random.angle()
        let hasCage = random.chance(0.65)
        let cage =
            random.chance(0.5)
            ? Material(Color(hex: random.pick([0xC9A24E, 0xB9BBBE])), gloss: 0.5, metal: 1)
            : Material(Color(hex: random.pick([0x2B5A8C, 0x262626, 0xD9D2BC, 0x7A3A22])), gloss: 0.3)
        let steel = Material(Color(hex: 0xD5D7DA), gloss: random.uniform(0.75, 1), metal: 1)
        if hasCage {
            let half = size * random.uniform(0.3, 0.5)
            let ring = scene.field(frame) { x, y in coverage(abs(length(x, y) - middle) - half, frame.pixel) }
            scene.solid(ring, cage, in: frame, rim: .rounded(half * 0.6), elevation: 3)
        }
        for index in 0..<count {
            let angle = phase + Float(index) * 6.283_185_5 / Float(count)
            scene.component(in: frame, at: .polar(angle, middle), angle: angle, reach: size, &random) {
                scene, place, own in
                let soft = place.pixel
                let ball = scene.field(place, reach: size + 2) { x, y in coverage(length(x, y) - size, soft) }
                scene.solid(
                    ball, steel, in: place, rim: .dome(height: size * 0.85, radius: size), elevation: size * 0.4)
                scene.shadow(
                    scene.field(place, reach: size) { x, y in smoothstep(0.6, 1.05, length(x, y) / size) }.masked(
                        by: ball), 0.55)
                guard hasCage else { return }
                // The cage reaches over the ball on both sides.
                let pocket = scene.field(place, reach: size * 1.4) { x, y in
                    coverage(max(abs(x) - size * 0.36, abs(abs(y) - size * 1.02) - size * 0.22), soft)
                }
                scene.solid(pocket, cage, in: place, rim: .rounded(1.5), elevation: 2)
            }
        }
    }

    private func seal(
        _ scene: inout Scene, _ groove: Plane, _ radius: Plane, in frame: Frame, _ race: (outer: Float, inner: Float),
        _ random: inout Generator
    ) {
        let cover =
            random.chance(0.6)
            ? Material(
                Color(hex: random.pick([0x1E1E20, 0x8A2F22, 0x23405F])).varied(&random),
                gloss: random.uniform(0.15, 0.5))
            : Material(Color(hex: 0xB9BCC0), gloss: 0.6, metal: 1)
        scene.solid(groove, cover, in: frame, rim: .rounded(2), elevation: 0)
        scene.raise(groove, by: -1)
        let middle = (race.outer + race.inner) / 2
        let half = (race.outer - race.inner) / 2
        let beads = radius.map { r in
            let a = (r - middle - half * 0.62) / 2.2
            let b = (r - middle + half * 0.62) / 2.2
            return exponential(-a * a) + exponential(-b * b)
        }
        scene.raise(beads.masked(by: groove), by: random.uniform(0.8, 2))
        ringText(&scene, in: frame, at: middle, size: half * 0.42, &random)
    }

    /// A designation around the ring.
    private func ringText(
        _ scene: inout Scene, in frame: Frame, at distance: Float, size: Float, _ random: inout Generator
    ) {
        let text = random.pick(["6204-2RS", "6203 ZZ", "608 2Z", "6305 C3", "GERMANY", "7202B"])
        let color = random.chance(0.5) ? Color(0.02) : Color(0.75)
        let advance = size * 1.0
        let step = advance / distance
        let start = random.angle()
        let middle = start + step * Float(text.count) / 2
        let local = frame.placed(at: .polar(middle, distance), angle: middle + 1.570_796_4)
        let reach = advance * Float(text.count) * 0.6
        scene.printed(in: local, reachX: reach, reachY: reach, color: color, opacity: 0.75, &random) { ink, _ in
            for (index, character) in text.enumerated() {
                let angle = start + step * (Float(index) + 0.5)
                let corner = frame.placed(at: .polar(angle, distance), angle: angle + 1.570_796_4)
                    .convert(Point(-size * 0.35, -size / 2), to: local)
                ink.text(String(character), at: corner, size: size, weight: 0.16, angle: angle - middle)
            }
        }
    }
}
