/// A blister pack or sorting tray with tablets or capsules in its pockets.
struct BlisterPack: ProductFamily {
    let name = "blister_pack"
    let nouns = ["blister pack", "pill tray", "tablets in a tray", "capsule blister"]
    let kind = ProductKind.object
    let defects: Set<DefectType> = [
        .missing, .misplaced, .broken, .crack, .stain, .contamination, .color, .dent, .hole, .scratch, .printError,
        .cut,
    ]

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        scene.drawBackdrop(&random)
        let frame = scene.posed(&random, turn: random.chance(0.5) ? 0.08 : .infinity, zoom: 0.94...1.04, shift: 4)
        let rows = random.integer(2...4)
        let columns = random.integer(2...5)
        let half = Point(
            random.uniform(88, 102), min(96, random.uniform(0.3, 0.46) * 178 * Float(rows) / Float(columns) + 26))
        let cell = Point(2 * (half.x - 8) / Float(columns), 2 * (half.y - 8) / Float(rows))
        let isFoil = random.chance(0.6)
        let sheet =
            isFoil
            ? Material(
                Color(hex: 0xC9CBCE).varied(&random, by: 0.08), gloss: random.uniform(0.35, 0.75),
                metal: random.uniform(0.6, 1))
            : Material.anyPlastic(&random)
        let outline = scene.field(frame) { x, y in boxDistance(x, y, half.x, half.y, radius: 9) }
        scene.body(outline, sheet, in: frame, edge: 1, elevation: 5)
        if isFoil {
            // Embossed sealing pattern.
            let pitch = random.uniform(2.6, 5)
            let knurl = scene.field(frame) { x, y in
                sine((x + y) * 4.44 / pitch) * sine((x - y) * 4.44 / pitch)
            }
            scene.raise(knurl.masked(by: scene.part), by: pitch * random.uniform(0.03, 0.09))
        } else {
            scene.modulate(scene.noise(.fine, in: frame, &random), random.uniform(0.01, 0.06), where: scene.part)
        }

        let reach = min(cell.x, cell.y) * random.uniform(0.36, 0.43)
        let stretch = min(max(cell.x, cell.y) / min(cell.x, cell.y), random.pick([1, 1, 1.4, 1.8]) as Float)
        let isWide = cell.x >= cell.y
        let pill = Point(isWide ? reach * stretch : reach, isWide ? reach : reach * stretch)
        let scale: Float = 0.8
        let first = Material(.any(&random, 0.45, 0.96), gloss: random.uniform(0.05, 0.7))
        let second =
            random.chance(0.4) && stretch > 1.2 ? Material(.any(&random, 0.3, 0.95), gloss: first.gloss) : first
        let film = isFoil ? random.uniform(0.05, 0.3) : 0
        let height = random.uniform(0.5, 0.95)
        let imprint = random.chance(0.4) ? random.pick(["A", "10", "B5", "N"]) : ""
        for row in 0..<rows {
            for column in 0..<columns {
                let at = Point(
                    (Float(column) - Float(columns - 1) / 2) * cell.x, (Float(row) - Float(rows - 1) / 2) * cell.y)
                pocket(&scene, frame.placed(at: at), pill, depth: isFoil ? 0.35 : 0.55)
                var piece = random.piece()
                let turn = stretch > 1.2 ? piece.normal(0.06) : piece.angle()
                let wander = Point(piece.normal(pill.x * 0.05), piece.normal(pill.y * 0.05))
                scene.component(in: frame, at: at + wander, angle: turn, reach: reach, &random) { scene, place, own in
                    medicine(&scene, place, pill * scale, first, second, isWide: isWide, height: height)
                    if !imprint.isEmpty { press(imprint, &scene, place, size: reach * 0.55) }
                }
                if film > 0 { bubble(&scene, frame.placed(at: at), pill, strength: film) }
            }
        }
        if random.chance(0.5) { lot(&scene, frame, half, &random) }
        for row in 1..<max(2, rows) where random.chance(0.5) && rows > 1 {
            let y = (Float(row) - Float(rows) / 2) * cell.y
            perforation(&scene, frame, y: y, half: half.x)
        }
    }

    private func pocket(_ scene: inout Scene, _ place: Frame, _ pill: Point, depth: Float) {
        let soft = place.pixel
        let corner = min(pill.x, pill.y)
        let distance = scene.field(place, over: place.rect(reachX: pill.x + 6, reachY: pill.y + 6, side: scene.side)) {
            x, y in
            boxDistance(x, y, pill.x, pill.y, radius: corner)
        }
        scene.raise(distance.map { d in -Scene.quarterCircle((3 - d) / 6) }, by: 2.5)
        scene.recess(distance.map { coverage($0, soft * 2) }, depth: depth, rim: corner * 0.6, in: place)
    }

    private func medicine(
        _ scene: inout Scene, _ place: Frame, _ half: Point, _ first: Material, _ second: Material, isWide: Bool,
        height: Float
    ) {
        let corner = min(half.x, half.y)
        let mask = scene.block(
            half.x, half.y, radius: corner, first, in: place,
            rim: .dome(height: corner * height, radius: corner), elevation: corner * 0.35)
        scene.include(mask)
        if first != second {
            let end = scene.field(place, over: mask.rect) { x, y in coverage(isWide ? x : y, place.pixel) }.masked(
                by: mask)
            scene.fill(end, second)
            let seam = scene.field(place, over: mask.rect) { x, y in bell((isWide ? x : y) / 1.2) }
            scene.shadow(seam.masked(by: mask), 0.35)
        }
    }

    private func press(_ text: String, _ scene: inout Scene, _ place: Frame, size: Float) {
        var ink = scene.ink(place, reach: Ink.textWidth(text, size: size))
        ink.text(text, at: Point(-Ink.textWidth(text, size: size) / 2, -size / 2), size: size, weight: 0.17)
        scene.raise(ink.plane, by: -1)
        scene.shadow(ink.plane, 0.2)
    }

    /// Clear film over a pocket: a soft reflection along one side.
    private func bubble(_ scene: inout Scene, _ place: Frame, _ pill: Point, strength: Float) {
        let light = scene.light.direction
        let corner = min(pill.x, pill.y)
        let shine = scene.field(place, over: place.rect(reachX: pill.x, reachY: pill.y, side: scene.side)) { x, y in
            let d = boxDistance(x, y, pill.x, pill.y, radius: corner)
            let t = (d + corner * 0.3) / (corner * 0.14)
            guard t * t < 9 else { return 0 }
            let size = max(length(x, y), 1e-3)
            return exponential(-t * t) * smoothstep(0.3, 0.95, (x * light.x + y * light.y) / size)
        }
        scene.tint(shine, Color(0.95), opacity: min(1, strength * 2.5))
    }

    private func lot(_ scene: inout Scene, _ frame: Frame, _ half: Point, _ random: inout Generator) {
        let text = Lettering.mark(&random, longest: 12)
        let size = random.uniform(4, 5.5)
        let width = Ink.textWidth(text, size: size)
        let place = frame.placed(at: Point(0, half.y - 4.4))
        scene.printed(in: place, reachX: width / 2, reachY: size / 2, color: Color(0.03), &random) { ink, _ in
            ink.text(text, at: Point(-width / 2, -size / 2), size: size)
        }
    }

    private func perforation(_ scene: inout Scene, _ frame: Frame, y: Float, half: Float) {
        let cuts = scene.field(frame) { u, v in
            coverage(max(abs(v - y) - 0.6, max(abs(u) - half, abs(wrapped(u, 7) - 3.5) - 2)), frame.pixel)
        }
        scene.shadow(cuts, 0.5)
    }
}
