/// A printed circuit board: traces, vias and pads under solder mask, and the components soldered to it.
struct CircuitBoard: ProductFamily {
    let name = "circuit_board"
    let nouns = ["printed circuit board", "pcb", "circuit board", "electronic board"]
    let kind = ProductKind.object
    let defects: Set<DefectType> = [
        .missing, .misplaced, .bent, .scratch, .stain, .contamination, .broken, .crack, .printError, .color, .liquid,
        .rust, .hole,
    ]

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        scene.drawBackdrop(&random)
        let isWhole = random.chance(0.5)
        let frame = scene.posed(&random, turn: 0.06, zoom: isWhole ? 0.9...1.02 : 1.15...1.5, shift: 5)
        let half = isWhole ? Point(random.uniform(92, 112), random.uniform(66, 106)) : Point(122, 122)
        let masks: [UInt32] = [
            0x0F5A32, 0x146B3A, 0x0B4426, 0x123E7A, 0x7A1A1C, 0x17181A, 0xD8DAD6, 0x6A5A12, 0x3A1F5E,
        ]
        let mask = Material(
            Color(hex: masks[min(masks.count - 1, Int(random.unit() * random.unit() * 9.9))]).varied(&random),
            gloss: random.uniform(0.2, 0.65))
        let outline = scene.field(frame) { x, y in boxDistance(x, y, half.x, half.y, radius: 4) }
        scene.body(outline, mask, in: frame, edge: isWhole ? 0.8 : 0, elevation: 4)
        // Glass weave shows through a little.
        let weave = scene.field(frame) { x, y in sine(x * 2.6) * sine(y * 2.6) }
        scene.modulate(weave, random.uniform(0, 0.03), where: scene.part)
        scene.modulate(scene.noise(.cloud, in: frame, &random), random.uniform(0, 0.05), where: scene.part)

        var layout = BoardLayout(half: half)
        let finish = Material(
            Color(hex: random.pick([0xE2C06A, 0xC9CCCE, 0xC9CCCE])), gloss: random.uniform(0.5, 0.9), metal: 1)
        copper(&scene, frame, half, mask.color, &random)
        if random.chance(0.75) {
            for corner in [Point(-1, -1), Point(1, -1), Point(1, 1), Point(-1, 1)] {
                let at = Point(corner.x * (half.x - 11), corner.y * (half.y - 11))
                layout.occupy(at, 9, 9)
                scene.disk(7.5, at: at, finish, in: frame, rim: .sharp, elevation: 0)
                scene.bore(at: at, radius: 4.2, in: frame, depth: 0.95)
            }
        }
        vias(&scene, frame, half, finish, &random)

        let silk = Material(random.chance(0.85) ? Color(0.8) : Color(hex: 0xE8D34A), gloss: 0.1)
        let wanted = isWhole ? random.integer(10...26) : random.integer(26...46)
        let style = BoardStyle(finish: finish, silk: silk.color, isPopulatedWithLargeParts: random.chance(0.7))
        var placed = 0
        var serial = random.integer(1...30)
        for _ in 0..<wanted * 6 where placed < wanted {
            let kind = BoardComponent.choose(placed, style, &random)
            let size = kind.size
            let quarter = random.integer(0...3)
            let turned = quarter % 2 == 1 ? Point(size.y, size.x) : size
            let grid: Float = 4
            let at = Point(
                (random.uniform(-1, 1) * (half.x - turned.x - 4) / grid).rounded() * grid,
                (random.uniform(-1, 1) * (half.y - turned.y - 4) / grid).rounded() * grid)
            guard layout.isFree(at, turned.x + 3, turned.y + 3) else { continue }
            layout.occupy(at, turned.x + 3, turned.y + 3)
            serial += 1
            kind.solder(&scene, frame, at: at, angle: Float(quarter) * 1.570_796_4, style, label: serial, &random)
            placed += 1
        }
        title(&scene, frame, half, &layout, silk.color, &random)
    }

    /// Copper under the mask: buses of parallel traces with 45° bends, and a ground plane now and then.
    private func copper(_ scene: inout Scene, _ frame: Frame, _ half: Point, _ mask: Color, _ random: inout Generator) {
        let light = mask.mixed(Color(hex: 0xD9B36A), random.uniform(0.1, 0.28))
        var ink = Ink(frame, rect: scene.rect)
        for _ in 0..<random.integer(5...13) {
            let lanes = random.pick([1, 1, 2, 3, 4, 6])
            let pitch = random.uniform(3.6, 5)
            let width = random.uniform(1.1, 2)
            var at = Point(random.uniform(-1, 1) * half.x, random.uniform(-1, 1) * half.y)
            var heading = random.integer(0...7)
            var spine = [at]
            for _ in 0..<random.integer(2...5) {
                at = at + .polar(Float(heading) * 0.785_398_2, random.uniform(14, 70))
                spine.append(at)
                heading += random.pick([-1, 1])
            }
            for lane in 0..<lanes {
                let off = (Float(lane) - Float(lanes - 1) / 2) * pitch
                ink.line(Self.offset(spine, by: off), width: width)
            }
        }
        let traces = ink.plane.masked(by: scene.part)
        scene.tint(traces, light, opacity: 0.9)
        scene.raise(traces, by: 0.35)
        if random.chance(0.35) {
            let corner = Point(random.sign() * half.x * 0.55, random.sign() * half.y * 0.5)
            let plane = scene.field(frame) { x, y in
                coverage(boxDistance(x - corner.x, y - corner.y, half.x * 0.42, half.y * 0.45, radius: 3), 1)
            }
            let keep = plane.combined(ink.plane.blurred(max(1, Int(2 / frame.pixel)))) {
                $0 * (1 - smoothstep(0.02, 0.2, $1))
            }
            scene.tint(keep.masked(by: scene.part), light, opacity: 0.6)
        }
    }

    /// A polyline moved sideways, its corners kept parallel.
    static func offset(_ points: [Point], by distance: Float) -> [Point] {
        points.indices.map { index in
            let before = points[index] - points[max(0, index - 1)]
            let after = points[min(points.count - 1, index + 1)] - points[index]
            func normal(_ v: Point) -> Point { Point(-v.y, v.x) * (1 / max(v.length, 1e-4)) }
            let a = before.length < 1e-3 ? normal(after) : normal(before)
            let b = after.length < 1e-3 ? normal(before) : normal(after)
            let middle = a + b
            // The mitre of two unit normals.
            return points[index] + middle * (2 * distance / max(middle.x * middle.x + middle.y * middle.y, 0.5))
        }
    }

    private func vias(
        _ scene: inout Scene, _ frame: Frame, _ half: Point, _ finish: Material, _ random: inout Generator
    ) {
        let isTented = random.chance(0.4)
        var rings = Ink(frame, rect: scene.rect)
        var bores = Ink(frame, rect: scene.rect)
        for _ in 0..<random.integer(8...40) {
            let at = Point(
                (random.uniform(-1, 1) * (half.x - 5) / 4).rounded() * 4,
                (random.uniform(-1, 1) * (half.y - 5) / 4).rounded() * 4)
            rings.disk(at, 2.1)
            bores.disk(at, 0.95)
        }
        let mask = rings.plane.masked(by: scene.part)
        if isTented {
            scene.scale(mask, by: 1.25)
            scene.raise(mask, by: 0.3)
        } else {
            scene.fill(mask, finish)
        }
        scene.tint(bores.plane.masked(by: scene.part), Color(0.012), opacity: isTented ? 0.5 : 1)
    }

    private func title(
        _ scene: inout Scene, _ frame: Frame, _ half: Point, _ layout: inout BoardLayout, _ color: Color,
        _ random: inout Generator
    ) {
        let text = Lettering.mark(&random, longest: 10)
        let size = random.uniform(5, 8)
        let width = Ink.textWidth(text, size: size)
        for _ in 0..<20 {
            let at = Point(
                random.uniform(-1, 1) * (half.x - width / 2 - 6), random.uniform(-1, 1) * (half.y - size - 4))
            guard layout.isFree(at, width / 2 + 2, size / 2 + 2) else { continue }
            layout.occupy(at, width / 2, size / 2)
            scene.printed(in: frame.placed(at: at), reachX: width / 2, reachY: size / 2, color: color, &random) {
                ink, _ in
                ink.text(text, at: Point(-width / 2, -size / 2), size: size, weight: 0.14)
            }
            return
        }
    }
}

/// Which places of a board are taken.
struct BoardLayout {
    let half: Point
    private var boxes: [(center: Point, halfWidth: Float, halfHeight: Float)] = []

    init(half: Point) { self.half = half }

    /// Whether a rectangle overlaps none that is taken.
    func isFree(_ center: Point, _ halfWidth: Float, _ halfHeight: Float) -> Bool {
        boxes.allSatisfy {
            abs($0.center.x - center.x) > $0.halfWidth + halfWidth
                || abs($0.center.y - center.y) > $0.halfHeight + halfHeight
        }
    }

    mutating func occupy(_ center: Point, _ halfWidth: Float, _ halfHeight: Float) {
        boxes.append((center, halfWidth, halfHeight))
    }
}
