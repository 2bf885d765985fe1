/// Wire mesh, expanded metal and plastic grids: bars that cross, a ground seen through the openings.
struct WireMesh: ProductFamily {
    let name = "grid"
    let nouns = ["grid", "wire mesh", "mesh", "metal grid"]
    let kind = ProductKind.texture
    let defects = Set<DefectType>([.bent, .broken, .contamination, .thread, .rust, .missing, .color, .liquid])

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        scene.drawBackdrop(&random)
        let frame = scene.spread(&random, turn: 0.2).placed(angle: random.chance(0.5) ? 0.7854 : 0)
        let material = random.chance(0.6) ? Material.anyMetal(&random) : .anyPlastic(&random)
        let pitch = random.uniform(17, 36)
        let width = pitch * random.uniform(0.14, 0.34)
        let isWoven = random.chance(0.6)
        var ink = scene.ink(frame)
        let reach: Float = 210
        let count = Int(reach / pitch)
        var wires: [[Point]] = []
        for line in -count...count {
            let at = Float(line) * pitch
            // A wire is drawn piece by piece, so that one piece can be bent or absent.
            wires.append([Point(at, -reach), Point(at, reach)])
            wires.append([Point(-reach, at), Point(reach, at)])
        }
        for wire in wires { ink.line(wire, width: width) }
        scene.castShadow(of: ink.plane, elevation: random.uniform(2, 8), strength: 0.5)
        for (index, wire) in wires.enumerated() {
            draw(wire, isFirst: index.isMultiple(of: 2), &scene, frame, material, pitch, width, isWoven, &random)
        }
        scene.modulate(scene.noise(.fine, in: frame, &random), random.uniform(0.01, 0.06), where: scene.part)
    }

    /// Draws a wire as a round bar, in pieces from crossing to crossing.
    private func draw(
        _ wire: [Point], isFirst: Bool, _ scene: inout Scene, _ frame: Frame, _ material: Material, _ pitch: Float,
        _ width: Float, _ isWoven: Bool, _ random: inout Generator
    ) {
        if isFirst, wire[0].x == wire[1].x, scene.part.values.first == 1 { scene.part = Plane(scene.rect) }
        let pieces = Int((wire[1] - wire[0]).length / (pitch * 2))
        let step = (wire[1] - wire[0]) * (1 / Float(pieces))
        for piece in 0..<pieces {
            let from = wire[0] + step * Float(piece)
            let middle = from + step * 0.5
            let place = frame.placed(at: middle)
            let visible = place.rect(reachX: pitch * 1.2, reachY: pitch * 1.2, side: scene.side)
            guard visible.width > scene.side / 24, visible.height > scene.side / 24 else { continue }
            scene.component(in: frame, at: middle, reach: pitch, &random) { scene, local, _ in
                let points = scene.bendable([step * -0.5, step * 0.5], in: local)
                var ink = Ink(
                    local, rect: local.rect(reachX: pitch * 2.4, reachY: pitch * 2.4, side: scene.side), withDepth: true
                )
                ink.line(points, width: width)
                scene.fill(ink.plane, material)
                scene.exposure.combine(ink.plane) { $0 + (1 - $0) * $1 }
                if let depth = ink.depth {
                    let tube = depth.map { (1 - (1 - $0) * (1 - $0)).squareRoot() * width * 0.45 }
                    let isOver = isWoven && piece.isMultiple(of: 2)
                    scene.height.combine(tube) { max($0, $1 + (isOver && $1 > 0 ? width * 0.3 : 0)) }
                }
                scene.part.combine(ink.plane) { max($0, $1) }
            }
        }
    }
}
