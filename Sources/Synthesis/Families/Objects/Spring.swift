/// A helical spring from the side: compression, or tension with hooks.
struct Spring: ProductFamily {
    let name = "spring"
    let nouns = ["spring", "coil spring", "compression spring"]
    let kind = ProductKind.object
    let defects: Set<DefectType> = [
        .bent, .rust, .broken, .scratch, .contamination, .stain, .color, .missing, .misplaced, .burr,
    ]

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        scene.drawBackdrop(&random)
        let frame = scene.posed(&random, turn: .infinity, zoom: 0.94...1.08, shift: 4)
        let metal =
            random.chance(0.85)
            ? Material.anyMetal(&random)
            : Material(Color(hex: random.pick([0x1E1E20, 0xB5322E, 0x2C5FA8, 0xD8C23A])), gloss: 0.4)
        let half = random.uniform(62, 84)
        let wire = random.uniform(6.5, 12)
        let radius = random.uniform(24, 42)
        let turns = max(4, Int(2 * half / (wire * random.uniform(1.5, 2.8))))
        let isTension = random.chance(0.3)
        let closed = isTension ? 0 : 1
        scene.part = Plane(scene.rect)
        let axis = scene.bendable((0...12).map { Point(mix(-half, half, Float($0) / 12), 0) }, in: frame)
        // Where turn t (in turns) lies along the axis: end coils of a compression spring touch.
        func along(_ t: Float) -> Float {
            guard closed == 1 else { return t / Float(turns) }
            let end = wire * 1.02 / (2 * half)
            let inner = (1 - 2 * end) / Float(max(1, turns - 2))
            return t < 1 ? t * end : t > Float(turns) - 1 ? 1 - (Float(turns) - t) * end : end + (t - 1) * inner
        }
        func place(_ share: Float, _ offset: Float) -> Point {
            let at = clamped(share) * Float(axis.count - 1)
            let k = min(Int(at), axis.count - 2)
            let step = axis[k + 1] - axis[k]
            let size = max(step.length, 1e-4)
            let base = axis[k] + step * (at - Float(k))
            return Point(base.x - step.y / size * offset, base.y + step.x / size * offset)
        }
        func arc(_ from: Float, _ to: Float) -> [Point] {
            (0...10).map { step in
                let t = mix(from, to, Float(step) / 10)
                return place(along(t), radius * cosine(6.283_185_5 * t))
            }
        }
        // The far halves of the coils, then the near ones.
        for turn in 0..<turns {
            let points = arc(Float(turn) + 0.5, Float(turn) + 1)
            let mask = scene.tube(
                points, width: wire, Material(metal.color * 0.6, gloss: metal.gloss * 0.8, metal: metal.metal),
                in: frame, elevation: 4)
            scene.shadow(mask, 0.3)
            scene.include(mask)
        }
        if isTension {
            for end: Float in [-1, 1] {
                let root = place(end < 0 ? 0 : 1, 0)
                let loop = Curve.arc(
                    center: root + Point(end * radius * 0.9, 0), radius: radius * 0.75, from: end < 0 ? 0.3 : 3.44,
                    to: end < 0 ? 5.6 : 8.7, steps: 22)
                let hook = scene.bendable(loop, in: frame)
                let mask = scene.tube(hook, width: wire, metal, in: frame, elevation: 5)
                scene.include(mask)
            }
        }
        for turn in 0..<turns {
            let points = arc(Float(turn), Float(turn) + 0.5)
            let middle = points[5]
            scene.component(in: frame, at: middle, reach: wire * 0.8, &random) { scene, place, own in
                let local = points.map { frame.convert($0, to: frame.placed(at: middle)) }
                let mask = scene.tube(local, width: wire, metal, in: place, elevation: 6)
                scene.include(mask)
            }
        }
        scene.modulate(scene.noise(.fine, in: frame, &random), random.uniform(0.01, 0.06), where: scene.part)
        for turn in stride(from: 0, to: turns, by: 2) {
            let at = place(along(Float(turn) + 0.5), -radius - wire / 2)
            scene.addEdge(at: at, outward: Point(0, -1), in: frame)
        }
    }
}
