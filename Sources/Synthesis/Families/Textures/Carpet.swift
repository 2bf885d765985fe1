/// Tufted pile: every tuft its own shade, mottled or with a pattern.
struct Carpet: ProductFamily {
    let name = "carpet"
    let nouns = ["carpet", "rug", "carpet tile"]
    let kind = ProductKind.texture
    let defects = Set<DefectType>([.cut, .hole, .stain, .color, .thread, .contamination, .liquid])

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        let frame = scene.spread(&random, turn: 0.3)
        let first = Color.any(&random, 0.12, 0.75)
        scene.cover(Material(first, gloss: 0))
        if random.chance(0.5) {
            let cloud = scene.noise(.cloud, in: frame, scale: random.uniform(0.25, 0.8), &random)
            let level = random.uniform(-0.6, 0.6)
            scene.tint(
                cloud.map { smoothstep(level - 0.2, level + 0.2, $0) }, .any(&random, 0.12, 0.75),
                opacity: random.uniform(0.3, 0.9))
        }
        let pitch = random.scale(3, 8)
        let salt = random.salt()
        let disorder = random.uniform(0.3, 1)
        let (tufts, id) = scene.fields(frame) { x, y in
            let near = cellNoise(x / pitch, y / pitch, salt, jitter: disorder)
            return (1 - near.first * near.first * 1.4, near.id)
        }
        scene.raise(tufts, by: pitch * random.uniform(0.12, 0.3))
        scene.shadow(tufts.map { clamped(0.55 - $0) }, random.uniform(0.4, 0.9))
        let spread = random.uniform(0.1, 0.55)
        scene.multiply(id.map { 1 + spread * ($0 - 0.5) })
        scene.modulate(scene.noise(.grain, in: frame, scale: 0.6, &random), random.uniform(0.08, 0.25))
        scene.modulate(scene.noise(.pink, in: frame, &random), random.uniform(0.02, 0.12))
    }
}
