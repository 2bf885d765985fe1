/// Painted, powder-coated or enamelled panels: smooth or with orange peel, sometimes beaded or louvred.
struct PaintedMetal: ProductFamily {
    let name = "painted_panel"
    let nouns = ["painted panel", "coated metal", "panel", "cover", "painted surface"]
    let kind = ProductKind.texture
    let defects = Set<DefectType>.surface.union([.rust, .hole, .broken, .missing, .cut])

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        let frame = scene.spread(&random)
        scene.cover(.anyPlastic(&random))
        let peel = scene.noise(random.chance(0.6) ? .grain : .pink, in: frame, scale: random.uniform(0.8, 3), &random)
        scene.raise(peel, by: random.uniform(0.02, 0.35))
        scene.modulate(scene.noise(.cloud, in: frame, &random), random.uniform(0, 0.05))
        if random.chance(0.2) {
            // Hammer-tone or metallic flakes.
            scene.modulate(
                scene.noise(.white, in: frame, scale: random.uniform(0.6, 1.2), &random), random.uniform(0.03, 0.12))
        }
        if random.chance(0.35) {
            let pitch = random.uniform(30, 90)
            let width = random.uniform(2, pitch * 0.3)
            let depth = random.sign() * random.uniform(0.6, 3)
            let ribs = scene.field(frame) { x, _ in smoothstep(width, 0, abs(wrapped(x, pitch) - pitch / 2)) }
            scene.raise(ribs, by: depth)
        }
        if random.chance(0.2) {
            let word = random.pick(["MADE", "TYPE 4", "L1 L2", "ON", "OFF", "24V", "SN 1207", "CAUTION"])
            let size = random.uniform(10, 26)
            let half = Ink.textWidth(word, size: size) / 2
            scene.printed(
                in: frame.placed(at: Point(random.normal(20), random.normal(20))), reachX: half, reachY: size / 2,
                color: .any(&random, 0.05, 0.95), &random
            ) { ink, _ in ink.text(word, at: Point(-half, -size / 2), size: size) }
        }
        scene.trimToSheet(&random, probability: 0.3, edge: 3)
    }
}
