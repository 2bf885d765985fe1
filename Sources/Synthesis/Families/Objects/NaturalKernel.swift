/// A natural kernel: hazelnut, almond, coffee bean or cashew.
struct NaturalKernel: ProductFamily {
    let name = "hazelnut"
    let nouns = ["hazelnut", "nut", "almond", "bean", "cashew"]
    let kind = ProductKind.object
    let defects: Set<DefectType> = [
        .crack, .hole, .cut, .poke, .stain, .color, .contamination, .broken, .scratch, .dent, .liquid,
    ]

    private enum Sort: CaseIterable { case hazelnut, almond, coffee, cashew }

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        scene.drawBackdrop(&random)
        let frame = scene.posed(&random, turn: .infinity)
        let sort = random.pick(Sort.allCases)
        let length = random.uniform(74, 100)
        var piece = random.piece()
        let outline: [Point]
        let tones: [UInt32]
        switch sort {
        case .hazelnut:
            outline = Outline.irregular(
                radiusX: length, radiusY: length * random.uniform(0.82, 0.95), roughness: 0.018, harmonics: 4, &piece)
            tones = [0x9A6234, 0xA97040, 0x7E4A26, 0xB98A58]
        case .almond:
            let raw = Outline.irregular(
                radiusX: length, radiusY: length * random.uniform(0.5, 0.62), roughness: 0.012, harmonics: 4, &piece)
            // One end is pointed.
            outline = raw.map { Point($0.x, $0.y * (1 - 0.35 * smoothstep(0, length, $0.x))) }
            tones = [0x9A5E30, 0xB07A48, 0x8A4E28]
        case .coffee:
            outline = Outline.irregular(
                radiusX: length * 0.92, radiusY: length * random.uniform(0.62, 0.75), roughness: 0.01, harmonics: 3,
                &piece)
            tones = [0x3A2012, 0x4E2C18, 0x6A4426, 0x2A1810]
        case .cashew:
            let spine = Curve.arc(
                center: Point(0, length * 0.45), radius: length * 0.68, from: -2.9, to: -0.25, steps: 24)
            let widths = (0...24).map { step in
                let t = Float(step) / 24
                return length * (0.2 + 0.16 * sine(3.141_592_7 * t) + 0.06 * t)
                    * Scene.quarterCircle(min(t, 1 - t) * 7 + 0.12)
            }
            outline = Outline.stroke(spine, halfWidths: widths)
            tones = [0xE2C79A, 0xD8B688, 0xE8D4AE]
        }
        let shell = Material(Color(hex: random.pick(tones)).varied(&random), gloss: random.uniform(0.08, 0.45))
        let mask = scene.wholePicture(scene.shape(outline, in: frame), outside: 0)
        let reach = sort == .cashew ? length * 0.36 : length * 0.8
        let distance = scene.distances(mask, in: frame, limit: reach)
        scene.body(distance, shell, in: frame, edge: 0, elevation: length * 0.12)
        let smooth = distance.blurred(max(2, Int(3 / frame.pixel)))
        scene.raise(smooth.map { Scene.quarterCircle(-$0 / reach) }, by: reach * random.uniform(0.4, 0.6))
        scene.shadow(smooth.map { smoothstep(-reach * 0.25, 0, $0) }.masked(by: mask), 0.25)
        scene.modulate(scene.noise(.pink, in: frame, scale: 0.7, &random), random.uniform(0.06, 0.16), where: mask)
        switch sort {
        case .hazelnut: hazelnut(&scene, frame, mask, length, shell, &random)
        case .almond: stripes(&scene, frame, mask, length, &random)
        case .coffee: crease(&scene, frame, mask, length, shell, &random)
        case .cashew: scene.raise(scene.noise(.cloud, in: frame, scale: 0.3, &random).masked(by: mask), by: 0.6)
        }
        let relief = scene.noise(.grain, in: frame, &random)
        scene.raise(relief.masked(by: mask), by: random.uniform(0.05, 0.25))
    }

    /// Stripes run from the tip to a pale, rough base.
    private func hazelnut(
        _ scene: inout Scene, _ frame: Frame, _ mask: Plane, _ length: Float, _ shell: Material,
        _ random: inout Generator
    ) {
        let pole = Point(length * random.uniform(-0.3, 0.15), 0)
        let count = Float(random.integer(14...26))
        let wobble = scene.noise(.cloud, in: frame, scale: 0.5, &random)
        let angle = scene.field(frame) { x, y in arcTangent(y - pole.y, x - pole.x) }
        let lines = angle.combined(wobble) { a, w in sine(a * count + w * 1.6) }
        scene.modulate(lines, random.uniform(0.05, 0.16), where: mask)
        scene.raise(lines.masked(by: mask), by: random.uniform(0.1, 0.4))
        let base = scene.field(frame) { x, _ in x }.combined(wobble) { x, w in
            smoothstep(length * 0.42, length * 0.6, x + w * length * 0.07)
        }
        scene.tint(base.masked(by: mask), Color(hex: 0xCDB088), opacity: random.uniform(0.5, 0.9))
        scene.setGloss(base.masked(by: mask), 0.03)
    }

    private func stripes(
        _ scene: inout Scene, _ frame: Frame, _ mask: Plane, _ length: Float, _ random: inout Generator
    ) {
        let wobble = scene.noise(.cloud, in: frame, scale: 0.4, &random)
        let pitch = random.uniform(8, 14)
        let lines = scene.field(frame) { x, y in y / (1.15 - 0.5 * abs(x) / length) }
            .combined(wobble) { y, w in sine((y + w * 3) * 6.283_185_5 / pitch) }
        scene.modulate(lines, random.uniform(0.06, 0.16), where: mask)
        scene.raise(lines.masked(by: mask), by: random.uniform(0.2, 0.6))
    }

    private func crease(
        _ scene: inout Scene, _ frame: Frame, _ mask: Plane, _ length: Float, _ shell: Material,
        _ random: inout Generator
    ) {
        let curve = random.uniform(-9, 9)
        let groove = scene.field(frame) { x, y in
            let t = x / length
            let d = y - curve * sine(t * 3)
            return abs(t) < 0.86 ? exponential(-d * d / 9) : 0
        }
        scene.raise(groove.masked(by: mask), by: -6)
        scene.tint(groove.map { $0 * $0 }.masked(by: mask), shell.color.mixed(Color(hex: 0xC8A070), 0.5), opacity: 0.5)
        scene.shadow(groove.masked(by: mask), 0.4)
    }
}
