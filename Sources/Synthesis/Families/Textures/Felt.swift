/// Felt, fleece and filter wool: fibres in every direction, no weave.
struct Felt: ProductFamily {
    let name = "felt"
    let nouns = ["felt", "fleece", "nonwoven fabric", "filter mat"]
    let kind = ProductKind.texture
    let defects = Set<DefectType>.soft

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        let frame = scene.spread(&random, turn: .infinity)
        let color = Color.any(&random, 0.12, 0.95)
        scene.cover(Material(color, gloss: 0))
        var layers = scene.noise(.fiber, in: frame, scale: random.uniform(0.35, 0.7), &random)
        for turn in [1.1, 2.1] as [Float] {
            let other = scene.noise(
                .fiber, in: frame.placed(angle: turn + random.normal(0.2)), scale: random.uniform(0.35, 0.7), &random)
            layers.combine(other) { max($0, $1) }
        }
        layers.apply { $0 - 0.8 }
        scene.modulate(layers, random.uniform(0.06, 0.2))
        scene.raise(layers, by: random.uniform(0.2, 0.7))
        scene.raise(scene.noise(.pink, in: frame, &random), by: random.uniform(0.3, 1.2))
        scene.modulate(scene.noise(.cloud, in: frame, scale: 0.5, &random), random.uniform(0.02, 0.1))
        if random.chance(0.4) {
            // Dyed fibres of other colours mixed in.
            let mottle = scene.noise(.pink, in: frame, scale: 0.35, &random)
            let level = random.uniform(0.6, 1.4)
            scene.tint(
                mottle.map { smoothstep(level, level + 0.5, $0) }, .any(&random, 0.1, 0.95),
                opacity: random.uniform(0.2, 0.6))
        }
        scene.trimToSheet(&random, probability: 0.12, edge: 4)
    }
}
