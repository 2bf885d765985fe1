/// Tubes stacked in a bundle, seen on their ends.
struct TubeBundle: ProductFamily {
    let name = "tube_bundle"
    let nouns = ["tubes", "pipe bundle", "metal tubes", "pipes"]
    let kind = ProductKind.object
    let defects: Set<DefectType> = [
        .missing, .misplaced, .dent, .burr, .rust, .scratch, .contamination, .stain, .color, .broken, .crack,
    ]

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        scene.drawBackdrop(&random)
        let frame = scene.posed(&random, turn: 0.12, zoom: 0.9...1.2, shift: 6)
        let radius = random.uniform(13, 30)
        let wall = radius * random.uniform(0.1, 0.3)
        let isRound = random.chance(0.8)
        let material = random.chance(0.7) ? Material.anyMetal(&random) : Material.anyPlastic(&random)
        let gap = radius * random.uniform(1.01, 1.08)
        let half = random.chance(0.5) ? Point(110, 110) : Point(random.uniform(60, 105), random.uniform(50, 100))
        scene.part = Plane(scene.rect)
        let ground = scene.field(frame) { x, y in
            coverage(boxDistance(x, y, half.x + radius * 0.5, half.y + radius * 0.5, radius: radius), radius)
        }
        scene.shadow(ground, 0.35)
        let rowStep = isRound ? gap * 1.732 : gap * 2
        let rows = max(1, Int(2 * half.y / rowStep))
        let columns = max(2, Int(2 * half.x / (gap * 2)))
        let scratches = random.uniform(0.02, 0.1)
        for row in 0..<rows {
            for column in 0..<columns {
                let shift: Float = isRound && row % 2 == 1 ? 0.5 : 0
                var piece = random.piece()
                let at = Point(
                    (Float(column) - Float(columns - 1) / 2 + shift - 0.25) * gap * 2 + piece.normal(radius * 0.02),
                    (Float(row) - Float(rows - 1) / 2) * rowStep + piece.normal(radius * 0.02))
                let tone = piece.uniform(0.82, 1.1)
                scene.component(in: frame, at: at, angle: isRound ? piece.angle() : 0, reach: radius * 0.7, &random) {
                    scene, place, own in
                    let face = Material((material.color * tone).limited, gloss: material.gloss, metal: material.metal)
                    let rim = Rim.rounded(min(1.6, wall * 0.4))
                    let mask =
                        isRound
                        ? scene.disk(radius, face, in: place, rim: rim, elevation: 5)
                        : scene.block(radius, radius, radius: radius * 0.22, face, in: place, rim: rim, elevation: 5)
                    scene.include(mask)
                    scene.modulate(scene.noise(.brush, in: place, &own, reach: radius), scratches, where: mask)
                    let distance = scene.field(place, reach: radius + 2) { x, y in
                        isRound
                            ? length(x, y) - radius + wall
                            : boxDistance(x, y, radius - wall, radius - wall, radius: radius * 0.14)
                    }
                    let hole = distance.map { coverage($0, place.pixel) }
                    scene.recess(hole, depth: 0.8, rim: radius * 0.6, in: place)
                    // The wall runs into the dark.
                    scene.shadow(distance.map { smoothstep(0, -(radius - wall) * 0.7, $0) }.masked(by: hole), 0.85)
                }
            }
        }
    }
}
