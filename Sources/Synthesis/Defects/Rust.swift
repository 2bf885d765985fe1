/// Corrosion: grows by a fractal from a few seeds; orange at the young border, brown inside, rough and matte.
enum Rust {
    static func paint(_ scene: inout Scene, _ random: inout Generator, _ severity: Float) -> Plane? {
        guard let spot = scene.spot(&random) else { return nil }
        let frame = scene.picture.placed(at: spot, angle: random.angle())
        let size = random.scale(10, 42)
        let reach = size * 2.2
        let coarse = scene.noise(.pink, in: frame, scale: random.uniform(0.5, 1.1), &random, reach: reach)
        let fine = scene.noise(.fine, in: frame, scale: 0.8, &random, reach: reach)
        let stretch = random.uniform(0.7, 1.6)
        let level = mix(0.6, -0.2, severity)
        let growth = scene.field(frame, reach: reach) { x, y in
            1.25 - 1.5 * length(x / stretch, y * stretch) / size
        }.combined(coarse) { $0 + 0.65 * $1 }.combined(fine) { $0 + 0.25 * $1 }
        let mask = growth.map { smoothstep(level, level + 0.28, $0) }.masked(by: scene.part)
        let age = growth.map { smoothstep(level, level + 1.1, $0) }
        let young = random.pick([Color(hex: 0xB5652B), Color(hex: 0xC0762F), Color(hex: 0xA5532A)]).varied(&random)
        let old = random.pick([Color(hex: 0x5A2C18), Color(hex: 0x40241A), Color(hex: 0x6E3A1E)]).varied(&random)
        let opacity = mix(0.6, 0.96, severity)
        scene.fill(mask, Material(young, gloss: 0.02), opacity: opacity)
        scene.tint(mask.masked(by: age), old, opacity: opacity)
        scene.modulate(fine, 0.22, where: mask)
        scene.raise(fine.masked(by: mask), by: 0.5)
        scene.raise(coarse.masked(by: mask), by: 0.5)
        return mask
    }
}
