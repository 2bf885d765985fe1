/// Rows of sewing buttons, or of rivets and studs, all alike.
struct Buttons: ProductFamily {
    let name = "buttons"
    let nouns = ["button", "buttons", "plastic button", "snap fastener"]
    let kind = ProductKind.object
    let defects: Set<DefectType> = [
        .missing, .misplaced, .broken, .crack, .scratch, .color, .contamination, .stain, .hole, .burr, .dent,
    ]

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        scene.drawBackdrop(&random)
        let frame = scene.posed(&random, turn: 0.15, zoom: 0.92...1.06, shift: 4)
        let rows = random.integer(1...4)
        let columns = random.integer(max(2, rows - 1)...4)
        let pitch = 214 / Float(max(rows, columns))
        let radius = pitch * random.uniform(0.36, 0.45)
        let material = random.chance(0.25) ? Material.anyMetal(&random) : Material.anyPlastic(&random)
        let holes = random.pick([2, 4, 4, 0])
        let hole = radius * random.uniform(0.09, 0.13)
        let spread = radius * random.uniform(0.2, 0.28)
        let rim = radius * random.uniform(0.62, 0.8)
        let rimHeight = random.uniform(1, 3.5)
        let isMarbled = random.chance(0.4)
        let second = Color.any(&random, 0.2, 0.95)
        scene.part = Plane(scene.rect)
        for row in 0..<rows {
            for column in 0..<columns {
                var piece = random.piece()
                let at = Point(
                    (Float(column) - Float(columns - 1) / 2) * pitch, (Float(row) - Float(rows - 1) / 2) * pitch)
                scene.component(in: frame, at: at, angle: piece.angle(), reach: radius * 0.8, &random) {
                    scene, place, own in
                    let mask = scene.disk(
                        radius, material, in: place, rim: .rounded(radius * 0.14), elevation: radius * 0.22)
                    scene.include(mask)
                    scene.raise(
                        scene.field(place, reach: radius) { x, y in
                            -smoothstep(rim + 2.5, rim - 2.5, length(x, y))
                        }, by: rimHeight)
                    if isMarbled {
                        let veins = scene.noise(.cloud, in: place, scale: 0.25, &own, reach: radius)
                        scene.tint(veins.map { smoothstep(-0.2, 0.9, $0) }.masked(by: mask), second, opacity: 0.5)
                    }
                    if holes == 0 {
                        scene.disk(
                            radius * 0.3, material, in: place, rim: .dome(height: radius * 0.2, radius: radius * 0.3),
                            elevation: 2)
                    }
                    for k in 0..<holes {
                        let angle = 0.785_398 + Float(k) * 6.283_185_5 / Float(holes)
                        scene.bore(at: .polar(angle, spread), radius: hole, in: place, depth: 0.95, chamfer: hole * 0.4)
                    }
                }
            }
        }
    }
}
