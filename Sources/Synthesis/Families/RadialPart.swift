/// A disc of n-fold symmetry from above: rotors, star wheels, sprockets, impellers, knobs, dials.
///
/// As ``RandomPart`` for wheels: teeth, webs, holes, rings and codes on the face are meant to be there.
struct RadialPart: ProductFamily {
    let name = "radial_part"
    let nouns = ["rotor", "star wheel", "sprocket", "impeller", "knob", "disc"]
    let kind = ProductKind.object
    let defects: Set<DefectType> = [
        .scratch, .dent, .crack, .hole, .broken, .burr, .stain, .liquid, .contamination, .color, .missing, .bent,
        .printError, .misplaced, .rust,
    ]

    /// What the drawing steps share.
    struct Body {
        let frame: Frame
        /// Fold of the symmetry.
        let fold: Int
        /// Where teeth stand, and where the bore ends.
        let root: Float
        let bore: Float
        let isMetal: Bool
        let material: Material
    }

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        scene.drawBackdrop(&random)
        let frame = scene.posed(&random, turn: .infinity)
        let fold = random.chance(0.3) ? random.integer(12...40) : random.integer(3...12)
        let tip = random.uniform(72, 112)
        let isMetal = random.chance(0.55)
        let material = isMetal ? Material.anyMetal(&random) : .anyPlastic(&random)
        let isToothed = random.chance(0.65)
        let lobes = RadialLobes(fold: fold, tip: tip, &random)
        let root = isToothed ? tip * random.uniform(fold > 12 ? 0.78 : 0.45, 0.92) : lobes.root
        let body = Body(
            frame: frame, fold: fold, root: root,
            bore: random.chance(0.8) ? min(root * 0.5, tip * random.uniform(0.05, 0.38)) : 0, isMetal: isMetal,
            material: material)
        let outlines =
            isToothed
            ? RadialTeeth(fold: fold, root: root, tip: tip, &random).outlines(&scene, frame)
            : [lobes.outline]
        let blank = scene.wholePicture(scene.shape(outlines, in: frame), outside: 0)
        let openings = RadialOpenings(body, isToothed: isToothed, &random)
        let soft = frame.pixel
        let mask = blank.combined(scene.field(frame) { x, y in openings.distance(x, y) }) { $0 * coverage(-$1, soft) }
        let edge = random.scale(0.7, 7)
        let distance = scene.distances(mask, in: frame, limit: edge + 2)
        scene.body(distance, material, in: frame, edge: edge, elevation: random.uniform(3, 16))
        RadialFace.draw(&scene, body, openings, &random)
        for corner in 0..<12 {
            let angle = Float(corner) * 0.523_599
            guard body.bore > 4 else { break }
            scene.addEdge(at: .polar(angle, body.bore), outward: .polar(angle + 3.141_592_7, 1), in: frame)
        }
    }
}
