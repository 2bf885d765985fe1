/// A hexagon nut seen from above: plain, flanged, or with a plastic locking ring.
struct HexNut: ProductFamily {
    let name = "hex_nut"
    let nouns = ["hexagon nut", "metal nut", "nut", "lock nut"]
    let kind = ProductKind.object
    let defects = Set<DefectType>.metalPart

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        scene.drawBackdrop(&random)
        let frame = scene.posed(&random, turn: .infinity)
        let apothem = random.uniform(58, 86)
        let hole = apothem * random.uniform(0.48, 0.6)
        let isFlanged = random.chance(0.3)
        let hasLockRing = !isFlanged && random.chance(0.25)
        let metal = Material.anyMetal(&random)
        let elevation = random.uniform(8, 16)
        let minor = hole * random.uniform(0.82, 0.9)
        let flange = apothem * random.uniform(1.22, 1.34)

        let hexagon = scene.field(frame) { x, y in polygonDistance(x, y, sides: 6, apothem: apothem) }
        let radius = scene.field(frame) { x, y in length(x, y) }
        if isFlanged {
            let plate = radius.map { max($0 - flange, minor - $0) }
            let base = scene.body(plate, metal, in: frame, edge: 2, elevation: elevation * 0.5)
            let raised = hexagon.combined(radius) { max($0, minor - $1) }.map { coverage($0, frame.pixel) }
            scene.solid(raised, metal, in: frame, rim: .rounded(random.uniform(2, 4)), elevation: elevation * 0.5)
            // The flange falls off towards its border.
            scene.raise(
                radius.combined(hexagon) { r, h in h > 0 ? -max(0, r - apothem) : 0 }.masked(by: base), by: 0.35)
        } else {
            let outline = hexagon.combined(radius) { max($0, minor - $1) }
            scene.body(outline, metal, in: frame, edge: random.uniform(1, 3), elevation: elevation)
        }
        // Turned chamfer: a cone takes the corners off.
        let chamfer = apothem * random.uniform(0.93, 1.02)
        let cone = radius.combined(hexagon) { r, h in h < 0 ? -max(0, r - chamfer) : 0 }
        scene.raise(cone, by: random.uniform(0.35, 0.7))
        scene.modulate(
            scene.noise(random.pick([.fine, .pink, .grain]), in: frame, &random), random.uniform(0.01, 0.09),
            where: scene.part)
        if random.chance(0.4) {
            let pitch = random.uniform(1.8, 4)
            scene.raise(
                radius.combined(hexagon) { r, h in h < 0 ? sine(r * 6.283_185_5 / pitch) : 0 },
                by: pitch * random.uniform(0.005, 0.03))
        }

        drawThread(&scene, radius, in: frame, hole: hole, minor: minor, &random)
        if hasLockRing {
            let plastic = Material(Color(hex: random.pick([0x2F6FB5, 0xE8E8E2, 0xB8362E, 0x3C8A4A])), gloss: 0.35)
            let width = (apothem * 0.9 - hole) * random.uniform(0.45, 0.7)
            let ring = radius.map { coverage(max($0 - hole - width, hole - $0), frame.pixel) }
            scene.solid(ring, plastic, in: frame, rim: .rounded(width * 0.45), elevation: 1.5)
        } else if random.chance(0.5) {
            let mark = random.pick(["8", "10", "A2", "M10", "A4-80", "M8"])
            stamp(mark, &scene, frame, at: (hole + apothem) / 2, size: min(11, (apothem - hole) * 0.4), &random)
        }
        for step in 0..<6 {
            let angle = Float(step) * 1.047_197_6
            scene.addEdge(at: .polar(angle, minor), outward: .polar(angle + 3.141_592_7, 1), in: frame)
            if !isFlanged {
                scene.addEdge(
                    at: .polar(angle + 0.523_6, apothem * 1.13), outward: .polar(angle + 0.523_6, 1), in: frame)
            }
        }
    }

    /// The thread seen from above: a spiral that winds down into the bore.
    private func drawThread(
        _ scene: inout Scene, _ radius: Plane, in frame: Frame, hole: Float, minor: Float, _ random: inout Generator
    ) {
        let depth = hole - minor
        let turns = max(2, (depth / random.uniform(1.8, 3)).rounded())
        let spiral = scene.field(frame, reach: hole + 4) { x, y in
            let r = length(x, y)
            guard r < hole, r > minor - 2 else { return 0 }
            let t = (hole - r) / depth
            return sine(6.283_185_5 * (t * turns) + arcTangent(y, x))
        }
        scene.raise(spiral, by: depth / turns * 0.3)
        let shade = radius.map { r in r < hole ? smoothstep(hole, minor, r) : 0 }
        scene.shadow(shade, random.uniform(0.3, 0.65))
        // Countersink at the mouth.
        scene.raise(radius.map { -clamped((hole + 3 - $0) / 3, 0, 1) * ($0 > minor ? 1 : 0) }, by: 1.2)
    }

    private func stamp(
        _ text: String, _ scene: inout Scene, _ frame: Frame, at distance: Float, size: Float, _ random: inout Generator
    ) {
        let angle = random.angle()
        let local = frame.placed(at: .polar(angle, distance), angle: angle + 1.570_796_4)
        var ink = scene.ink(local, reach: Ink.textWidth(text, size: size))
        ink.text(text, at: Point(-Ink.textWidth(text, size: size) / 2, -size / 2), size: size)
        scene.raise(ink.plane, by: -0.8)
        scene.scale(ink.plane, by: 0.8)
    }
}
