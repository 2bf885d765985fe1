/// Foam, sponge and cork: round cells of every size, open or closed.
struct Foam: ProductFamily {
    let name = "foam"
    let nouns = ["foam", "sponge", "cork", "insulation board"]
    let kind = ProductKind.texture
    let defects = Set<DefectType>([.cut, .hole, .stain, .color, .contamination, .liquid, .poke, .missing, .broken])

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        let frame = scene.spread(&random, turn: .infinity)
        let color = Color.any(&random, 0.15, 0.95)
        scene.cover(Material(color, gloss: random.uniform(0, 0.15)))
        var depth = Plane(scene.rect)
        let openness = random.uniform(0.3, 1)
        for _ in 0..<2 {
            let cell = random.scale(3.5, 15)
            let salt = random.salt()
            let share = random.uniform(0.4, 1)
            let layer = scene.field(frame) { x, y in
                let near = cellNoise(x / cell, y / cell, salt)
                let reach = 0.25 + 0.3 * near.id / share
                return near.id < share ? clamped(1 - near.first / reach) * cell : 0
            }
            depth.combine(layer) { max($0, $1) }
        }
        scene.raise(depth, by: -random.uniform(0.1, 0.4))
        scene.shadow(depth.map { clamped($0 * 0.16) }, openness * 0.75)
        scene.modulate(scene.noise(.grain, in: frame, scale: 0.6, &random), random.uniform(0.03, 0.12))
        let pink = scene.noise(.pink, in: frame, &random)
        scene.modulate(pink, random.uniform(0.02, 0.1))
        scene.raise(pink, by: random.uniform(0, 0.6))
        scene.trimToSheet(&random, probability: 0.25, edge: 4)
    }
}
