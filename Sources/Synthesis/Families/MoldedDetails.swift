/// What a mould leaves on a part and what is set into it afterwards.
enum MoldedDetails {
    static func draw(_ scene: inout Scene, _ body: MoldedPart.Body, _ random: inout Generator) {
        if random.chance(0.35) { ribs(&scene, body, &random) }
        if random.chance(0.12) { window(&scene, body, &random) }
        for _ in 0..<random.pick([0, 0, 1, 2, 3]) { ejector(&scene, body, &random) }
        let lettered = random.pick([0, 1, 1, 2, 3])
        for _ in 0..<lettered { lettering(&scene, body, &random) }
        if random.chance(0.5) { inserts(&scene, body, &random) }
        if random.chance(0.3) { gate(&scene, body, &random) }
    }

    /// A place that lies inside by at least `inset`, in the design's own numbers; the middle when chance finds none.
    private static func spot(_ body: MoldedPart.Body, inset: Float, _ random: inout Generator) -> Point {
        let tries = (0..<6).map { _ in
            Point(random.uniform(-0.8, 0.8) * body.long, random.uniform(-0.8, 0.8) * body.short)
        }
        return tries.first { -outlineDistance($0.x, $0.y, body.outline) > inset } ?? Point(0, 0)
    }

    /// Parallel or border-following ribs, rows of grip ridges, dimples.
    private static func ribs(_ scene: inout Scene, _ body: MoldedPart.Body, _ random: inout Generator) {
        let pitch = random.scale(3.5, 18)
        let width = pitch * random.uniform(0.15, 0.4)
        let inset = random.uniform(3, 12)
        let turned = body.frame.placed(angle: random.pick([0, 1.570_796_4, random.angle()]))
        let form = random.integer(0...3)
        let from = random.uniform(-0.8, 0.3) * body.long
        let to = random.chance(0.4) ? body.long : from + random.uniform(0.3, 0.9) * body.long
        let rings = random.integer(1...4)
        let lines: Plane
        switch form {
        case 0:
            lines = scene.field(turned) { x, _ in
                x > from && x < to ? smoothstep(width + 1, width - 1, abs(wrapped(x, pitch) - pitch / 2)) : 0
            }
        case 1:
            lines = body.distance.map { d in
                let level = -d - inset
                guard level > 0, level < Float(rings) * pitch else { return 0 }
                return smoothstep(width + 1, width - 1, abs(wrapped(level, pitch) - pitch / 2))
            }
        case 2:
            lines = scene.field(turned) { x, y in
                guard x > from, x < to else { return 0 }
                return clamped(1.2 - length(wrapped(x, pitch) - pitch / 2, wrapped(y, pitch) - pitch / 2) / width)
            }
        default:
            lines = scene.field(turned) { x, y in
                let arc = length(x - from, y)
                return arc < Float(rings) * pitch * 1.5 ? 0.5 + 0.5 * sine(arc * 6.283_185_5 / pitch) : 0
            }
        }
        let face = body.distance.map { coverage($0 + inset, 2) }
        scene.raise(lines.masked(by: face), by: random.sign() * min(3, width) * random.uniform(0.3, 1))
    }

    private static func window(_ scene: inout Scene, _ body: MoldedPart.Body, _ random: inout Generator) {
        let half = Point(body.long * random.uniform(0.15, 0.4), body.short * random.uniform(0.15, 0.35))
        let place = body.frame.placed(at: spot(body, inset: half.y * 1.3, &random))
        let glass = Material(random.chance(0.6) ? Color(0.02) : .any(&random, 0.1, 0.8), gloss: 0.95)
        let radius = min(half.x, half.y) * random.uniform(0.05, 1)
        scene.component(in: place, at: Point(0, 0), reach: half.x * 0.7, &random) { scene, place, _ in
            scene.block(
                half.x, half.y, radius: radius, glass, in: place, rim: .rounded(1), elevation: 1, strength: 0.4)
        }
    }

    /// The circle that an ejector pin left.
    private static func ejector(_ scene: inout Scene, _ body: MoldedPart.Body, _ random: inout Generator) {
        let radius = random.scale(2.5, 11)
        let place = body.frame.placed(at: spot(body, inset: radius + 3, &random))
        let depth = random.sign() * random.uniform(0.2, 1)
        let ring = scene.field(place, reach: radius + 3) { x, y in
            let d = length(x, y) - radius
            return bell(d / 0.7) * -0.6 + coverage(d, 0.8) * depth
        }
        scene.raise(ring.masked(by: scene.part), by: 1)
    }

    /// Where the plastic flowed in: a short rough stub.
    private static func gate(_ scene: inout Scene, _ body: MoldedPart.Body, _ random: inout Generator) {
        let radius = random.uniform(1.5, 4)
        let place = body.frame.placed(at: spot(body, inset: radius + 2, &random))
        let grain = scene.noise(.grain, in: place, scale: 0.5, &random, reach: radius + 3)
        let stub = scene.field(place, reach: radius + 3) { x, y in clamped((radius - length(x, y)) / 1.5) }
        scene.raise(stub.combined(grain) { $0 * (1 + 0.25 * $1) }.masked(by: scene.part), by: radius * 0.5)
    }

    /// A line of text or a sign: printed, raised or sunk.
    private static func lettering(_ scene: inout Scene, _ body: MoldedPart.Body, _ random: inout Generator) {
        let text = Lettering.mark(&random, longest: random.integer(2...9))
        let isLogo = random.chance(0.3)
        let wanted = random.scale(7, 26)
        let at = spot(body, inset: wanted * 0.6, &random)
        let turn = random.pick([0, 0, 0, 1.570_796_4, 3.141_592_7, random.angle()])
        // Half the extent along the line and across it at size 1; what would run over the border is made smaller.
        let half = isLogo ? Point(0.6, 0.6) : Point(Ink.textWidth(text, size: 1) / 2, 0.5)
        let corners = [Point(1, 1), Point(-1, 1), Point(1, -1), Point(-1, -1)].map { sign in
            Outline.placed([Point(sign.x * half.x, sign.y * half.y)], at: Point(0, 0), angle: turn)[0]
        }
        let fitting = [1, 0.8, 0.62, 0.48, 0.36].map { $0 * wanted }.first { size in
            corners.allSatisfy { corner in
                let p = at + corner * size
                return outlineDistance(p.x, p.y, body.outline) < -2
            }
        }
        guard let size = fitting, size > 4 else { return }
        let reach = half.x * size
        let place = body.frame.placed(at: at, angle: turn)
        let color = Color.any(&random, 0.02, 0.95)
        let weight = random.uniform(0.12, 0.22)
        let sides = random.integer(3...7)
        let isOpen = random.chance(0.5)
        let waist = random.uniform(0.4, 1)
        func put(_ ink: inout Ink) {
            guard isLogo else {
                return ink.text(text, at: Point(-reach, -size / 2), size: size, weight: weight)
            }
            let star = (0..<2 * sides).map { index in
                Point.polar(Float(index) * 3.141_592_7 / Float(sides), reach * (index % 2 == 0 ? 1 : waist))
            }
            if isOpen { ink.line(star + star.prefix(1), width: size * weight) } else { ink.polygon(star) }
        }
        if random.chance(0.55) {
            let part = scene.part
            let shown = color.readable(on: body.base.color, light: 0.85)
            scene.printed(in: place, reachX: reach, reachY: isLogo ? reach : size / 2, color: shown, &random) {
                ink, _ in
                put(&ink)
                ink.keep(part)
            }
        } else {
            var ink = scene.ink(place, reach: reach + 4)
            put(&ink)
            let soft = ink.plane.blurred(Int(0.7 / place.pixel)).masked(by: scene.part)
            scene.raise(soft, by: random.sign() * random.uniform(0.6, 2.2))
            scene.shadow(soft, random.uniform(0, 0.15))
        }
    }

    /// Dots, buttons, plugs and screws that could be absent or askew, in their seats.
    private static func inserts(_ scene: inout Scene, _ body: MoldedPart.Body, _ random: inout Generator) {
        let material = random.chance(0.35) ? Material.anyMetal(&random) : .anyPlastic(&random)
        let size = random.scale(4, 15)
        let form = random.integer(0...3)
        let height = random.uniform(0.1, 0.6)
        let drive = random.integer(0...3)
        let count = random.integer(1...4)
        let start = spot(body, inset: size + 3, &random)
        let step =
            random.chance(0.5) ? Point(size * random.uniform(2.4, 4), 0) : Point(0, size * random.uniform(2.4, 4))
        for index in 0..<count {
            let at = start + step * (Float(index) - Float(count - 1) / 2)
            var own = random.fork(UInt64(index))
            let turn = form == 2 ? own.angle() : 0
            guard -outlineDistance(at.x, at.y, body.outline) > size + 2 else { continue }
            scene.bore(at: at, radius: size * 1.05, in: body.frame, depth: 0.7)
            scene.component(in: body.frame, at: at, angle: turn, reach: size, &own) { scene, place, _ in
                switch form {
                case 0:
                    scene.disk(
                        size, material, in: place, rim: .dome(height: size * height, radius: size), elevation: 2)
                case 1:
                    scene.block(
                        size, size * 0.7, radius: size * 0.3, material, in: place, rim: .rounded(size * height),
                        elevation: 3)
                case 2: ScrewHead.draw(&scene, place, radius: size, material, drive: drive)
                default: scene.disk(size, material, in: place, rim: .rounded(1), elevation: 0.8)
                }
            }
        }
    }
}
