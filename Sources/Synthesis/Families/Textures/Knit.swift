/// Knitted cloth: columns of interlocking V stitches, ribbed or with colour bands.
struct Knit: ProductFamily {
    let name = "knit"
    let nouns = ["knitted fabric", "knit", "jersey", "wool fabric"]
    let kind = ProductKind.texture
    let defects = Set<DefectType>.soft

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        let frame = scene.spread(&random, turn: 0.2)
        let width = random.scale(9, 26)
        let height = width * random.uniform(0.6, 0.95)
        let slope = random.uniform(0.7, 1.3)
        let yarn = random.uniform(0.25, 0.31)
        let color = Color.any(&random, 0.12, 0.92)
        scene.cover(Material(color, gloss: random.uniform(0, 0.12)))
        let wobble = scene.noise(.cloud, in: frame, scale: 0.7, &random)
        let amount = random.uniform(0, 0.06)
        var relief = scene.field(frame) { x, y in
            let fx = abs(wrapped(x / width, 1) - 0.5)
            // Each leg of the V is a tilted lens-shaped loop, repeated down the column.
            let shifted = wrapped(y / height + fx * slope * 1.6, 1) - 0.5
            let across = (fx - 0.25) / yarn
            let along = shifted * 1.25
            let r = across * across + along * along
            return r < 1 ? (1 - r).squareRoot() : -0.35
        }
        relief.combine(wobble) { $0 * (1 + amount * 3 * $1) }
        scene.raise(relief, by: width * random.uniform(0.14, 0.26))
        scene.shadow(relief.map { clamped(0.5 - $0) }, random.uniform(0.5, 0.85))
        if random.chance(0.3) {
            let band = height * Float(random.integer(3...9))
            let mask = scene.field(frame) { _, y in wrapped(y, band * 2) < band ? 1 : 0 }
            scene.tint(mask, .any(&random, 0.12, 0.92), opacity: random.uniform(0.5, 0.95))
        }
        let strands = scene.field(frame) { x, y in
            let fx = wrapped(x / width, 1) - 0.5
            return sine((y / height * 5 + abs(fx) * 14) * 3.1416)
        }
        scene.modulate(strands, random.uniform(0.02, 0.1))
        // Fuzz.
        scene.modulate(scene.noise(.pink, in: frame, scale: 0.4, &random), random.uniform(0.02, 0.09))
        scene.modulate(scene.noise(.cloud, in: frame, &random), random.uniform(0, 0.06))
    }
}
