/// A three-legged transistor plugged into a perforated board.
struct TransistorOnBoard: ProductFamily {
    let name = "transistor"
    let nouns = ["transistor", "electronic transistor", "three-legged component"]
    let kind = ProductKind.object
    let defects: Set<DefectType> = [
        .bent, .misplaced, .missing, .cut, .scratch, .broken, .crack, .contamination, .stain, .printError, .rust,
    ]

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        let frame = scene.posed(&random, turn: 0.08, zoom: 1.15...1.5, shift: 5)
        let pitch = random.uniform(17, 24)
        board(&scene, frame, pitch, &random)
        scene.rememberBackdrop()

        let isPower = random.chance(0.4)
        let half =
            isPower
            ? Point(random.uniform(27, 34), random.uniform(24, 30))
            : Point(random.uniform(20, 26), random.uniform(18, 25))
        let bodyY = -random.uniform(18, 32)
        let spread = (random.chance(0.6) ? pitch : pitch * 2) as Float
        let black = Material(Color(hex: random.pick([0x19191B, 0x222224, 0x2B2826])), gloss: random.uniform(0.1, 0.45))
        let tin = Material(
            Color(hex: random.pick([0xC9CCD0, 0xB4B7BB, 0xC8A06A])), gloss: random.uniform(0.55, 0.9), metal: 1)
        let legWidth = random.uniform(4.2, 6)
        // Leads end in holes of the grid below the body.
        let gridY = ((bodyY + half.y + random.uniform(26, 44)) / pitch).rounded() * pitch
        let gridX = pitch * 0.5
        let text = Lettering.mark(&random, longest: 7)
        let second = random.pick(["B331", "CY", "T1", "E 04", "K9"])
        let ink = Color(random.uniform(0.25, 0.6))
        scene.part = Plane(scene.rect)
        scene.component(in: frame, at: Point(gridX, bodyY), reach: half.x, &random) { scene, place, own in
            for leg in -1...1 {
                let top = Point(Float(leg) * half.x * 0.5, half.y - 2)
                let end = Point(Float(leg) * spread, gridY - bodyY)
                let knee = Point(end.x, top.y + (end.y - top.y) * 0.45)
                let points = scene.bendable(Curve.spline([top, top + Point(0, 5), knee, end], steps: 5), in: place)
                let mask = scene.tube(points, width: legWidth, tin, in: place, elevation: 5, flatness: 0.6)
                scene.include(mask)
            }
            if isPower {
                let tab = scene.block(
                    half.x, half.y * 0.55, radius: 2, at: Point(0, -half.y * 1.3), tin, in: place,
                    rim: .rounded(1.2), elevation: 5)
                scene.bore(at: Point(0, -half.y * 1.4), radius: half.y * 0.22, in: place)
                scene.include(tab)
            }
            let corners =
                isPower
                ? Outline.rectangle(half.x, half.y)
                : [
                    Point(-half.x, half.y), Point(-half.x, -half.y * 0.35), Point(-half.x * 0.62, -half.y),
                    Point(half.x * 0.62, -half.y),
                    Point(half.x, -half.y * 0.35), Point(half.x, half.y),
                ]
            let mask = scene.shape(Outline.rounded(corners, radius: isPower ? 2 : 5), in: place)
            scene.solid(mask, black, in: place, rim: .chamfer(4), elevation: 11)
            scene.include(mask)
            scene.modulate(scene.noise(.fine, in: place, &own, reach: half.x + 3), 0.12, where: mask)
            let size = min(half.y * 0.42, half.x * 1.5 / Ink.textWidth(text, size: 1))
            let width = Ink.textWidth(text, size: size)
            scene.printed(
                in: place.placed(at: Point(0, half.y * 0.1)), reachX: width / 2, reachY: size, color: ink,
                opacity: 0.75, &own
            ) { ink, _ in
                ink.text(text, at: Point(-width / 2, -size * 1.1), size: size)
                ink.text(second, at: Point(-Ink.textWidth(second, size: size) / 2, size * 0.3), size: size)
            }
        }
        // Solder holes swallow the ends.
        for leg in -1...1 {
            scene.addEdge(
                at: Point(gridX + Float(leg) * half.x * 0.9, bodyY - half.y * 0.5),
                outward: Point(Float(leg == 0 ? 1 : leg), -0.3), in: frame)
        }
    }

    private func board(_ scene: inout Scene, _ frame: Frame, _ pitch: Float, _ random: inout Generator) {
        let tone = random.pick([0x8A5A2E, 0xA47A48, 0x6E6A58, 0x2E5A3A, 0xB59A6A, 0x4A4A48] as [UInt32])
        scene.cover(Material(Color(hex: tone).varied(&random), gloss: random.uniform(0.1, 0.4)))
        scene.modulate(scene.noise(.fiber, in: frame, &random), random.uniform(0.03, 0.12))
        let copper = Material(Color(hex: random.pick([0xC9824E, 0xC9CCCE, 0xD8B46A])), gloss: 0.5, metal: 1)
        let hasPads = random.chance(0.65)
        let hole = pitch * random.uniform(0.17, 0.23)
        let soft = frame.pixel
        let nearest = scene.field(frame) { x, y in
            length(wrapped(x, pitch) - pitch / 2, wrapped(y, pitch) - pitch / 2)
        }
        if hasPads {
            let isStrip = random.chance(0.3)
            let ring =
                isStrip
                ? scene.field(frame) { _, y in coverage(abs(wrapped(y, pitch) - pitch / 2) - pitch * 0.36, soft) }
                : nearest.map { coverage($0 - hole * 1.75, soft) }
            scene.fill(ring, copper)
            scene.raise(ring, by: 0.5)
        }
        let bores = nearest.map { coverage($0 - hole, soft) }
        scene.shadow(bores, 0.92)
        scene.raise(nearest.map { -clamped((hole + 1.2 - $0) / 1.2) }, by: 0.8)
    }
}
