/// Foreign matter lying on the product: grains, flakes, fibres, powder, each with its own shadow.
enum Contamination {
    static func paint(_ scene: inout Scene, _ random: inout Generator, _ severity: Float) -> Plane? {
        guard let spot = scene.spot(&random) else { return nil }
        let spread = random.scale(3, 24)
        var ink = scene.ink(scene.picture.placed(at: spot), reach: spread * 3.5 + 34, withDepth: true)
        let count = random.chance(0.25) ? random.integer(1...2) : Int(mix(5, 30, severity) * random.uniform(0.6, 1.3))
        let scale: Float = count < 3 ? 2.6 : 1
        for _ in 0..<count {
            let center = Point(random.normal(spread), random.normal(spread)) * (count < 3 ? 0.3 : 1)
            let size = random.scale(0.7, mix(1.8, 3.6, severity)) * scale
            var corners: [Point] = []
            let turn = random.angle()
            let points = random.integer(5...8)
            for corner in 0..<points {
                let angle = turn + 6.2832 * (Float(corner) + random.uniform(-0.3, 0.3)) / Float(points)
                corners.append(center + .polar(angle, size * random.uniform(0.5, 1.2)))
            }
            ink.polygon(corners)
        }
        if random.chance(0.3) {
            for _ in 0..<random.integer(1...3) {
                let fibre = Scene.wander(
                    from: Point(random.normal(spread), random.normal(spread)) * 0.4, heading: random.angle(),
                    length: random.uniform(12, 46), bend: 3, jag: 0.2, steps: 16, &random)
                ink.line(fibre, width: random.uniform(0.8, 1.7))
            }
        }
        let whole = ink.plane
        let mask = whole.masked(by: scene.part)
        let ground = scene.meanColor(under: mask)
        scene.castShadow(of: mask, elevation: random.uniform(1.5, 4), strength: random.uniform(0.3, 0.7))
        scene.exposure.combine(mask) { $0 + (1 - $0) * $1 }
        let color =
            random.chance(0.6)
            ? scene.contrasting(ground, step: mix(0.2, 0.55, severity), &random) : Color.any(&random, 0.05, 0.95)
        let metal: Float = random.chance(0.2) ? 1 : 0
        scene.fill(mask, Material(color, gloss: random.uniform(0, 0.8), metal: metal), opacity: mix(0.8, 1, severity))
        let grain = scene.noise(.fine, in: scene.picture, &random)
        scene.modulate(grain, 0.18, where: mask)
        scene.height.combine(mask) { $0 * (1 - $1) }
        scene.raise(mask.blurred(1), by: random.uniform(0.5, 1.6))
        return mask
    }
}
