/// Raw castings: sand-rough, dull, with shallow hills and now and then a raised mark.
struct CastMetal: ProductFamily {
    let name = "cast_metal"
    let nouns = ["casting", "cast iron", "cast metal", "metal casting"]
    let kind = ProductKind.texture
    let defects = Set<DefectType>([.crack, .hole, .rust, .dent, .scratch, .stain, .contamination, .broken, .missing])

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        let frame = scene.spread(&random, turn: 0.5)
        let base = random.pick([Color(hex: 0x6E7075), Color(hex: 0x8C8D8F), Color(hex: 0x55565A), Color(hex: 0x9A948C)])
        scene.cover(Material(base.varied(&random), gloss: random.uniform(0.05, 0.45), metal: random.uniform(0.2, 0.9)))
        let sand = scene.noise(.pink, in: frame, scale: random.uniform(0.25, 0.7), &random)
        let grain = scene.noise(.grain, in: frame, scale: random.uniform(0.5, 1.4), &random)
        scene.raise(sand, by: random.uniform(0.2, 0.7))
        scene.raise(grain, by: random.uniform(0.1, 0.45))
        scene.raise(scene.noise(.cloud, in: frame, &random), by: random.uniform(0.5, 4))
        scene.modulate(grain, random.uniform(0.03, 0.12))
        scene.modulate(scene.noise(.cloud, in: frame, scale: 0.7, &random), random.uniform(0.02, 0.1))
        scene.shadow(sand.map { clamped(-$0 - 0.8) }, random.uniform(0.1, 0.4))
        if random.chance(0.35) {
            var ink = scene.ink(frame)
            let text = (0..<random.integer(2...6)).map { _ in String(random.pick(Array("ABCEGHKMNPRSTX0123456789"))) }
            let size = random.uniform(16, 34)
            let word = text.joined()
            ink.text(word, at: Point(-Ink.textWidth(word, size: size) / 2, -size / 2), size: size, weight: 0.16)
            scene.raise(ink.plane.blurred(1), by: random.uniform(1, 2.2))
        }
        scene.trimToSheet(&random, probability: 0.3, edge: 4)
    }
}
