/// Ceramic tiles with joints: glazed in one colour, marbled, or crackled.
struct GlazedTile: ProductFamily {
    let name = "tile"
    let nouns = ["tile", "ceramic tile", "ceramic", "glazed tile"]
    let kind = ProductKind.texture
    let defects = Set<DefectType>([.crack, .broken, .scratch, .stain, .color, .hole, .contamination, .liquid])

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        let frame = scene.spread(&random)
        let base = Color.any(&random, 0.25, 0.97)
        scene.cover(Material(base, gloss: random.uniform(0.35, 1)))
        scene.raise(scene.noise(.cloud, in: frame, scale: 0.5, &random), by: random.uniform(0, 0.7))
        switch random.integer(0...2) {
        case 0:
            let cloud = scene.noise(.cloud, in: frame, scale: random.uniform(0.4, 0.9), &random)
            scene.tint(cloud.map { clamped(0.5 + 0.3 * $0) }, base.varied(&random, by: 0.35), opacity: 0.8)
            let width = random.uniform(0.04, 0.14)
            let veins = scene.noise(.pink, in: frame, scale: random.uniform(1.2, 2.5), &random)
            let lines = veins.combined(cloud) { exponential(-(($0 + 0.4 * $1) * ($0 + 0.4 * $1)) / (width * width)) }
            scene.tint(lines, base.varied(&random, by: 0.8), opacity: random.uniform(0.1, 0.55))
        case 1:
            scene.modulate(scene.noise(.pink, in: frame, &random), random.uniform(0.01, 0.07))
        default:
            let speckles = scene.noise(.grain, in: frame, scale: random.uniform(0.5, 1), &random)
            let level = random.uniform(1.2, 2.2)
            scene.tint(
                speckles.map { smoothstep(level, level + 0.4, $0) }, .any(&random), opacity: random.uniform(0.2, 0.7))
        }
        guard random.chance(0.65) else { return }
        joints(&scene, frame, &random)
    }

    private func joints(_ scene: inout Scene, _ frame: Frame, _ random: inout Generator) {
        let wide = random.uniform(44, 150)
        let high = random.chance(0.5) ? wide : wide * random.uniform(0.3, 0.6)
        let gap = random.uniform(0.9, 3)
        let shift: Float = random.chance(0.5) ? 0 : 0.5
        let salt = random.salt()
        var piece = random.piece()
        let ox = piece.uniform(0, wide)
        let oy = piece.uniform(0, high)
        let soft = frame.pixel
        let tone = scene.field(frame) { x, y in
            let row = floored((y + oy) / high)
            return latticeValue(Int32(floored((x + ox) / wide + row * shift)), Int32(row), salt)
        }
        let spread = random.uniform(0, 0.2)
        scene.multiply(tone.map { 1 + spread * ($0 - 0.5) })
        let distance = scene.field(frame) { x, y in
            let row = floored((y + oy) / high)
            let dx = abs(wrapped((x + ox) / wide + row * shift, 1) - 0.5)
            let dy = abs(wrapped((y + oy) / high, 1) - 0.5)
            return min((0.5 - dx) * wide, (0.5 - dy) * high) - gap
        }
        scene.raise(distance.map { d in -clamped(1 - d / 3) * clamped(1 - d / 3) }, by: 1.3)
        let mask = distance.map { coverage($0, soft) }
        scene.fill(mask, Material(.any(&random, 0.25, 0.85), gloss: 0.02))
        scene.shadow(mask, 0.2)
        let grout = scene.noise(.fine, in: frame, scale: 0.6, &random)
        scene.modulate(grout, 0.1, where: mask)
    }
}
