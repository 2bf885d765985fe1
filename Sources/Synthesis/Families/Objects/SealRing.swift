/// A seal: an O-ring, or a flat gasket with bolt holes.
struct SealRing: ProductFamily {
    let name = "seal"
    let nouns = ["seal", "gasket", "o-ring", "rubber seal", "flange gasket"]
    let kind = ProductKind.object
    let defects: Set<DefectType> = [
        .cut, .crack, .burr, .broken, .hole, .scratch, .stain, .contamination, .color, .dent, .poke, .liquid, .missing,
    ]

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        scene.drawBackdrop(&random)
        let frame = scene.posed(&random, turn: .infinity)
        let rubber: [UInt32] = [
            0x18181A, 0x232325, 0x6E2A22, 0x2E6A42, 0x3A5A8A, 0xB8552E, 0x8A8A86, 0xC9B98A, 0xB86A3A,
        ]
        let material = Material(Color(hex: random.pick(rubber)).varied(&random), gloss: random.uniform(0.08, 0.6))
        if random.chance(0.4) {
            ring(&scene, frame, material, &random)
        } else {
            gasket(&scene, frame, material, &random)
        }
        let grain = scene.noise(random.pick([.fine, .grain, .pink]), in: frame, &random)
        scene.modulate(grain, random.uniform(0.02, 0.12), where: scene.part)
        scene.raise(grain.masked(by: scene.part), by: random.uniform(0, 0.12))
    }

    private func ring(_ scene: inout Scene, _ frame: Frame, _ material: Material, _ random: inout Generator) {
        let middle = random.uniform(68, 96)
        let half = random.uniform(7, 19)
        let stretch = random.chance(0.35) ? random.uniform(0.65, 0.9) : 1
        let isSquare = random.chance(0.3)
        let distance = scene.field(frame) { x, y in
            let r =
                isSquare
                ? boxDistance(x, y, middle, middle * stretch, radius: middle * 0.42) : length(x, y / stretch) - middle
            return abs(r) - half
        }
        scene.body(distance, material, in: frame, edge: 0, elevation: half * 0.7)
        let lip = random.chance(0.3)
        scene.raise(
            distance.map { d in
                let t = clamped(-d / half)
                return lip ? Scene.quarterCircle(wrapped(t * 2, 1)) * 0.6 : Scene.quarterCircle(t)
            }, by: half)
        if random.chance(0.4) {
            // The mould's parting line.
            let seam = distance.map { d in bell((d + half * 0.98) / 0.7) }
            scene.raise(seam, by: 0.5)
        }
    }

    private func gasket(_ scene: inout Scene, _ frame: Frame, _ material: Material, _ random: inout Generator) {
        let holes = random.pick([3, 4, 4, 6, 8, 2])
        let outer = random.uniform(78, 104)
        let bore = outer * random.uniform(0.42, 0.62)
        let bolt = (outer - bore) * random.uniform(0.16, 0.24)
        let style = random.integer(0...2)
        let boltAt = style == 0 ? (outer + bore) / 2 : outer * 0.94
        let squareness = random.uniform(0.72, 1)
        let waist = style == 1 ? random.uniform(0.66, 0.8) : 0.8
        let sector = 6.283_185_5 / Float(holes)
        // Lobes around the bolts, a disk between them; or a plate with rounded corners.
        let distance = scene.field(frame) { x, y in
            let r = length(x, y)
            let angle = wrapped(arcTangent(y, x) + sector / 2, sector) - sector / 2
            let lx = r * cosine(angle) - boltAt
            let ly = r * sine(angle)
            let toBolt = length(lx, ly)
            let plate: Float
            switch style {
            case 0: plate = r - outer
            case 1: plate = smoothUnion(r - outer * waist, toBolt - bolt * 2.1, 14)
            default: plate = boxDistance(x, y, outer, outer * squareness, radius: 18)
            }
            return max(plate, max(bore * (style == 2 ? squareness : 1) - r, style == 2 ? -1e3 : bolt - toBolt))
        }
        var mask = distance
        if style == 2 {
            let corner = Point(outer - bolt * 2.2, outer * squareness - bolt * 2.2)
            mask = distance.combined(
                scene.field(frame) { x, y in
                    bolt - length(abs(x) - corner.x, abs(y) - corner.y)
                }
            ) { max($0, $1) }
        }
        scene.body(mask, material, in: frame, edge: random.uniform(0.6, 1.6), elevation: random.uniform(1.5, 4))
        if random.chance(0.55) {
            // A bead or groove around the bore.
            let at = bore + (outer - bore) * 0.25
            let k = style == 2 ? squareness : 1
            let bead = scene.field(frame) { x, y in bell((length(x, y) - at * k) / 3) }
            scene.raise(bead.masked(by: scene.part), by: random.sign() * random.uniform(1.2, 2.4))
        }
        for step in 0..<10 {
            let angle = Float(step) * 0.628_318_5
            let k = style == 2 ? squareness : 1
            scene.addEdge(at: .polar(angle, bore * k), outward: .polar(angle + 3.141_592_7, 1), in: frame)
        }
    }
}
