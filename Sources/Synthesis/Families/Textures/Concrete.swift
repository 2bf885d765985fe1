/// Concrete, plaster and mortar: cement grey, sand, pores of trapped air, formwork lines.
struct Concrete: ProductFamily {
    let name = "concrete"
    let nouns = ["concrete", "plaster", "cement board", "mortar"]
    let kind = ProductKind.texture
    let defects = Set<DefectType>.brittle.union([.broken, .missing])

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        let frame = scene.spread(&random, turn: 0.3)
        let tones: [UInt32] = [0xA8A59E, 0x8B8984, 0xC4C0B6, 0xB3A793, 0x77767A, 0xD9D4C8]
        scene.cover(Material(Color(hex: random.pick(tones)).varied(&random), gloss: random.uniform(0, 0.08)))
        let pink = scene.noise(.pink, in: frame, scale: random.uniform(0.5, 1.2), &random)
        let sand = scene.noise(.grain, in: frame, scale: random.uniform(0.4, 1), &random)
        scene.modulate(pink, random.uniform(0.04, 0.14))
        scene.modulate(sand, random.uniform(0.02, 0.1))
        scene.raise(pink, by: random.uniform(0.1, 0.7))
        scene.raise(sand, by: random.uniform(0.05, 0.3))
        scene.modulate(scene.noise(.cloud, in: frame, &random), random.uniform(0.03, 0.12))
        if random.chance(0.6) {
            let cell = random.uniform(9, 26)
            let salt = random.salt()
            let share = random.uniform(0.1, 0.6)
            let size = random.uniform(0.04, 0.11)
            let pores = scene.field(frame) { x, y in
                let near = cellNoise(x / cell, y / cell, salt)
                return near.id < share
                    ? smoothstep(size * (0.4 + near.id), size * (0.2 + 0.5 * near.id), near.first) : 0
            }
            scene.raise(pores, by: -1)
            scene.shadow(pores, random.uniform(0.3, 0.7))
        }
        if random.chance(0.25) {
            let pitch = random.uniform(40, 100)
            let seam = scene.field(frame) { _, y in smoothstep(1.6, 0.4, abs(wrapped(y, pitch) - pitch / 2)) }
            scene.raise(seam, by: random.sign() * 0.8)
            scene.shadow(seam, 0.2)
        }
        scene.trimToSheet(&random, probability: 0.1, edge: 3)
    }
}
