/// The end of a cable: a molded plug with blades or round pins, or a crimp housing with its wires.
struct CableEnd: ProductFamily {
    let name = "cable_plug"
    let nouns = ["cable plug", "plug", "cable connector", "wire connector"]
    let kind = ProductKind.object
    let defects: Set<DefectType> = [
        .bent, .missing, .misplaced, .scratch, .cut, .crack, .broken, .stain, .contamination, .color, .burr, .dent,
        .printError,
    ]

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        scene.drawBackdrop(&random)
        let frame = scene.posed(&random, turn: random.chance(0.5) ? 0.15 : .infinity, zoom: 0.92...1.06, shift: 4)
        scene.part = Plane(scene.rect)
        if random.chance(0.5) {
            plug(&scene, frame, &random)
        } else {
            crimpHousing(&scene, frame, &random)
        }
    }

    /// A cable from the left, a strain relief with ribs, a grip, metal pins on the right.
    private func plug(_ scene: inout Scene, _ frame: Frame, _ random: inout Generator) {
        let plastic =
            random.chance(0.6)
            ? Material(Color(random.uniform(0.01, 0.06)), gloss: random.uniform(0.15, 0.5))
            : Material.anyPlastic(&random)
        let metal = Material(
            Color(hex: random.pick([0xC9CCCE, 0xE2C06A, 0xD8B46A])), gloss: random.uniform(0.6, 0.95), metal: 1)
        let height = random.uniform(30, 48)
        let cable = height * random.uniform(0.36, 0.6)
        let count = random.integer(2...4)
        let isBlade = random.chance(0.5)
        let length = random.uniform(38, 58)
        let front: Float = 26
        var piece = random.piece()
        let sag = piece.normal(14)
        let spine = scene.bendable(
            Curve.spline([Point(-60, 0), Point(-95, sag * 0.3), Point(-150, sag)], steps: 8), in: frame)
        scene.include(scene.tube(spine, width: cable, plastic, in: frame, elevation: 6))

        // Pins first: the body covers their roots.
        for pin in 0..<count {
            let y = (Float(pin) - Float(count - 1) / 2) * height * 1.5 / Float(count)
            let width = isBlade ? min(9, height * 0.9 / Float(count)) : min(11, height * 1.0 / Float(count))
            scene.component(in: frame, at: Point(front + length / 2, y), reach: length * 0.4, &random) {
                scene, place, own in
                let points = scene.bendable([Point(-length / 2 - 4, 0), Point(0, 0), Point(length / 2, 0)], in: place)
                let mask = scene.tube(points, width: width, metal, in: place, elevation: 6, flatness: isBlade ? 0.2 : 1)
                scene.include(mask)
                if isBlade, points.count == 3 {
                    scene.bore(at: Point(length * 0.28, 0), radius: width * 0.22, in: place)
                }
            }
        }
        // Strain relief: a cone with ribs.
        let relief = [
            Point(-62, -cable * 0.62), Point(-24, -height * 0.52), Point(-24, height * 0.52), Point(-62, cable * 0.62),
        ]
        let cone = scene.shape(relief, in: frame)
        scene.solid(cone, plastic, in: frame, rim: .dome(height: cable * 0.6, radius: cable * 0.6), elevation: 8)
        let rib = random.uniform(5, 8)
        let ribs = scene.field(frame, reach: 70) { x, _ in
            let t = wrapped(x, rib) / rib
            return x > -58 && x < -26 ? -exponential(-(t - 0.5) * (t - 0.5) * 40) : 0
        }
        scene.raise(ribs.masked(by: cone), by: 2.2)
        scene.shadow(ribs.map { -$0 }.masked(by: cone), 0.35)
        scene.include(cone)
        let waist = height * random.uniform(0.75, 0.95)
        let top = [
            Point(-28, -height * 0.56), Point(-8, -waist), Point(front, -height * 0.98), Point(front, height * 0.98),
            Point(-8, waist),
            Point(-28, height * 0.56),
        ]
        let body = scene.shape(Outline.rounded(top, radius: 7), in: frame)
        scene.solid(body, plastic, in: frame, rim: .rounded(random.uniform(4, 9)), elevation: 13)
        scene.include(body)
        let grip = scene.field(frame, reach: height) { x, y in
            abs(y) < waist * 0.6 && x > -16 && x < 12 ? sine(x * 1.7) : 0
        }
        scene.raise(grip.masked(by: body), by: random.chance(0.5) ? 0.9 : 0)
        scene.modulate(scene.noise(.fine, in: frame, &random), random.uniform(0.02, 0.08), where: scene.part)
        let text = random.pick(["250V", "16A", "5V", "IP44", "2.5A"])
        let ink = plastic.color.luminance > 0.2 ? Color(0.02) : Color(0.7)
        let size: Float = 9
        let width = Ink.textWidth(text, size: size)
        scene.printed(
            in: frame.placed(at: Point(0, 0), angle: 1.570_796_4), reachX: width / 2, reachY: size / 2, color: ink,
            &random
        ) { ink, _ in
            ink.text(text, at: Point(-width / 2, -size / 2), size: size)
        }
    }

    /// Coloured wires into a flat housing with latch windows and crimped contacts.
    private func crimpHousing(_ scene: inout Scene, _ frame: Frame, _ random: inout Generator) {
        let count = random.integer(2...6)
        let pitch = min(28, 130 / Float(count)) * random.uniform(0.85, 1)
        let half = Point(random.uniform(26, 38), Float(count) * pitch / 2 + 5)
        let shell =
            random.chance(0.6)
            ? Material(Color(random.uniform(0.5, 0.8)).varied(&random, by: 0.05), gloss: random.uniform(0.2, 0.5))
            : Material.anyPlastic(&random)
        let metal = Material(Color(hex: random.pick([0xC9CCCE, 0xE2C06A])), gloss: 0.75, metal: 1)
        let palette: [UInt32] = [0xB5322E, 0x1E1E20, 0xD8C23A, 0x2C5FA8, 0x3C8A4A, 0xE3E0D6, 0xB8692F, 0x7A3A8A]
        let first = random.integer(0...7)
        let wireWidth = pitch * random.uniform(0.42, 0.62)
        var piece = random.piece()
        let drift = piece.normal(10)
        for wire in 0..<count {
            let y = (Float(wire) - Float(count - 1) / 2) * pitch
            let color = Material(
                Color(hex: palette[(first + wire) % palette.count]).varied(&random, by: 0.06), gloss: 0.35)
            let wave = piece.normal(3)
            let spread = 1 + piece.uniform(-0.1, 0.25)
            scene.component(in: frame, at: Point(-70, y), reach: pitch * 0.6, &random) { scene, place, own in
                let end = Point(-80, y * (spread - 1) + drift)
                let points = scene.bendable(
                    Curve.spline([Point(45, 0), Point(10, wave * 0.3), Point(-40, wave + drift * 0.4), end], steps: 7),
                    in: place)
                let mask = scene.tube(points, width: wireWidth, color, in: place, elevation: 5)
                scene.include(mask)
            }
        }
        let box = scene.block(
            half.x, half.y, radius: 3, at: Point(half.x - 10, 0), shell, in: frame, rim: .rounded(2), elevation: 10)
        scene.include(box)
        let contactLength = random.uniform(10, 16)
        for wire in 0..<count {
            let y = (Float(wire) - Float(count - 1) / 2) * pitch
            let window = frame.placed(at: Point(half.x - 12, y))
            let mask = scene.field(window, reach: contactLength + 3) { x, y in
                coverage(boxDistance(x, y, contactLength, pitch * 0.3, radius: 1), window.pixel)
            }
            scene.recess(mask, depth: 0.75, rim: 4, in: window)
            scene.component(in: frame, at: Point(half.x - 12, y), reach: contactLength * 0.6, &random) {
                scene, place, own in
                let points = scene.bendable(
                    [Point(-contactLength * 0.9, 0), Point(contactLength * 0.85, 0)], in: place)
                scene.tube(points, width: pitch * 0.34, metal, in: place, elevation: 1, flatness: 0.5)
            }
            // A rib between the chambers.
            if wire > 0 {
                let rib = frame.placed(at: Point(half.x - 10, y - pitch / 2))
                scene.raise(
                    scene.field(rib, reach: half.x) { x, y in
                        abs(x) < half.x - 4 ? exponential(-y * y / 1.2) : 0
                    }, by: 0.9)
            }
        }
        let latch = random.uniform(0.3, 0.5) * half.y
        let lug = scene.block(
            4, latch, radius: 1.5, at: Point(2 * half.x - 14, 0), shell, in: frame, rim: .rounded(1.4), elevation: 4
        )
        scene.include(lug)
        scene.modulate(scene.noise(.fine, in: frame, &random), random.uniform(0.01, 0.05), where: scene.part)
        let text = String(count) + "P"
        scene.printed(
            in: frame.placed(at: Point(-4, -half.y + 4)), reachX: 6, reachY: 3, color: Color(0.05), opacity: 0.7,
            &random
        ) { ink, _ in
            ink.text(text, at: Point(-4, -2.4), size: 4.8)
        }
    }
}
