/// The surface pushed in or bulged out: only its slope changes, so only the light tells.
enum Dent {
    static func paint(_ scene: inout Scene, _ random: inout Generator, _ severity: Float) -> Plane? {
        let size = random.uniform(7, 20)
        guard let spot = scene.spot(&random, inset: size * 0.5) else { return nil }
        let stretch = random.uniform(0.5, 2)
        let frame = scene.picture.placed(at: spot, angle: random.angle())
        let k = stretch.squareRoot()
        let kink = random.chance(0.3)
        let bump = scene.field(frame, reach: size * 3.2) { x, y in
            let r = length(x / k, y * k) / size
            // A knock leaves a cone with a soft border, pressure a smooth bowl.
            return kink ? max(0, 1 - r * 0.62) * max(0, 1 - r * 0.62) : exponential(-r * r)
        }
        let wobble = scene.noise(.cloud, in: frame, scale: size / 60, &random)
        let depth = size * mix(0.22, 0.75, severity) * random.uniform(0.8, 1.2)
        let shape = bump.combined(wobble) { $0 * (1 + 0.12 * $1) }.masked(by: scene.part)
        scene.raise(shape, by: random.chance(0.75) ? -depth : depth)
        scene.shadow(shape, 0.12 * severity)
        return bump.map { smoothstep(0.12, 0.3, $0) }.masked(by: scene.part)
    }
}
