/// Where a moulded part changes its colour: halves, bands, rings and inlays, each joint with a step, lip or groove.
struct MoldedSeams {
    private enum Form { case straight, curved, wavy, offset, inlay }

    private let form: Form
    /// Where zones begin along the seams' coordinate, ascending.
    private let levels: [Float]
    private let angle: Float
    private let bow: Float
    private let pitch: Float
    private let center: Point
    private let long: Float
    private let short: Float
    /// How far the last zone stands out beyond the outline.
    private let lip: Float

    /// Whether the seams cut the part from side to side.
    var isCut: Bool { levels.count == 1 && (form == .straight || form == .curved || form == .wavy) }

    init(long: Float, short: Float, _ random: inout Generator) {
        form = random.pick([.straight, .straight, .straight, .curved, .wavy, .offset, .inlay])
        self.long = long
        self.short = short
        angle = random.pick([0, 0, 0, 1.570_796_4, random.angle()])
        bow = random.scale(0.8, 4) * long * random.sign()
        pitch = random.uniform(12, 50)
        center = Point(random.normal(0.25) * long, random.normal(0.25) * short)
        let count = random.pick([0, 1, 1, 1, 1, 2, 2, 3])
        let isAcross = abs(cosine(angle)) > 0.5
        let isInner = form == .offset || form == .inlay
        let room = isInner ? short : (isAcross ? long : short)
        levels = (0..<count).map { _ in
            isInner ? room * random.uniform(-0.75, -0.12) : room * random.uniform(-0.6, 0.6)
        }.sorted()
        lip = random.chance(0.45) ? random.uniform(0.6, 3) : 0
    }

    /// The coordinate across the seams, in units.
    private func coordinate(_ scene: Scene, _ body: MoldedPart.Body, in frame: Frame) -> Plane {
        let (c, s) = (cosine(angle), sine(angle))
        switch form {
        case .straight: return scene.field(frame) { x, y in c * x + s * y }
        case .curved:
            return scene.field(frame) { x, y in
                (length(c * x + s * y + bow, c * y - s * x) - abs(bow)) * (bow < 0 ? -1 : 1)
            }
        case .wavy:
            let swing = pitch * 0.12
            return scene.field(frame) { x, y in c * x + s * y + swing * sine((c * y - s * x) * 6.283_185_5 / pitch) }
        case .offset: return body.distance.map { -short - $0 }
        case .inlay:
            let stretch = bow < 0 ? 1 : long / short
            return scene.field(frame) { x, y in -length((x - center.x) / stretch, y - center.y) }
        }
    }

    /// Makes the body wider where the last zone overlaps the others.
    func widen(_ body: inout MoldedPart.Body, _ scene: Scene) {
        guard lip > 0, isCut, let level = levels.last else { return }
        body.distance.combine(coordinate(scene, body, in: body.frame)) { $0 - ($1 > level ? lip : 0) }
    }

    /// Fills the zones and shapes their joints.
    func draw(_ scene: inout Scene, _ body: MoldedPart.Body, skipsLast: Bool, _ random: inout Generator) {
        let u = coordinate(scene, body, in: body.frame)
        let part = scene.part
        for (index, level) in levels.enumerated() {
            let color = random.chance(0.15) ? body.base.color.varied(&random, by: 0.2) : .any(&random, 0.1, 0.95)
            let gloss = random.chance(0.7) ? body.base.gloss : random.uniform(0.05, 0.95)
            let joint = random.integer(0...3)
            let width = random.uniform(0.7, 2.6)
            let step = random.sign() * random.uniform(0.6, 2.4)
            // Drawn by ``half(_:_:dome:land:_:)``.
            if skipsLast && index == levels.count - 1 { continue }
            let soft = body.frame.pixel
            scene.fill(u.map { coverage(level - $0, soft) }.masked(by: part), Material(color, gloss: gloss))
            let groove = u.map { bell(($0 - level) / width) }.masked(by: part)
            switch joint {
            case 0: break
            case 1:
                scene.raise(groove, by: -width * 0.7)
                scene.shadow(groove, 0.25)
            case 2: scene.raise(groove, by: width * 0.6)
            default:
                scene.raise(u.map { smoothstep(level - 1, level + 1, $0) }.masked(by: part), by: step)
            }
        }
    }

    /// The last zone as a shell of its own that is pushed over the rest and may be absent or askew.
    func half(
        _ scene: inout Scene, _ body: MoldedPart.Body, dome: Float, land: Float, _ random: inout Generator
    ) {
        guard let level = levels.last else { return }
        let material = Material(
            .any(&random, 0.1, 0.95), gloss: random.chance(0.7) ? body.base.gloss : random.uniform(0.1, 0.9))
        let beads = random.pick([0, 0, 1, 1, 2, 3])
        let rim = random.uniform(1, 3)
        let middle = Point.polar(angle, (level + (abs(cosine(angle)) > 0.5 ? long : short)) / 2)
        let size = max(12, (long - level) / 2)
        scene.component(in: body.frame, at: middle, reach: size * 0.8, &random) { scene, place, _ in
            let base = place.placed(at: middle * -1)
            let grown = 1 + max(lip, 0.6) / short
            let full = scene.wholePicture(
                scene.shape(Outline.placed(body.outline, at: Point(0, 0), scale: grown), in: base), outside: 0)
            let distance = scene.distances(full, in: base, limit: short)
            let u = coordinate(scene, body, in: base)
            let soft = base.pixel
            let mask = full.combined(u) { $0 * coverage(level - $1, soft) }
            scene.solid(mask, material, in: base, rim: .sharp, elevation: 3, strength: 0.5)
            scene.include(mask)
            let crown = MoldedPart.crown(distance, short - land, base, from: land)
            scene.raise(crown.masked(by: mask), by: dome)
            for bead in 0..<beads {
                let at = level + 4 + Float(bead) * rim * 3.4
                scene.raise(
                    u.map { bell(($0 - at) / rim) }.masked(by: mask), by: bead % 2 == 0 ? -rim * 0.5 : rim * 0.4)
            }
        }
    }

    /// Clear plastic: what is inside shows in one zone.
    func filling(_ scene: inout Scene, _ body: MoldedPart.Body, _ random: inout Generator) {
        let size = random.scale(2.5, 9)
        let salt = random.salt()
        let order = random.uniform(0.3, 1)
        let color = Color.any(&random, 0.3, 0.95)
        let opacity = random.uniform(0.3, 0.85)
        let limit = levels.first ?? 0
        let inset = random.uniform(3, 9)
        let inside = coordinate(scene, body, in: body.frame).combined(body.distance) { u, d in
            coverage(u - limit + 3, 2) * coverage(d + inset, 3)
        }
        let grains = scene.field(body.frame) { x, y in
            clamped(1.15 - cellNoise(x / (2 * size), y / (2 * size), salt, jitter: order).first * 2.1)
        }
        scene.tint(grains.map { smoothstep(0, 0.3, $0) }.masked(by: inside), color, opacity: opacity)
        scene.raise(grains.masked(by: inside), by: size * random.uniform(0.05, 0.4))
    }
}
