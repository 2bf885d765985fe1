/// A two-piece hard capsule: cap over body, often in two colours, printed, sometimes clear with pellets inside.
struct Capsule: ProductFamily {
    let name = "capsule"
    let nouns = ["capsule", "gelatin capsule", "medicine capsule"]
    let kind = ProductKind.object
    let defects: Set<DefectType> = [
        .scratch, .crack, .dent, .poke, .printError, .hole, .stain, .contamination, .color, .liquid, .misplaced,
    ]

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        scene.drawBackdrop(&random)
        let frame = scene.posed(&random, turn: .infinity)
        let radius = random.uniform(34, 50)
        let half = min(118 - radius, radius * random.uniform(1.05, 1.7))
        let overlap = half * random.uniform(-0.15, 0.35)
        let first = Material(.any(&random, 0.25, 0.95), gloss: random.uniform(0.5, 0.95))
        let second = Material(random.chance(0.25) ? first.color : .any(&random, 0.3, 0.95), gloss: first.gloss)
        let isClear = random.chance(0.2)

        // The longer half goes in; the cap is a little wider.
        let inner = radius * 0.965
        let slot = scene.field(frame) { x, y in
            length(max(abs(x) - half, 0), y) - inner
        }
        scene.body(slot, second, in: frame, edge: 0, elevation: radius * random.uniform(0.3, 0.7))
        scene.raise(slot.map { Scene.quarterCircle(-$0 / inner) }, by: inner * 0.9)
        if isClear { pellets(&scene, frame, half: half, radius: inner, &random) }
        let texts = [Lettering.mark(&random, longest: 6), random.pick(["10", "25", "DAILY", "VT", "50 MG"])]
        let ink = Color.any(&random, 0.02, 0.4)
        let isPrinted = random.chance(0.65)
        if isPrinted {
            let at = Point((half + radius + overlap) / 2 - 4, 0)
            print(
                texts[0], &scene, frame.placed(at: at), ink, size: radius * 0.42, room: half + radius * 0.6 - overlap,
                &random)
        }
        let cap = frame.placed(at: Point((overlap - half) / 2 - radius * 0.3, 0))
        let origin = cap.convert(Point(0, 0), to: frame).x
        scene.component(in: frame, at: Point(origin, 0), reach: radius * 0.5, &random) { scene, place, own in
            let soft = place.pixel
            let mask = scene.field(place, reach: half + radius * 2) { x, y in
                let u = x + origin
                return coverage(max(length(max(-u - half, 0), y) - radius, u - overlap), soft)
            }
            scene.solid(mask, first, in: place, rim: .sharp, elevation: 3, strength: 0.5)
            scene.include(mask)
            let round = scene.field(place, reach: half + radius * 2) { x, y in
                Scene.quarterCircle((radius - length(max(-(x + origin) - half, 0), y)) / radius)
            }
            scene.raise(round.masked(by: mask), by: radius * 0.9)
            // A closing groove near the cap's rim.
            let groove = scene.field(place, reach: half + radius * 2) { x, y in
                -bell((x + origin - overlap + radius * 0.35) / 1.6)
            }
            scene.raise(groove.masked(by: mask), by: 0.9)
            if isPrinted {
                let at = Point(overlap / 2 - half / 2 - origin - radius * 0.15, 0)
                print(texts[1], &scene, place.placed(at: at), ink, size: radius * 0.42, room: half + overlap, &own)
            }
        }
    }

    private func print(
        _ text: String, _ scene: inout Scene, _ frame: Frame, _ color: Color, size: Float, room: Float,
        _ random: inout Generator
    ) {
        let fitted = min(size, size * room / max(1, Ink.textWidth(text, size: size)))
        let width = Ink.textWidth(text, size: fitted)
        scene.printed(in: frame, reachX: width / 2, reachY: fitted / 2, color: color, &random) { ink, _ in
            ink.text(text, at: Point(-width / 2, -fitted / 2), size: fitted, weight: 0.15)
        }
    }

    private func pellets(_ scene: inout Scene, _ frame: Frame, half: Float, radius: Float, _ random: inout Generator) {
        let size = random.uniform(3.2, 5.5)
        let salt = random.salt()
        let color = Color.any(&random, 0.4, 0.95)
        let inside = scene.field(frame) { x, y in
            coverage(length(max(abs(x) - half, 0), y) - radius * 0.9, 2) * coverage(-x, 4)
        }
        let beads = scene.field(frame) { x, y in
            let cell = cellNoise(x / (2 * size), y / (2 * size), salt, jitter: 0.5)
            return clamped(1.15 - cell.first * 2.1)
        }
        scene.tint(beads.map { smoothstep(0, 0.25, $0) }.masked(by: inside), color, opacity: 0.85)
        scene.raise(beads.masked(by: inside), by: size * 0.5)
    }
}
