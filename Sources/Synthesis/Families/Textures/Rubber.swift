/// Rubber mats and belts: dull, dark, fine-grained, smooth or with studs, ribs or a diamond profile.
struct Rubber: ProductFamily {
    let name = "rubber"
    let nouns = ["rubber", "rubber mat", "conveyor belt", "rubber sheet"]
    let kind = ProductKind.texture
    let defects = Set<DefectType>([
        .scratch, .cut, .hole, .crack, .stain, .contamination, .poke, .liquid, .broken, .missing, .color,
    ])

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        let frame = scene.spread(&random, turn: 0.2)
        let color = random.chance(0.65) ? Color(random.uniform(0.015, 0.09)) : .any(&random, 0.15, 0.7)
        scene.cover(Material(color.varied(&random), gloss: random.uniform(0.03, 0.4)))
        let grain = scene.noise(.grain, in: frame, scale: random.uniform(0.6, 1.4), &random)
        scene.raise(grain, by: random.uniform(0.03, 0.22))
        scene.modulate(grain, random.uniform(0.02, 0.1))
        scene.modulate(scene.noise(.cloud, in: frame, &random), random.uniform(0.02, 0.12))
        let pitch = random.uniform(12, 40)
        let size = pitch * random.uniform(0.2, 0.38)
        let rise = random.uniform(0.8, 3)
        switch random.integer(0...4) {
        case 0:
            let studs = scene.field(frame) { x, y in
                let row = floored(y / pitch)
                let dx = wrapped(x + row * pitch * 0.5, pitch) - pitch / 2
                return smoothstep(size, size * 0.7, length(dx, wrapped(y, pitch) - pitch / 2))
            }
            scene.raise(studs, by: rise)
            scene.shadow(studs.blurred(2).map { $0 * (1 - $0) }, 0.8)
        case 1:
            let ribs = scene.field(frame) { x, _ in smoothstep(size, size * 0.7, abs(wrapped(x, pitch) - pitch / 2)) }
            scene.raise(ribs, by: rise)
        case 2:
            let diamonds = scene.field(frame) { x, y in
                let a = abs(wrapped(x + y * 0.6, pitch) - pitch / 2)
                let b = abs(wrapped(x - y * 0.6, pitch) - pitch / 2)
                return smoothstep(1, 3, min(a, b))
            }
            scene.raise(diamonds, by: rise)
        default: break
        }
        scene.trimToSheet(&random, probability: 0.2, edge: 3)
    }
}
