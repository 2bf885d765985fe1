/// Grooves torn by something hard: a valley with raised lips that catch the light, and scraped, often brighter ground.
enum Scratch {
    static func paint(_ scene: inout Scene, _ random: inout Generator, _ severity: Float) -> Plane? {
        guard let spot = scene.spot(&random) else { return nil }
        let count = random.pick([1, 1, 1, 2, 3, 5])
        let heading = random.angle()
        let width = mix(1.0, 2.8, severity) * random.uniform(0.75, 1.25)
        let length = random.scale(22, 130)
        var ink = scene.ink(scene.picture, withDepth: true)
        for _ in 0..<count {
            let own = heading + random.normal(count > 2 ? 0.12 : 0.5)
            let start = spot + Point(random.normal(7), random.normal(7)) * (count > 1 ? 1 : 0) - .polar(own, length / 2)
            let points = Scene.wander(
                from: start, heading: own, length: length * random.uniform(0.6, 1.1),
                bend: random.chance(0.3) ? 1 : 0.25,
                jag: 0.015, steps: 14, &random)
            ink.line(points, width: width * random.uniform(0.7, 1.2)) { t in
                0.35 + 0.65 * sine(3.1416 * clamped(t + 0.1))
            }
        }
        guard var depth = ink.depth else { return nil }
        let area = ink.plane.bounds(above: 0).grown(3).intersection(scene.rect)
        let mask = ink.plane.cropped(to: area).masked(by: scene.part)
        depth = depth.cropped(to: area).masked(by: scene.part)

        let steepness = mix(0.12, 0.6, severity)
        let lips = mask.blurred(1).combined(mask) { max(0, $0 - 0.6 * $1) }
        scene.raise(depth, by: -width * steepness)
        scene.raise(lips, by: width * steepness * 0.8)
        let ground = scene.meanColor(under: mask)
        let color = scene.contrasting(ground, step: mix(0.1, 0.42, severity), &random)
        // The tool skips: the groove is not equally deep everywhere.
        let skips = scene.noise(.pink, in: scene.picture, scale: 0.5, &random)
        let dashes = mask.combined(skips) { $0 * clamped(0.8 + 0.3 * $1, 0.3, 1) }
        scene.tint(dashes, color, opacity: mix(0.6, 0.95, severity))
        scene.setGloss(mask, random.uniform(0, 0.9), amount: 0.6)
        return mask
    }
}
