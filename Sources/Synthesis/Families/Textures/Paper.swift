/// Paper and board: fibres, a little mottle, perhaps corrugated or printed.
struct Paper: ProductFamily {
    let name = "paper"
    let nouns = ["paper", "cardboard", "paper sheet", "carton"]
    let kind = ProductKind.texture
    let defects = Set<DefectType>([
        .cut, .hole, .stain, .color, .liquid, .contamination, .printError, .poke, .dent, .missing,
    ])

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        let frame = scene.spread(&random, turn: 0.1)
        let tones: [UInt32] = [0xF4F2EC, 0xF4F2EC, 0xE8E0D0, 0xC9A97C, 0xB58E60, 0xDCE4EA, 0xE9D9B0]
        scene.cover(Material(Color(hex: random.pick(tones)).varied(&random, by: 0.05), gloss: random.uniform(0, 0.3)))
        let fibres = scene.noise(.fiber, in: frame, scale: 0.4, &random)
        scene.modulate(fibres, random.uniform(0.01, 0.06))
        let mottle = scene.noise(.pink, in: frame, scale: 0.5, &random)
        scene.modulate(mottle, random.uniform(0.01, 0.05))
        scene.raise(mottle, by: random.uniform(0.02, 0.3))
        scene.raise(scene.noise(.cloud, in: frame, &random), by: random.uniform(0, 2.5))
        if random.chance(0.3) {
            let pitch = random.uniform(7, 16)
            scene.raise(scene.field(frame) { x, _ in sine(x * 6.2832 / pitch) }, by: pitch * random.uniform(0.01, 0.05))
        }
        printLines(&scene, frame, &random)
        scene.trimToSheet(&random, probability: 0.3, edge: 0.6)
    }

    private func printLines(_ scene: inout Scene, _ frame: Frame, _ random: inout Generator) {
        let color = random.chance(0.7) ? Color(random.uniform(0.01, 0.08)) : Color.any(&random, 0.05, 0.6)
        let size = random.uniform(5, 12)
        let words = [
            "LOT", "REF", "EXP", "MADE", "TOP", "KEEP", "DRY", "TYPE", "NO", "QTY", "2026", "BOX", "CODE", "UNIT",
        ]
        let rows = random.integer(2...6)
        let left = -random.uniform(60, 95)
        for row in 0..<rows {
            let text = (0..<random.integer(1...4)).map { _ in random.pick(words) }.joined(separator: " ")
            let half = Ink.textWidth(text, size: size) / 2
            let middle = Point(left + half, (Float(row) - Float(rows) / 2) * size * 2.1)
            scene.printed(
                in: frame.placed(at: middle), reachX: half, reachY: size / 2, color: color,
                opacity: random.uniform(0.6, 0.95),
                &random
            ) { ink, _ in ink.text(text, at: Point(-half, -size / 2), size: size) }
        }
    }
}
