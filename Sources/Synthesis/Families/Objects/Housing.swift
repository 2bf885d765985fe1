/// A molded or die-cast housing seen from outside: ribs, vents, windows, screws in its corners, a rating plate.
struct Housing: ProductFamily {
    let name = "housing"
    let nouns = ["housing", "plastic housing", "cover", "enclosure", "case"]
    let kind = ProductKind.object
    let defects: Set<DefectType> = [
        .missing, .misplaced, .scratch, .crack, .broken, .burr, .dent, .stain, .contamination, .color, .printError,
        .hole,
        .liquid,
    ]

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        scene.drawBackdrop(&random)
        let frame = scene.posed(&random, turn: random.chance(0.6) ? 0.1 : .infinity, zoom: 0.92...1.05)
        let half = Point(random.uniform(84, 108), random.uniform(62, 96))
        let corner = random.uniform(6, 26)
        let isCast = random.chance(0.3)
        let material =
            isCast
            ? Material(Color(hex: 0xA9ACB0).varied(&random), gloss: random.uniform(0.1, 0.4), metal: 0.8)
            : random.chance(0.45)
                ? Material(Color(power(random.uniform(0.1, 0.9), 2.2)), gloss: random.uniform(0.08, 0.6))
                : Material.anyPlastic(&random)
        let outline = scene.field(frame) { x, y in boxDistance(x, y, half.x, half.y, radius: corner) }
        scene.body(outline, material, in: frame, edge: random.uniform(3, 8), elevation: random.uniform(8, 18))
        let grain = scene.noise(random.pick([.fine, .grain]), in: frame, &random)
        scene.raise(grain.masked(by: scene.part), by: random.uniform(0.02, isCast ? 0.35 : 0.16))
        scene.modulate(grain, random.uniform(0, 0.05), where: scene.part)

        // A raised or sunken field with a step around it.
        let inset = Point(half.x - random.uniform(16, 26), half.y - random.uniform(16, 24))
        let step = random.sign() * random.uniform(1.5, 3.5)
        let width = random.uniform(1.5, 4)
        scene.raise(
            scene.field(frame) { x, y in
                smoothstep(width, -width, boxDistance(x, y, inset.x, inset.y, radius: corner * 0.6))
            },
            by: step)
        let plate = Point(inset.x * random.uniform(0.35, 0.6), inset.y * random.uniform(0.25, 0.45))
        let plateAt = Point(random.uniform(-0.3, 0.3) * inset.x, inset.y - plate.y - random.uniform(4, 10))
        switch random.integer(0...3) {
        case 0: vents(&scene, frame, inset, above: plateAt.y - plate.y - 4, &random)
        case 1: ribs(&scene, frame, inset, above: plateAt.y - plate.y - 4, &random)
        case 2: window(&scene, frame, inset, above: plateAt.y - plate.y - 4, &random)
        default: boss(&scene, frame, inset, above: plateAt.y - plate.y - 4, &random)
        }
        rating(&scene, frame, plateAt, plate, material, &random)

        let screw = random.uniform(6.5, 10)
        let at = Point(half.x - screw - random.uniform(3, 6), half.y - screw - random.uniform(3, 6))
        let steel = Material(
            random.chance(0.3) ? Color(0.03) : Color(hex: 0xC3C5C8).varied(&random), gloss: random.uniform(0.5, 0.9),
            metal: 1)
        let drive = random.integer(0...3)
        for position in [Point(-1, -1), Point(1, -1), Point(1, 1), Point(-1, 1)] {
            let center = Point(position.x * at.x, position.y * at.y)
            scene.bore(at: center, radius: screw * 1.18, in: frame, depth: 0.8, chamfer: 1.5)
            scene.bore(at: center, radius: screw * 0.5, in: frame, depth: 0.9)
            var piece = random.piece()
            let turn = piece.angle()
            scene.component(in: frame, at: center, angle: turn, reach: screw, &random) { scene, place, own in
                ScrewHead.draw(&scene, place, radius: screw, steel, drive: drive)
            }
        }
    }

    private func vents(
        _ scene: inout Scene, _ frame: Frame, _ inset: Point, above limit: Float, _ random: inout Generator
    ) {
        let count = random.integer(4...9)
        let room = inset.x * 1.6
        let slot = Point(room / Float(count) * 0.28, max(8, (limit + inset.y) * 0.36))
        let middle = (limit - inset.y) / 2
        for index in 0..<count {
            let x = (Float(index) - Float(count - 1) / 2) * room / Float(count)
            let local = frame.placed(at: Point(x, middle))
            let mask = scene.field(local, over: local.rect(reachX: slot.x + 2, reachY: slot.y + 2, side: scene.side)) {
                x, y in
                coverage(boxDistance(x, y, slot.x, slot.y, radius: slot.x * 0.9), local.pixel)
            }
            scene.recess(mask, depth: 0.9, rim: slot.x, in: local)
        }
    }

    private func ribs(
        _ scene: inout Scene, _ frame: Frame, _ inset: Point, above limit: Float, _ random: inout Generator
    ) {
        let pitch = random.uniform(9, 17)
        let width = random.uniform(1.4, 3)
        let field = scene.field(frame) { x, y in
            guard abs(x) < inset.x - 6, y > -inset.y + 6, y < limit else { return 0 }
            return smoothstep(width + 1.5, width - 1, abs(wrapped(x, pitch) - pitch / 2))
        }
        scene.raise(field, by: random.uniform(1.5, 3))
    }

    private func window(
        _ scene: inout Scene, _ frame: Frame, _ inset: Point, above limit: Float, _ random: inout Generator
    ) {
        let middle = (limit - inset.y) / 2
        let half = Point(inset.x * random.uniform(0.5, 0.8), max(10, (limit + inset.y) * 0.36))
        let local = frame.placed(at: Point(0, middle))
        let glass = Material(Color(hex: random.pick([0x0E1412, 0x1A2A22, 0x2A2E2A])), gloss: 0.95)
        scene.block(
            half.x + 3, half.y + 3, radius: 4, Material(Color(0.02), gloss: 0.3), in: local, rim: .rounded(1),
            elevation: 0)
        let pane = scene.block(half.x, half.y, radius: 2, glass, in: local, rim: .sharp, elevation: 0)
        let digits = String(random.integer(100...9999))
        let size = min(half.y * 1.1, half.x * 1.3 / Ink.textWidth(digits, size: 1))
        var ink = scene.ink(local, reach: max(half.x, half.y))
        ink.text(digits, at: Point(-Ink.textWidth(digits, size: size) / 2, -size / 2), size: size, weight: 0.13)
        scene.tint(ink.plane.masked(by: pane), Color(hex: random.pick([0x9AF0A0, 0xF0604A, 0x90A890])), opacity: 0.8)
    }

    private func boss(
        _ scene: inout Scene, _ frame: Frame, _ inset: Point, above limit: Float, _ random: inout Generator
    ) {
        let middle = (limit - inset.y) / 2
        let radius = max(10, min((limit + inset.y) * 0.4, 30))
        let color = Material.anyPlastic(&random)
        let count = random.integer(1...3)
        for index in 0..<count {
            let x = (Float(index) - Float(count - 1) / 2) * inset.x * 0.7
            scene.component(in: frame, at: Point(x, middle), reach: radius * 0.8, &random) { scene, place, own in
                scene.disk(radius * 0.8, color, in: place, rim: .rounded(radius * 0.25), elevation: 5)
                scene.raise(
                    scene.field(place, reach: radius) { x, y in -bell((length(x, y) - radius * 0.5) / 1.5) }, by: 0.9)
            }
        }
    }

    private func rating(
        _ scene: inout Scene, _ frame: Frame, _ at: Point, _ half: Point, _ material: Material,
        _ random: inout Generator
    ) {
        let local = frame.placed(at: at)
        let isPlate = random.chance(0.4)
        if isPlate {
            scene.block(
                half.x, half.y, radius: 2, Material(Color(hex: 0xC9CBCE), gloss: 0.4, metal: 0.8), in: local,
                rim: .rounded(0.6), elevation: 0.8)
        }
        let isDark = isPlate || material.color.luminance > 0.18
        let rows = max(1, min(4, Int(half.y / 5)))
        let size = min(9, 2 * half.y / Float(rows) * 0.58)
        let longest = max(2, Int(2 * half.x / size * 0.8))
        let texts = (0..<rows).map { _ in Lettering.mark(&random, longest: longest) }
        scene.printed(in: local, reachX: half.x, reachY: half.y, color: isDark ? Color(0.02) : Color(0.75), &random) {
            ink, _ in
            for (row, text) in texts.enumerated() {
                ink.text(text, at: Point(-half.x + 3, -half.y + 3 + Float(row) * size * 1.6), size: size)
            }
        }
    }
}

/// Heads of screws from above, for families that are screwed together.
enum ScrewHead {
    /// Draws one around the frame's origin; `drive` 0 slot, 1 cross, 2 hexagon socket, 3 six-lobe.
    static func draw(_ scene: inout Scene, _ place: Frame, radius: Float, _ metal: Material, drive: Int) {
        scene.disk(radius, metal, in: place, rim: .dome(height: radius * 0.3, radius: radius), elevation: 2.5)
        let soft = place.pixel
        let recess = scene.field(place, reach: radius) { x, y in
            switch drive {
            case 0: coverage(boxDistance(x, y, radius * 0.95, radius * 0.16), soft)
            case 1:
                coverage(
                    min(
                        boxDistance(x, y, radius * 0.62, radius * 0.15), boxDistance(x, y, radius * 0.15, radius * 0.62)
                    ), soft)
            case 2: coverage(polygonDistance(x, y, sides: 6, apothem: radius * 0.45), soft)
            default: coverage(length(x, y) - radius * (0.47 + 0.09 * cosine(6 * arcTangent(y, x))), soft)
            }
        }
        scene.recess(recess, depth: 0.9, rim: radius * 0.3, in: place)
    }
}
