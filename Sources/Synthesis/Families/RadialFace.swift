/// The face of a wheel: hubs, webs, rings, vanes, zones of colour, machining, codes, bolts.
enum RadialFace {
    static func draw(
        _ scene: inout Scene, _ body: RadialPart.Body, _ openings: RadialOpenings, _ random: inout Generator
    ) {
        let radius = scene.field(body.frame) { x, y in length(x, y) }
        zones(&scene, body, radius, &random)
        relief(&scene, body, radius, &random)
        if random.chance(0.25) { vanes(&scene, body, &random) }
        finish(&scene, body, radius, &random)
        if random.chance(0.35) { balance(&scene, body, &random) }
        if random.chance(0.6) { code(&scene, body, &random) }
        if random.chance(0.3) { dial(&scene, body, &random) }
        if openings.takesBolts, random.chance(0.45) {
            bolts(&scene, body, openings, &random)
        } else if random.chance(0.35) {
            hub(&scene, body, &random)
        }
    }

    private static func zones(
        _ scene: inout Scene, _ body: RadialPart.Body, _ radius: Plane, _ random: inout Generator
    ) {
        for _ in 0..<random.pick([0, 0, 0, 1, 1, 2]) {
            let from = body.root * random.uniform(0, 0.8)
            let to = random.chance(0.4) ? 200 : from + body.root * random.uniform(0.06, 0.5)
            let material = random.chance(0.7) ? Material.anyPlastic(&random) : .anyMetal(&random)
            let ring = radius.map { r in coverage(max(from - r, r - to), 1) }
            scene.fill(ring.masked(by: scene.part), material)
        }
    }

    /// Steps, grooves and slopes that depend on the radius alone.
    private static func relief(
        _ scene: inout Scene, _ body: RadialPart.Body, _ radius: Plane, _ random: inout Generator
    ) {
        for _ in 0..<random.integer(0...4) {
            let at = mix(body.bore, body.root, random.uniform(0.1, 0.95))
            let width = random.scale(0.8, 5)
            let height = random.sign() * random.uniform(0.4, 1) * width
            switch random.integer(0...2) {
            case 0:
                let ring = radius.map { r in bell((r - at) / width) }.masked(by: scene.part)
                scene.raise(ring, by: height)
            case 1:
                let inner = radius.map { r in smoothstep(at + width, at, r) }.masked(by: scene.part)
                scene.raise(inner, by: height * 1.5)
            default:
                let to = min(body.root - 3, at + random.uniform(0.1, 0.4) * body.root)
                let web = radius.map { r in smoothstep(at, at + 2, r) * smoothstep(to, to - 2, r) }
                scene.raise(web.masked(by: scene.part), by: height)
                scene.shadow(web.masked(by: scene.part), height < 0 ? 0.12 : 0)
            }
        }
        guard random.chance(0.35) else { return }
        let rise = random.sign() * body.root * random.uniform(0.05, 0.35)
        let isDome = random.chance(0.6)
        let top = body.root * random.uniform(0.9, 1.25)
        let slope = radius.map { r in isDome ? Scene.quarterCircle(1 - r / top) : 1 - r / top }
        scene.raise(slope.masked(by: scene.part), by: rise)
    }

    /// Straight or swept ridges from the hub outwards.
    private static func vanes(_ scene: inout Scene, _ body: RadialPart.Body, _ random: inout Generator) {
        let count = Float(random.integer(3...16))
        let sweep = random.chance(0.6) ? random.normal(0.02) : 0
        let from = mix(body.bore, body.root, random.uniform(0.1, 0.4))
        let to = mix(body.bore, body.root, random.uniform(0.7, 0.98))
        let width = min(random.scale(1.2, 7), from * 3 / count)
        let height = random.sign() * width * random.uniform(0.4, 1)
        let sector = 6.283_185_5 / count
        let ridges = scene.field(body.frame) { x, y in
            let r = length(x, y)
            guard r > from - 2, r < to + 2 else { return 0 }
            let angle = wrapped(arcTangent(y, x) + sweep * r, sector) - sector / 2
            return smoothstep(width, width * 0.5, abs(angle) * r) * smoothstep(from - 2, from, r)
                * smoothstep(to + 2, to, r)
        }
        scene.raise(ridges.masked(by: scene.part), by: height)
    }

    private static func finish(
        _ scene: inout Scene, _ body: RadialPart.Body, _ radius: Plane, _ random: inout Generator
    ) {
        let pitch = random.scale(1.2, 4.5)
        let kind = random.integer(0...3)
        let grain = scene.noise(
            random.pick([.fine, .pink, .grain, .brush]), in: body.frame, scale: random.scale(0.5, 1.5), &random)
        if kind == 0 {
            let rings = radius.map { sine($0 * 6.283_185_5 / pitch) }.masked(by: scene.part)
            scene.raise(rings, by: pitch * random.uniform(0.004, 0.03))
        } else if kind == 1 {
            scene.raise(grain.masked(by: scene.part), by: random.uniform(0.03, 0.25))
        }
        scene.modulate(grain, random.uniform(0.01, 0.08), where: scene.part)
    }

    /// Pits drilled where the wheel was too heavy; every piece has others.
    private static func balance(_ scene: inout Scene, _ body: RadialPart.Body, _ random: inout Generator) {
        let size = random.uniform(2, 6)
        let at = body.root - size - random.uniform(3, 8)
        let count = random.integer(1...4)
        var piece = random.piece()
        let start = piece.angle()
        for index in 0..<count {
            let pit = Point.polar(start + Float(index) * 2.6 * size / at, at)
            scene.bore(at: pit, radius: size, in: body.frame, depth: 0.7, chamfer: 0.8)
        }
    }

    /// A code on a straight line or around the middle, printed, raised or sunk.
    private static func code(_ scene: inout Scene, _ body: RadialPart.Body, _ random: inout Generator) {
        let text = Lettering.mark(&random)
        let room = body.root - body.bore
        let wanted = min(16, room * random.uniform(0.12, 0.4))
        let at = mix(body.bore, body.root, random.uniform(0.35, 0.8))
        let isRound = random.chance(0.6)
        let turn = isRound ? random.angle() : random.pick([0, 1.570_796_4, random.angle()])
        // No longer than its chord, or than most of its circle.
        let longest = isRound ? at * 5 : 1.7 * max(0, body.root * body.root - at * at).squareRoot()
        let size = min(wanted, longest / Ink.textWidth(text, size: 1))
        let isPrinted = random.chance(0.5)
        let color = random.chance(0.6) ? Color(body.material.color.luminance > 0.2 ? 0.02 : 0.85) : .any(&random)
        let local = body.frame.placed(
            at: isRound ? Point(0, 0) : .polar(turn, at), angle: isRound ? 0 : turn + 1.570_796_4)
        let half = Ink.textWidth(text, size: size) / 2
        func put(_ ink: inout Ink) {
            guard isRound else { return ink.text(text, at: Point(-half, -size / 2), size: size, weight: 0.17) }
            let advance = Ink.textWidth("00", size: size) - Ink.textWidth("0", size: size)
            for (index, letter) in text.enumerated() {
                let angle = turn + Float(index) * advance / at
                ink.text(
                    String(letter), at: .polar(angle, at + size / 2), size: size, weight: 0.17,
                    angle: angle + 1.570_796_4)
            }
        }
        if isPrinted {
            let part = scene.part
            let reach = isRound ? at + size : half
            scene.printed(in: local, reachX: reach, reachY: isRound ? reach : size, color: color, &random) { ink, _ in
                put(&ink)
                ink.keep(part)
            }
        } else {
            var ink = scene.ink(local, reach: isRound ? at + size * 1.5 : half + 4)
            put(&ink)
            scene.raise(ink.plane.masked(by: scene.part), by: random.sign() * random.uniform(0.5, 1.4))
        }
    }

    /// Graduations and a pointer, as on knobs and dials.
    private static func dial(_ scene: inout Scene, _ body: RadialPart.Body, _ random: inout Generator) {
        let count = random.integer(4...40)
        let to = body.root * random.uniform(0.7, 0.93)
        let from = to * random.uniform(0.8, 0.95)
        let width = random.uniform(1, 3)
        let sweep = random.chance(0.5) ? 6.283_185_5 : random.uniform(1, 5)
        let hasPointer = random.chance(0.5)
        let color = Color.any(&random)
        let shown = color.readable(on: body.material.color, light: 0.9)
        let part = scene.part
        scene.printed(in: body.frame, reachX: to, reachY: to, color: shown, &random) { ink, _ in
            for index in 0..<count {
                let angle = Float(index) * sweep / Float(count)
                ink.line([.polar(angle, from), .polar(angle, to)], width: width)
            }
            if hasPointer { ink.line([.polar(0, body.bore + 4), .polar(0, from - 3)], width: width * 2) }
            ink.keep(part)
        }
    }

    private static func bolts(
        _ scene: inout Scene, _ body: RadialPart.Body, _ openings: RadialOpenings, _ random: inout Generator
    ) {
        let steel = random.chance(0.8) ? Material.anyMetal(&random) : .anyPlastic(&random)
        let radius = openings.size * random.uniform(0.8, 1.3)
        let drive = random.integer(0...3)
        for hole in 0..<openings.holes {
            var piece = random.piece()
            let turn = piece.angle()
            let at = Point.polar((Float(hole) + 0.5) * 6.283_185_5 / Float(openings.holes), openings.circle)
            scene.component(in: body.frame, at: at, angle: turn, reach: radius, &random) { scene, place, _ in
                ScrewHead.draw(&scene, place, radius: radius, steel, drive: drive)
                scene.include(scene.field(place, reach: radius + 2) { x, y in coverage(length(x, y) - radius, 1) })
            }
        }
    }

    /// A cap, nut or bush in the middle.
    private static func hub(_ scene: inout Scene, _ body: RadialPart.Body, _ random: inout Generator) {
        let material = random.chance(0.5) ? Material.anyMetal(&random) : .anyPlastic(&random)
        let radius = max(8, body.bore * random.uniform(1.1, 1.5))
        let sides = random.pick([0, 0, 4, 6, 6, 8])
        let inner = radius * random.uniform(0.2, 0.6)
        let isOpen = random.chance(0.5)
        let soft = body.frame.pixel
        let bevel = random.uniform(1, 4)
        scene.component(in: body.frame, at: Point(0, 0), angle: 0.3, reach: radius, &random) { scene, place, _ in
            let mask = scene.field(place, reach: radius * 1.2 + 2) { x, y in
                coverage(
                    sides == 0 ? length(x, y) - radius : polygonDistance(x, y, sides: sides, apothem: radius), soft)
            }
            scene.solid(mask, material, in: place, rim: .rounded(bevel), elevation: 4)
            scene.include(mask)
            if isOpen { scene.bore(at: Point(0, 0), radius: inner, in: place, depth: 0.8, chamfer: 1) }
        }
    }
}
