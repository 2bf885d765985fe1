/// A closed zipper: two woven tapes, interlocking teeth, sometimes the slider.
struct Zipper: ProductFamily {
    let name = "zipper"
    let nouns = ["zipper", "zip fastener", "zipper teeth"]
    let kind = ProductKind.object
    let defects: Set<DefectType> = [
        .missing, .misplaced, .bent, .broken, .cut, .hole, .thread, .stain, .color, .contamination, .liquid, .dent,
    ]

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        scene.drawBackdrop(&random)
        let frame = scene.posed(&random, turn: 0.06, zoom: 0.9...1.15, shift: 5).placed(
            angle: random.chance(0.3) ? 1.570_796_4 : 0)
        let half = random.uniform(58, 92)
        let cloth =
            random.chance(0.5)
            ? Material(Color(random.uniform(0.01, 0.06)), gloss: 0.08) : Material(.any(&random, 0.1, 0.85), gloss: 0.08)
        let tape = scene.field(frame) { x, _ in abs(x) - half }
        scene.body(tape, cloth, in: frame, edge: 1.2, elevation: 2)
        // Herringbone of the tape, a rib along the chain, a seam.
        let pitch = random.uniform(3.2, 6)
        let weave = scene.field(frame) { x, y in
            let column = floored(abs(x) / (pitch * 2))
            let lean: Float = wrapped(column, 2) < 1 ? 1 : -1
            return sine((y + lean * wrapped(abs(x), pitch * 2) * 0.9) * 6.283_185_5 / pitch)
        }
        scene.raise(weave.masked(by: scene.part), by: pitch * 0.09)
        scene.modulate(weave, 0.12, where: scene.part)
        scene.modulate(scene.noise(.grain, in: frame, &random), random.uniform(0.04, 0.14), where: scene.part)
        let seam = half * random.uniform(0.5, 0.75)
        let stitch = scene.field(frame) { x, y in
            coverage(max(abs(abs(x) - seam) - 1, abs(wrapped(y, 9) - 4.5) - 3.2), 1)
        }
        if random.chance(0.6) {
            let thread = Material(cloth.color.mixed(.any(&random, 0.2, 0.9), random.uniform(0.1, 0.8)), gloss: 0.2)
            scene.fill(stitch.masked(by: scene.part), thread)
            scene.raise(stitch.masked(by: scene.part), by: 1)
        }
        teeth(&scene, frame, cloth, &random)
    }

    private func teeth(_ scene: inout Scene, _ frame: Frame, _ cloth: Material, _ random: inout Generator) {
        let isMetal = random.chance(0.45)
        let tooth =
            isMetal
            ? Material.anyMetal(&random)
            : Material(
                random.chance(0.5) ? cloth.color.mixed(Color(0.3), 0.15) : .any(&random, 0.05, 0.9),
                gloss: random.uniform(0.2, 0.7))
        let pitch = random.uniform(9.5, 17)
        let thick = pitch * random.uniform(0.3, 0.4)
        let reach = random.uniform(8, 13)
        let overlap = reach * random.uniform(0.22, 0.4)
        // The cord that carries the teeth.
        for side: Float in [-1, 1] {
            let cord = [Point(side * (reach + 2), -190), Point(side * (reach + 2), 190)]
            scene.tube(cord, width: 6, Material(cloth.color * 0.85, gloss: 0.1), in: frame, elevation: 1.5)
        }
        let count = Int(300 / pitch)
        for index in 0..<count {
            let y = (Float(index) - Float(count) / 2) * pitch
            for side: Float in [-1, 1] {
                let at = Point(side * (reach - overlap) * 0.5, y + (side > 0 ? pitch / 2 : 0))
                scene.component(in: frame, at: at, reach: reach * 0.6, &random) { scene, place, own in
                    let spine = scene.bendable(
                        [Point(side * reach * 0.95, 0), Point(0, 0), Point(-side * reach * 0.62, 0)], in: place)
                    let mask = scene.tube(
                        spine, width: thick * 2, tooth, in: place, elevation: 2.5, flatness: isMetal ? 0.55 : 0.8
                    ) { t in
                        // A waist behind the head, where the neighbour grips.
                        t < 0.55 ? 1.1 : t < 0.8 ? 0.85 : 1.15
                    }
                    scene.include(mask)
                }
            }
        }
        if random.chance(0.25) { slider(&scene, frame, reach, &random) }
    }

    private func slider(_ scene: inout Scene, _ frame: Frame, _ reach: Float, _ random: inout Generator) {
        let metal = random.chance(0.8) ? Material.anyMetal(&random) : Material.anyPlastic(&random)
        var piece = random.piece()
        let at = Point(0, piece.uniform(-60, 60))
        let width = reach * random.uniform(1.9, 2.4)
        let turn = piece.normal(0.1)
        scene.component(in: frame, at: at, reach: width * 0.8, &random) { scene, place, own in
            let corners = [
                Point(-width, -width * 1.1), Point(width, -width * 1.1), Point(width * 0.75, width * 1.1),
                Point(-width * 0.75, width * 1.1),
            ]
            let mask = scene.shape(Outline.rounded(corners, radius: 7), in: place)
            scene.solid(mask, metal, in: place, rim: .rounded(3), elevation: 7)
            scene.include(mask)
            let tab = scene.bendable([Point(0, -width * 0.3), Point(sine(turn) * width * 2.6, width * 2.6)], in: place)
            scene.tube(tab, width: width * 0.6, metal, in: place, elevation: 5, flatness: 0.25)
        }
    }
}
