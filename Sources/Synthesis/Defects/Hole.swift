/// An opening: darkness or the backdrop below, the wall on the lamp's side in its own shadow, a torn or burst rim.
enum Hole {
    static func paint(_ scene: inout Scene, _ random: inout Generator, _ severity: Float) -> Plane? {
        let size = mix(3.2, 15, severity) * random.uniform(0.8, 1.2)
        guard let spot = scene.spot(&random, inset: size * 1.1) else { return nil }
        let distance = scene.patch(
            at: spot, size: size, roughness: random.uniform(0.03, 0.2), stretch: random.uniform(0.75, 1.6), &random)
        let soft = scene.picture.pixel * 1.2
        let mask = distance.map { coverage($0, soft) }.masked(by: scene.part)
        let rim = distance.map { d in exponential(-(d - 1.2) * (d - 1.2) / 3) }.masked(by: scene.part)
        scene.raise(rim, by: random.uniform(-0.6, 1.4) * min(2, size / 6))
        let showsBackdrop = random.chance(0.35)
        if showsBackdrop, let behind = scene.behind {
            scene.reveal(mask, behind, brightness: random.uniform(0.25, 0.8))
        } else {
            scene.fill(mask, Material(Color(power(random.uniform(0.02, 0.3), 2.2)).varied(&random), gloss: 0))
        }
        scene.level(mask)
        // Light falls in at a slant: the wall towards the lamp shades the bottom.
        let center = spot
        let light = scene.light.direction
        let inner = scene.field(scene.picture, over: mask.rect) { x, y in
            clamped(0.55 + 0.7 * ((x - center.x) * light.x + (y - center.y) * light.y) / size)
        }
        scene.shadow(inner.masked(by: mask), random.uniform(0.5, 0.9))
        return mask.combined(rim) { max($0, $1 * 0.45) }
    }
}
