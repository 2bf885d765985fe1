/// Grained hide: pebbles between creases, pores, slow changes of tone, sometimes a seam.
struct Leather: ProductFamily {
    let name = "leather"
    let nouns = ["leather", "hide", "leather surface"]
    let kind = ProductKind.texture
    let defects = Set<DefectType>([
        .scratch, .cut, .hole, .stain, .color, .liquid, .poke, .dent, .contamination, .thread,
    ])

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        let frame = scene.spread(&random, turn: 0.6)
        let tones: [UInt32] = [0x6B4427, 0x8E5E38, 0x2B2826, 0x7A2E24, 0xC0A283, 0x3A4A5C, 0x5A3A22, 0xA4552D]
        scene.cover(Material(Color(hex: random.pick(tones)).varied(&random), gloss: random.uniform(0.15, 0.6)))
        let cell = random.scale(4, 11)
        let salt = random.salt()
        let warp = scene.noise(.pink, in: frame, scale: 0.6, &random)
        let stretch = random.uniform(0.75, 1.3)
        var creases = scene.field(frame) { x, y in
            let near = cellNoise(x / (cell * stretch), y * stretch / cell, salt)
            return near.second - near.first
        }
        creases.combine(warp) { $0 + 0.05 * $1 }
        let pebbles = creases.map { smoothstep(0, 0.4, $0) }
        scene.raise(pebbles, by: cell * random.uniform(0.08, 0.22))
        scene.shadow(pebbles.map { 1 - $0 }, random.uniform(0.15, 0.45))
        let pores = scene.noise(.grain, in: frame, scale: 0.6, &random)
        scene.raise(pores, by: random.uniform(0.03, 0.14))
        scene.modulate(scene.noise(.cloud, in: frame, &random), random.uniform(0.03, 0.1))
        scene.modulate(pores, random.uniform(0.02, 0.06))
        if random.chance(0.25) { seam(&scene, frame, &random) }
        scene.trimToSheet(&random, probability: 0.1, edge: 3)
    }

    private func seam(_ scene: inout Scene, _ frame: Frame, _ random: inout Generator) {
        let line = frame.placed(at: Point(0, random.uniform(-70, 70)), angle: random.normal(0.1))
        let pitch = random.uniform(8, 13)
        let soft = line.pixel
        let fold = scene.field(line) { _, y in exponential(-y * y / 30) }
        scene.raise(fold, by: -1.6)
        scene.shadow(fold, 0.2)
        let stitches = scene.field(line) { x, y in
            coverage(boxDistance(wrapped(x, pitch) - pitch / 2, y - 6, pitch * 0.34, 1.1, radius: 1), soft)
        }
        scene.fill(stitches, Material(.any(&random, 0.2, 0.95), gloss: 0.2))
        scene.raise(stitches, by: 0.8)
    }
}
