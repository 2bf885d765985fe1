/// A slit by a blade: straight, pointed at both ends, dark inside, one lip lifted.
enum Cut {
    static func paint(_ scene: inout Scene, _ random: inout Generator, _ severity: Float) -> Plane? {
        let half = random.scale(9, 46)
        guard let spot = scene.spot(&random, inset: min(half, 8)) else { return nil }
        let width = mix(1.1, 4.2, severity) * random.uniform(0.8, 1.2)
        let curve = random.normal(0.0015)
        let frame = scene.picture.placed(at: spot, angle: random.angle())
        let ragged = scene.noise(.pink, in: frame, scale: 0.3, &random, reach: half + 8)
        var distance = scene.field(frame, reach: half + 8) { x, y in
            let along = clamped(1 - (x / half) * (x / half))
            return abs(y + curve * x * x) - width * along * 0.5 + (abs(x) > half ? abs(x) - half : 0)
        }
        distance.combine(ragged) { $0 + $1 * 0.18 * width * 0.5 }
        let soft = scene.picture.pixel
        let mask = distance.map { coverage($0, soft) }.masked(by: scene.part)
        let lip = distance.combined(scene.field(frame, reach: half + 8) { _, y in y }) { d, y in
            exponential(-(d - 1.3) * (d - 1.3) / 2) * (y > 0 ? 1 : 0.35)
        }.masked(by: scene.part)
        scene.raise(lip, by: mix(0.3, 1.3, severity))
        if random.chance(0.25), let behind = scene.behind {
            scene.reveal(mask, behind, brightness: random.uniform(0.3, 0.8))
        } else {
            scene.scale(mask, by: random.uniform(0.08, 0.35))
            scene.setGloss(mask, 0)
        }
        scene.level(mask, to: -1)
        scene.shadow(mask, mix(0.3, 0.75, severity))
        return mask.combined(lip) { max($0, $1 * 0.5) }
    }
}
