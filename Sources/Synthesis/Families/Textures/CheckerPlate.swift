/// Embossed sheet: raised lozenges, dots or waffles pressed into metal or plastic in a regular pattern.
struct CheckerPlate: ProductFamily {
    let name = "checker_plate"
    let nouns = ["checker plate", "embossed plate", "tread plate", "embossed sheet"]
    let kind = ProductKind.texture
    let defects = Set<DefectType>.surface.union([.rust, .hole, .crack, .missing])

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        let frame = scene.spread(&random, turn: 0.25)
        scene.cover(random.chance(0.6) ? .anyMetal(&random) : .anyPlastic(&random))
        let pitch = random.uniform(14, 44)
        let long = pitch * random.uniform(0.3, 0.5)
        let short = long * random.uniform(0.25, 1)
        let rise = short * random.uniform(0.25, 0.6)
        let isCrossed = random.chance(0.6)
        let turn = random.chance(0.5) ? Float(0.7854) : 0
        let marks = scene.field(frame) { x, y in
            let column = floored(x / pitch)
            let row = floored(y / pitch)
            let dx = x - (column + 0.5) * pitch
            let dy = y - (row + 0.5) * pitch
            let angle = turn + (isCrossed && wrapped(column + row, 2) < 1 ? 1.5708 : 0)
            let c = cosine(angle)
            let s = sine(angle)
            let u = (c * dx + s * dy) / long
            let v = (c * dy - s * dx) / short
            return max(0, 1 - u * u - v * v).squareRoot()
        }
        scene.raise(marks, by: rise)
        scene.shadow(marks.blurred(2).map { $0 * (1 - $0) }, 0.3)
        scene.raise(scene.noise(.brush, in: frame, &random), by: random.uniform(0, 0.2))
        scene.raise(scene.noise(.cloud, in: frame, &random), by: random.uniform(0, 1.5))
        scene.modulate(scene.noise(.fine, in: frame, &random), random.uniform(0.01, 0.08))
        scene.modulate(scene.noise(.pink, in: frame, &random), random.uniform(0.01, 0.06))
        scene.trimToSheet(&random, probability: 0.2, edge: 2)
    }
}
