/// Granite, terrazzo and conglomerate: mineral grains of several colours and sizes, polished or sawn.
struct Granite: ProductFamily {
    let name = "granite"
    let nouns = ["granite", "stone", "stone slab", "terrazzo"]
    let kind = ProductKind.texture
    let defects = Set<DefectType>.brittle.union([.broken, .missing])

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        let frame = scene.spread(&random, turn: .infinity)
        let base = Color.any(&random, 0.3, 0.85).mixed(Color(0.35), 0.5)
        scene.cover(Material(base, gloss: random.uniform(0.02, 0.9)))
        let warp = scene.noise(.pink, in: frame, scale: 0.5, &random)
        for _ in 0..<random.integer(2...3) {
            let cell = random.scale(2.2, 16)
            let salt = random.salt()
            let share = random.uniform(0.15, 0.55)
            let ragged = random.uniform(0.2, 0.9)
            let color = random.chance(0.3) ? Color(random.uniform(0.01, 0.06)) : base.varied(&random, by: 0.55)
            var grains = scene.field(frame) { x, y in
                let near = cellNoise(x / cell, y / cell, salt)
                return near.id < share ? smoothstep(0.02, 0.14, near.second - near.first) : 0
            }
            grains.combine(warp) { $0 * clamped(1 + ragged * $1) }
            scene.tint(grains, color, opacity: random.uniform(0.4, 0.95))
        }
        let fine = scene.noise(.fine, in: frame, scale: 0.7, &random)
        scene.modulate(fine, random.uniform(0.03, 0.12))
        scene.raise(warp, by: random.uniform(0, 0.3))
        scene.modulate(scene.noise(.cloud, in: frame, &random), random.uniform(0.02, 0.1))
        scene.trimToSheet(&random, probability: 0.15, edge: 2)
    }
}
