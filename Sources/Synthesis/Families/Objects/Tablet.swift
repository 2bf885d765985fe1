/// A pressed tablet: round, oblong or oval, coated or speckled, with imprint or score line.
struct Tablet: ProductFamily {
    let name = "tablet"
    let nouns = ["pill", "tablet", "pressed tablet", "medicine tablet"]
    let kind = ProductKind.object
    let defects: Set<DefectType> = [
        .scratch, .crack, .broken, .color, .contamination, .stain, .printError, .hole, .poke, .dent, .cut,
    ]

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        scene.drawBackdrop(&random)
        let frame = scene.posed(&random, turn: .infinity)
        let long = random.uniform(74, 104)
        let shape = random.integer(0...3)
        let short = shape == 0 ? long * 0.86 : long * random.uniform(0.45, 0.78)
        let outline: [Point]
        switch shape {
        case 0: outline = Outline.circle(short)
        case 1: outline = Outline.ellipse(long, short)
        case 2: outline = Outline.slot(from: Point(-(long - short), 0), to: Point(long - short, 0), radius: short)
        default:
            outline = Outline.rounded(
                Outline.regular(sides: random.pick([3, 5, 6, 8]), apothem: short * 0.95), radius: short * 0.4)
        }
        let isCoated = random.chance(0.55)
        let color =
            random.chance(0.45)
            ? Color(random.uniform(0.6, 0.88)).varied(&random, by: 0.06) : Color.any(&random, 0.45, 0.95)
        let material = Material(color, gloss: isCoated ? random.uniform(0.4, 0.9) : random.uniform(0.02, 0.15))
        let mask = scene.shape(outline, in: frame)
        let reach = min(long, short)
        let distance = scene.distances(scene.wholePicture(mask, outside: 0), in: frame, limit: reach)
        let smooth = distance.blurred(max(2, Int(2 / frame.pixel)))
        scene.body(distance, material, in: frame, edge: random.uniform(2, 5), elevation: random.uniform(6, 14))

        let dome = reach * random.uniform(0.12, 0.4)
        let land = random.chance(0.5) ? random.uniform(4, 9) : 0
        let crown = smooth.map { d in -d > land ? Scene.quarterCircle((-d - land) / (reach - land)) : 0 }
        scene.raise(crown, by: dome)
        if !isCoated {
            let grain = scene.noise(.grain, in: frame, scale: random.uniform(0.5, 1.2), &random)
            scene.raise(grain.masked(by: mask), by: random.uniform(0.05, 0.35))
            scene.modulate(grain, random.uniform(0.01, 0.05), where: mask)
        }
        scene.modulate(scene.noise(.cloud, in: frame, &random), random.uniform(0, 0.04), where: mask)
        if random.chance(0.3) { speckle(&scene, mask, frame, &random) }

        if random.chance(0.35) { score(&scene, mask, frame, &random) }
        let text = random.pick(["FF", "A10", "M", "500", "XR", "L4", "G 25", "8", "TEVA", "PC", "30"])
        let size = min(short * 0.62, 1.5 * long / Float(max(2, text.count)) * 0.62)
        let corner = Point(-Ink.textWidth(text, size: size) / 2, -size / 2)
        if random.chance(0.4) {
            let ink = Color.any(&random, 0.05, 0.45)
            scene.printed(in: frame, reachX: Ink.textWidth(text, size: size) / 2, reachY: size / 2, color: ink, &random)
            { ink, _ in
                ink.text(text, at: corner, size: size, weight: 0.15)
            }
        } else if random.chance(0.75) {
            var ink = scene.ink(frame, reach: long)
            ink.text(text, at: corner, size: size, weight: 0.17)
            let press = ink.plane.blurred(max(1, Int(0.7 / frame.pixel)))
            scene.raise(press, by: -random.uniform(1.5, 3))
            scene.shadow(press, 0.15)
        }
    }

    private func speckle(_ scene: inout Scene, _ mask: Plane, _ frame: Frame, _ random: inout Generator) {
        let level = random.uniform(1.9, 2.6)
        let spots = scene.noise(.grain, in: frame, scale: random.uniform(0.8, 2), &random)
            .map { smoothstep(level, level + 0.4, $0) }
        scene.tint(spots.masked(by: mask), .any(&random, 0.1, 0.6), opacity: random.uniform(0.4, 0.9))
    }

    private func score(_ scene: inout Scene, _ mask: Plane, _ frame: Frame, _ random: inout Generator) {
        let half = random.uniform(2, 4)
        let isCross = random.chance(0.25)
        let groove = scene.field(frame) { x, y in
            let d = isCross ? min(abs(x), abs(y)) : abs(x)
            return -max(0, 1 - d / half)
        }
        scene.raise(groove.masked(by: mask), by: half * random.uniform(0.6, 1))
        scene.shadow(groove.map { -$0 }.masked(by: mask), 0.2)
    }
}
