/// Sheet metal: brushed, rolled, ground in circles or blasted, perhaps drilled or engraved.
struct MetalSheet: ProductFamily {
    let name = "metal_sheet"
    let nouns = ["metal sheet", "metal plate", "steel", "metal surface"]
    let kind = ProductKind.texture
    let defects = Set<DefectType>.surface.union([.rust, .hole, .crack, .burr, .broken, .missing])

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        let frame = scene.spread(&random)
        var material = Material.anyMetal(&random)
        if random.chance(0.7) { material.color = Color(hex: 0xB9BCC0).varied(&random, by: 0.07) }
        scene.cover(material)
        switch random.integer(0...3) {
        case 0, 1:
            let lines = scene.noise(.brush, in: frame, scale: random.uniform(0.7, 1.6), &random)
            scene.modulate(lines, random.uniform(0.03, 0.14))
            scene.raise(lines, by: random.uniform(0.05, 0.3))
        case 2:
            let blasted = scene.noise(.grain, in: frame, scale: random.uniform(0.5, 1.2), &random)
            scene.raise(blasted, by: random.uniform(0.1, 0.35))
            scene.modulate(blasted, random.uniform(0, 0.06))
        default:
            // Circles of a grinding disc, overlapping like scales.
            let pitch = random.uniform(22, 60)
            let shear = random.uniform(0.3, 0.6)
            let arcs = scene.field(frame) { x, y in
                let row = floored(y / (pitch * 0.5))
                let cx = (floored(x / pitch + row * shear) + 0.5 - row * shear) * pitch
                return sine(length(x - cx, y - row * pitch * 0.5 - pitch) * 2.6)
            }
            scene.raise(arcs, by: random.uniform(0.03, 0.12))
        }
        scene.modulate(scene.noise(.cloud, in: frame, &random), random.uniform(0.01, 0.07))
        scene.modulate(scene.noise(.fine, in: frame, &random), random.uniform(0, 0.04))
        if random.chance(0.3) { drill(&scene, frame, &random) }
        scene.trimToSheet(&random, probability: 0.35)
    }

    private func drill(_ scene: inout Scene, _ frame: Frame, _ random: inout Generator) {
        let pitch = random.uniform(55, 110)
        let radius = random.uniform(4, 10)
        let dark = random.uniform(0.03, 0.25)
        let soft = frame.pixel
        let distance = scene.field(frame) { x, y in
            length(wrapped(x, pitch) - pitch / 2, wrapped(y, pitch) - pitch / 2) - radius
        }
        scene.raise(distance.map { d in -1.2 * smoothstep(2.4, 0, d) }, by: 1)
        let mask = distance.map { coverage($0, soft) }
        scene.scale(mask, by: dark)
        scene.shadow(mask, 0.4)
        scene.setGloss(mask, 0.1)
    }
}
