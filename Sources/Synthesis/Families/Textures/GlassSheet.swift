/// Flat glass, clear film and acrylic over a ground: smooth, glossy, with reflections and a hint of what lies behind.
struct GlassSheet: ProductFamily {
    let name = "glass_sheet"
    let nouns = ["glass", "glass sheet", "glass panel", "display glass"]
    let kind = ProductKind.texture
    let defects = Set<DefectType>([.scratch, .crack, .contamination, .stain, .liquid, .broken, .hole, .missing])

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        let frame = scene.spread(&random)
        let tint = random.pick([
            Color(hex: 0x9DB8B0), Color(hex: 0x8FA5B8), Color(hex: 0x303438), Color(hex: 0xC9D2D2),
            Color(hex: 0x5C6E68),
        ])
        scene.cover(Material(tint.varied(&random), gloss: random.uniform(0.75, 1)))
        // Blurred shapes of the room behind or mirrored in it.
        let room = scene.noise(.cloud, in: frame, scale: random.uniform(0.8, 1.6), &random)
        scene.modulate(room, random.uniform(0.03, 0.2))
        if random.chance(0.4) {
            let width = random.uniform(20, 80)
            let slope = random.uniform(-0.8, 0.8)
            let band = scene.field(frame) { x, y in smoothstep(width, width * 0.6, abs(x + slope * y)) }
            scene.modulate(band, random.uniform(0.08, 0.35))
        }
        scene.raise(room, by: random.uniform(0, 0.5))
        if random.chance(0.25) {
            // Pattern-rolled glass.
            let pitch = random.uniform(8, 22)
            let salt = random.salt()
            scene.raise(
                scene.field(frame) { x, y in valueNoise(x / pitch, y / pitch, salt) },
                by: pitch * random.uniform(0.03, 0.12))
        }
        if random.chance(0.25) {
            let pitch = random.uniform(9, 24)
            let dots = scene.field(frame) { x, y in
                coverage(
                    length(wrapped(x, pitch) - pitch / 2, wrapped(y, pitch) - pitch / 2) - pitch * 0.22, frame.pixel)
            }
            scene.fill(dots, Material(.any(&random, 0.05, 0.95), gloss: 0.7))
        }
        scene.modulate(scene.noise(.fine, in: frame, &random), random.uniform(0, 0.02))
        scene.trimToSheet(&random, probability: 0.4, edge: 2)
    }
}
