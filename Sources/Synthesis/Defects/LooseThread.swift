/// A thread that does not belong: a curled end lying on the cloth, or a pulled one standing out of the weave.
enum LooseThread {
    static func paint(_ scene: inout Scene, _ random: inout Generator, _ severity: Float) -> Plane? {
        guard let spot = scene.spot(&random) else { return nil }
        let isCurled = random.chance(0.7)
        let length = random.scale(28, 120)
        let width = mix(1.2, 3.2, severity) * random.uniform(0.8, 1.2)
        let heading = random.angle()
        let start = spot - .polar(heading, length * 0.35)
        let points = Scene.wander(
            from: start, heading: heading, length: length, bend: isCurled ? 3.5 : 0.3, jag: isCurled ? 0.13 : 0.03,
            steps: 26, &random)
        var ink = scene.ink(scene.picture, withDepth: true)
        ink.line(points, width: width)
        if random.chance(0.4), let last = points.last {
            // A frayed end.
            for _ in 0..<4 {
                ink.line(
                    Scene.wander(
                        from: last, heading: random.angle(), length: random.uniform(4, 11), bend: 1, jag: 0.1, steps: 5,
                        &random), width: width * 0.4)
            }
        }
        let area = ink.plane.bounds(above: 0).grown(2).intersection(scene.rect)
        guard !area.isEmpty, let depth = ink.depth?.cropped(to: area).masked(by: scene.part) else { return nil }
        let mask = ink.plane.cropped(to: area).masked(by: scene.part)
        let ground = scene.meanColor(under: mask)
        scene.castShadow(of: mask, elevation: random.uniform(1.5, 4), strength: mix(0.3, 0.7, severity))
        scene.exposure.combine(mask) { $0 + (1 - $0) * $1 }
        let color =
            random.chance(0.55)
            ? scene.contrasting(ground, step: mix(0.12, 0.45, severity), &random) : Color.any(&random, 0.05, 0.97)
        scene.fill(mask, Material(color, gloss: 0.08))
        scene.height.combine(mask) { $0 * (1 - $1) }
        scene.raise(depth.map { (1 - (1 - $0) * (1 - $0)).squareRoot() }, by: width * 0.5)
        scene.modulate(scene.noise(.fine, in: scene.picture, &random), 0.12, where: mask)
        return mask
    }
}
