/// A part of no particular trade: simple solids joined and cut at random, with steps, grooves, bores and marks.
///
/// As ``MixedSurface`` for textures: unseen products should be near something that was seen.
struct RandomPart: ProductFamily {
    let name = "machined_part"
    let nouns = ["part", "component", "workpiece", "machined part", "product"]
    let kind = ProductKind.object
    let defects: Set<DefectType> = [
        .scratch, .dent, .crack, .hole, .broken, .burr, .stain, .liquid, .contamination, .color, .missing, .bent,
        .printError, .misplaced, .rust,
    ]

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        scene.drawBackdrop(&random)
        let frame = scene.posed(&random, turn: random.chance(0.5) ? .infinity : 0.15)
        let isMetal = random.chance(0.5)
        let material = isMetal ? Material.anyMetal(&random) : .anyPlastic(&random)
        var distance = scene.field(frame) { _, _ in 1e3 }
        let blend = random.chance(0.5) ? random.uniform(3, 16) : 0.01
        for _ in 0..<random.integer(1...4) {
            let solid = solid(
                scene, frame.placed(at: Point(random.normal(26), random.normal(26)), angle: random.angle()), &random)
            distance.combine(solid) { smoothUnion($0, $1, blend) }
        }
        distance.apply { max($0, -200) }
        if random.chance(0.4) {
            let bore = random.uniform(8, 30)
            distance.combine(scene.field(frame) { x, y in bore - length(x, y) }) { max($0, $1) }
        }
        let edge = random.scale(0.6, 12)
        let mask = scene.body(distance, material, in: frame, edge: edge, elevation: random.uniform(2, 10))
        if random.chance(0.35) {
            // A domed or dished face.
            let reach = random.uniform(20, 60)
            let dome = distance.map { d in clamped(-d / reach).squareRoot() }
            scene.raise(dome.masked(by: mask), by: random.sign() * reach * random.uniform(0.1, 0.4))
        }
        for _ in 0..<random.integer(0...3) {
            let level = random.uniform(4, 40)
            let width = random.uniform(0.8, 4)
            let groove = distance.map { d in smoothstep(width, 0, abs(d + level)) }
            scene.raise(groove.masked(by: mask), by: random.sign() * width * random.uniform(0.2, 0.6))
        }
        let grain = scene.noise(isMetal && random.chance(0.5) ? .brush : .fine, in: frame, &random)
        scene.modulate(grain, random.uniform(0, 0.1), where: mask)
        scene.raise(scene.noise(.grain, in: frame, &random).masked(by: mask), by: random.uniform(0, 0.15))
        if random.chance(0.5) { mark(&scene, frame, material, &random) }
        inserts(&scene, frame, distance, &random)
    }

    private func solid(_ scene: Scene, _ frame: Frame, _ random: inout Generator) -> Plane {
        let size = random.uniform(26, 66)
        let other = size * random.uniform(0.4, 1)
        let radius = random.uniform(0, 0.9) * min(size, other) * 0.4
        switch random.integer(0...2) {
        case 0: return scene.field(frame) { x, y in length(x, y * size / other) * other / size - other }
        case 1: return scene.field(frame) { x, y in boxDistance(x, y, size, other, radius: radius) }
        default:
            let sides = random.integer(3...8)
            return scene.field(frame) { x, y in polygonDistance(x, y, sides: sides, apothem: size * 0.85) }
        }
    }

    /// Pins, studs, caps and plugs that could be absent or in the wrong place.
    private func inserts(_ scene: inout Scene, _ frame: Frame, _ distance: Plane, _ random: inout Generator) {
        let material = random.chance(0.5) ? Material.anyMetal(&random) : .anyPlastic(&random)
        let size = random.uniform(4, 11)
        let isRound = random.chance(0.7)
        let rise = random.uniform(0.3, 1)
        for number in 0..<random.integer(1...5) {
            var random = random.fork(UInt64(number))
            let center = Point(random.normal(32), random.normal(32))
            let pixel = frame.pixel(center)
            let room = distance[Int(clamped(pixel.x, 0, 1e5)), Int(clamped(pixel.y, 0, 1e5))]
            let fits = room < -1.3 * size
            let turn = random.angle()
            // The seat is part of the body; an absent insert leaves it open.
            guard fits else { continue }
            let seat = scene.field(frame.placed(at: center, angle: turn), reach: size * 1.5) { x, y in
                isRound ? length(x, y) - size * 1.05 : boxDistance(x, y, size * 1.05, size * 1.05, radius: 1)
            }
            let soft = frame.pixel
            let open = seat.map { coverage($0, soft) }
            scene.scale(open, by: 0.25)
            scene.shadow(open, 0.4)
            scene.component(in: frame, at: center, angle: turn, reach: size, &random) { scene, local, _ in
                let d = scene.field(local, reach: size * 1.4) { x, y in
                    isRound ? length(x, y) - size : boxDistance(x, y, size, size, radius: 1)
                }
                let cap = d.map { coverage($0, soft) }
                scene.castShadow(of: cap, elevation: 2, strength: 0.4)
                scene.exposure.combine(cap) { $0 + (1 - $0) * $1 }
                scene.fill(cap, material)
                scene.level(cap)
                scene.raise(d.map { clamped(-$0 / (size * 0.6)).squareRoot() }, by: size * 0.4 * rise)
            }
        }
    }

    private func mark(_ scene: inout Scene, _ frame: Frame, _ material: Material, _ random: inout Generator) {
        let text = random.pick(["A7", "OK", "12", "M8", "R", "TOP", "L", "IN", "C3", "24", "UP", "X1"])
        let size = random.uniform(9, 20)
        let half = Ink.textWidth(text, size: size) / 2
        let place = frame.placed(
            at: Point(random.normal(16), random.normal(16)), angle: random.chance(0.7) ? 0 : random.angle())
        let isDark = material.color.luminance > 0.25
        scene.printed(
            in: place, reachX: half, reachY: size / 2, color: Color(isDark ? 0.02 : 0.8), opacity: 0.9, &random
        ) { ink, _ in ink.text(text, at: Point(-half, -size / 2), size: size, weight: 0.18) }
    }
}
