/// A connector's mating face: rows of contacts in a molded housing, with keys, ribs and latches.
struct Connector: ProductFamily {
    let name = "connector"
    let nouns = ["connector", "plug connector", "pin header", "socket", "terminal block"]
    let kind = ProductKind.object
    let defects: Set<DefectType> = [
        .bent, .missing, .misplaced, .scratch, .crack, .broken, .burr, .stain, .contamination, .color, .printError,
        .rust,
    ]

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        scene.drawBackdrop(&random)
        let frame = scene.posed(&random, turn: random.chance(0.5) ? 0.12 : .infinity)
        let rows = random.integer(1...3)
        let columns = random.integer(max(3, 7 - 2 * rows)...(rows == 1 ? 9 : 11))
        let pitch = min(196 / Float(columns), 130 / Float(rows), random.uniform(24, 46))
        let wall = random.uniform(5, 11)
        let half = Point(Float(columns) * pitch / 2 + wall, Float(rows) * pitch / 2 + wall)
        let plastic =
            random.chance(0.35)
            ? Material(Color(random.uniform(0.01, 0.05)), gloss: random.uniform(0.1, 0.5))
            : Material.anyPlastic(&random)
        let corner = random.uniform(1, 7)
        let hasEars = random.chance(0.35)
        let ear = Point(half.x + 14, min(half.y, 15))
        let body = scene.field(frame) { x, y in
            let box = boxDistance(x, y, half.x, half.y, radius: corner)
            guard hasEars else { return box }
            let hole = length(abs(x) - half.x - 5.5, y) - 4.5
            return max(min(box, boxDistance(x, y, ear.x, ear.y, radius: 5)), -hole)
        }
        scene.body(body, plastic, in: frame, edge: random.uniform(1.2, 3), elevation: random.uniform(8, 18))
        scene.modulate(scene.noise(.fine, in: frame, &random), random.uniform(0, 0.05), where: scene.part)
        if hasEars {
            let step = scene.field(frame) { x, y in coverage(max(half.x + 1 - abs(x), abs(y) - ear.y), 1.5) }
            scene.raise(step.masked(by: scene.part), by: -3)
            scene.shadow(step.masked(by: scene.part), 0.2)
        }

        let isOneCavity = random.chance(0.4)
        let isSocket = random.chance(0.4)
        let contact = Material(
            Color(hex: random.pick([0xE2C06A, 0xE2C06A, 0xC9CCCE, 0xB87C4A])), gloss: random.uniform(0.6, 0.95),
            metal: 1)
        let wellHalf = pitch * random.uniform(0.34, 0.42)
        let isRound = random.chance(0.35)
        let depth = random.uniform(0.55, 0.9)
        if isOneCavity {
            let cavity = scene.field(frame) { x, y in
                coverage(
                    boxDistance(x, y, half.x - wall * 0.55, half.y - wall * 0.55, radius: corner * 0.6), frame.pixel)
            }
            recess(&scene, cavity, frame, depth: depth * 0.7, wall: wall)
        }
        if random.chance(0.6) {
            // A keying notch in the long wall.
            let width = random.uniform(6, 16)
            let at = random.chance(0.6) ? 0 : random.uniform(-0.5, 0.5) * half.x
            let notch = scene.field(frame) { x, y in
                coverage(boxDistance(x - at, y + half.y - wall * 0.5, width, wall * 0.55, radius: 1), frame.pixel)
            }
            recess(&scene, notch.masked(by: scene.part), frame, depth: depth * 0.6, wall: 4)
        }
        let pinHalf = pitch * random.uniform(0.11, 0.17)
        let reach = pitch * random.uniform(0.22, 0.36)
        let lean = Point.polar(random.angle(), reach)
        for row in 0..<rows {
            for column in 0..<columns {
                let at = Point(
                    (Float(column) - Float(columns - 1) / 2) * pitch, (Float(row) - Float(rows - 1) / 2) * pitch)
                if !isOneCavity { well(&scene, frame.placed(at: at), wellHalf, isRound: isRound, depth: depth) }
                scene.component(in: frame, at: at, reach: pitch * 0.4, &random) { scene, place, own in
                    if isSocket {
                        socket(&scene, place, pinHalf, contact, isRound: isRound)
                    } else {
                        pin(&scene, place, pinHalf, contact, lean: lean, isRound: isRound)
                    }
                }
            }
        }
        if random.chance(0.45) { number(&scene, frame, half, wall, columns, pitch, &random) }
        for side: Float in [-1, 1] {
            scene.addEdge(at: Point(side * half.x, half.y * 0.6), outward: Point(side, 0), in: frame)
            scene.addEdge(at: Point(half.x * 0.5 * side, half.y * side), outward: Point(0, side), in: frame)
        }
    }

    private func recess(_ scene: inout Scene, _ mask: Plane, _ frame: Frame, depth: Float, wall: Float) {
        scene.recess(mask, depth: depth, rim: wall, in: frame)
    }

    private func well(_ scene: inout Scene, _ place: Frame, _ half: Float, isRound: Bool, depth: Float) {
        let soft = place.pixel
        let distance = scene.field(place, reach: half + 4) { x, y in
            isRound ? length(x, y) - half : boxDistance(x, y, half, half, radius: 1.5)
        }
        // A lead-in slope around the cavity.
        scene.raise(distance.map { d in d < 3 ? -(3 - max(d, 0)) / 3 : 0 }, by: 1.4)
        scene.recess(distance.map { coverage($0, soft) }, depth: depth, rim: half * 0.8, in: place)
    }

    /// A male contact that stands towards the camera and leans by perspective.
    private func pin(_ scene: inout Scene, _ place: Frame, _ half: Float, _ metal: Material, lean: Point, isRound: Bool)
    {
        let points = scene.bendable([Point(0, 0), lean * 0.5, lean], in: place)
        if isRound {
            scene.tube(points, width: half * 2, metal, in: place, elevation: 4)
        } else {
            scene.tube(points, width: half * 2.1, metal, in: place, elevation: 4, flatness: 0.3)
        }
        guard let tip = points.last else { return }
        let bright = Material(metal.color.mixed(Color(0.9), 0.35), gloss: 0.55, metal: 1)
        if isRound {
            scene.disk(half, at: tip, bright, in: place, rim: .dome(height: half, radius: half), elevation: 0)
        } else {
            scene.block(half, half, radius: 0.4, at: tip, bright, in: place, rim: .chamfer(half * 0.6), elevation: 0)
        }
    }

    /// A female contact: a tube or a fork with a dark slit.
    private func socket(_ scene: inout Scene, _ place: Frame, _ half: Float, _ metal: Material, isRound: Bool) {
        if isRound {
            scene.disk(half * 1.9, metal, in: place, rim: .rounded(half * 0.5), elevation: 1)
            scene.bore(at: Point(0, 0), radius: half * 1.15, in: place, depth: 0.95)
        } else {
            for side: Float in [-1, 1] {
                scene.block(
                    half * 0.55, half * 1.7, radius: 0.4, at: Point(side * half * 0.85, 0), metal, in: place,
                    rim: .rounded(half * 0.4), elevation: 1.5)
            }
        }
    }

    private func number(
        _ scene: inout Scene, _ frame: Frame, _ half: Point, _ wall: Float, _ columns: Int, _ pitch: Float,
        _ random: inout Generator
    ) {
        let size = min(6, wall * 0.62)
        let y = half.y - wall * 0.5
        let color = scene.red[scene.side / 2, scene.side / 2] > 0.2 ? Color(0.03) : Color(0.75)
        let middle = frame.placed(at: Point(0, y))
        let text = Lettering.mark(&random, longest: 9)
        let first = -Float(columns - 1) / 2 * pitch
        scene.printed(in: middle, reachX: half.x * 0.9, reachY: size * 0.7, color: color, &random) { ink, _ in
            ink.text("1", at: Point(first - size * 0.3, -size / 2), size: size)
            ink.text(text, at: Point(-Ink.textWidth(text, size: size) / 2, -size / 2), size: size)
            ink.text(String(columns), at: Point(-first - size * 0.5, -size / 2), size: size)
        }
    }
}
