/// A moulded or cast shell of any outline: domed or flat, of several colours with seams, lettered, ribbed, pierced.
///
/// As ``RandomPart`` for plastics: halves of two colours, joints, lettering and mould marks are meant to be there.
struct MoldedPart: ProductFamily {
    let name = "molded_part"
    let nouns = ["molded part", "plastic part", "shell", "cap", "casing"]
    let kind = ProductKind.object
    let defects: Set<DefectType> = [
        .scratch, .dent, .crack, .hole, .broken, .burr, .stain, .liquid, .contamination, .color, .cut, .poke, .missing,
        .bent, .printError, .misplaced,
    ]

    /// What the drawing steps share.
    struct Body {
        let frame: Frame
        let outline: [Point]
        /// Half its longer and half its shorter extent.
        let long: Float
        let short: Float
        let base: Material
        /// Signed distance, negative inside.
        var distance: Plane
    }

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        scene.drawBackdrop(&random)
        let frame = scene.posed(&random, turn: .infinity)
        let long = random.uniform(58, 108)
        let short = long * random.uniform(0.36, 1)
        let outline = Self.outline(long, short, &random)
        let gloss = random.chance(0.65) ? random.uniform(0.45, 0.95) : random.uniform(0.04, 0.3)
        let base = Material(.any(&random, 0.1, 0.95), gloss: gloss)
        let silhouette = scene.wholePicture(scene.shape(outline, in: frame), outside: 0)
        var body = Body(
            frame: frame, outline: outline, long: long, short: short, base: base,
            distance: scene.distances(silhouette, in: frame, limit: short))
        let seams = MoldedSeams(long: long, short: short, &random)
        let isHalved = seams.isCut && random.chance(0.45)
        seams.widen(&body, scene)
        let edge = random.chance(0.7) ? random.scale(1, 9) : 0
        scene.body(body.distance, base, in: frame, edge: edge, elevation: random.uniform(3, 14))
        let dome = random.chance(0.65) ? short * random.uniform(0.12, 0.85) : 0
        let land = dome < short * 0.5 ? random.uniform(0, 12) : 0
        scene.raise(Self.crown(body.distance, short - land, frame, from: land).masked(by: scene.part), by: dome)
        seams.draw(&scene, body, skipsLast: isHalved, &random)
        if random.chance(0.15) { seams.filling(&scene, body, &random) }
        if isHalved { seams.half(&scene, body, dome: dome, land: land, &random) }
        let grain = scene.noise(random.pick([.fine, .grain, .pink]), in: frame, scale: random.scale(0.4, 1.5), &random)
        scene.modulate(grain, random.chance(0.5) ? random.uniform(0, 0.05) : 0, where: scene.part)
        scene.raise(grain.masked(by: scene.part), by: random.chance(0.4) ? random.uniform(0, 0.25) : 0)
        MoldedDetails.draw(&scene, body, &random)
    }

    /// A dome over the distance from the border, smoothed where the slopes of both sides meet.
    static func crown(_ distance: Plane, _ reach: Float, _ frame: Frame, from land: Float) -> Plane {
        distance.blurred(max(2, Int(2.5 / frame.pixel))).map { d in
            -d > land ? Scene.quarterCircle((-d - land) / max(reach, 1)) : 0
        }
    }

    private static func outline(_ long: Float, _ short: Float, _ random: inout Generator) -> [Point] {
        switch random.integer(0...6) {
        case 0, 1: return Outline.slot(from: Point(short - long, 0), to: Point(long - short, 0), radius: short)
        case 2:
            // A superellipse: from a plain ellipse to nearly a box.
            let squareness = 2 / random.uniform(1.8, 5)
            return (0..<96).map { step in
                let angle = Float(step) * (6.283_185_5 / 96)
                let (c, s) = (cosine(angle), sine(angle))
                return Point(
                    long * power(abs(c), squareness) * (c < 0 ? -1 : 1),
                    short * power(abs(s), squareness) * (s < 0 ? -1 : 1))
            }
        case 3:
            let corners = Outline.regular(
                sides: random.integer(3...8), apothem: long * 0.8, phase: random.chance(0.5) ? 0 : random.angle())
            let scaled = corners.map { Point($0.x, $0.y * max(0.6, short / long)) }
            return Outline.rounded(scaled, radius: long * random.uniform(0.05, 0.5))
        case 4:
            // A drop: a round end and one that is drawn out.
            let tip = random.uniform(0.05, 0.6)
            let waist = random.uniform(-0.25, 0.25)
            return (0..<96).map { step in
                let angle = Float(step) * (6.283_185_5 / 96)
                let along = cosine(angle)
                let width = mix(1, tip, 0.5 + 0.5 * along) + waist * (1 - along * along)
                return Point(long * along, short * sine(angle) * max(0.15, width))
            }
        case 5:
            return Outline.irregular(
                radiusX: long * 0.9, radiusY: short * 0.9, roughness: random.uniform(0.03, 0.13),
                harmonics: random.integer(1...4), &random)
        default:
            return Outline.roundedRectangle(long, short, radius: short * random.uniform(0.08, 0.9))
        }
    }
}
