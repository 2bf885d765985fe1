/// A piece broken off: an angular notch with a rough, fresh fracture face; the backdrop where it went through.
enum Broken {
    static func paint(_ scene: inout Scene, _ random: inout Generator, _ severity: Float) -> Plane? {
        let size = mix(6, 26, severity) * random.uniform(0.8, 1.2)
        let center: Point
        var isAtEdge = false
        if let edge = scene.edge(&random), random.chance(0.9) {
            center = scene.picture.fromPixel.apply(edge.pixel)
            isAtEdge = true
        } else {
            guard let spot = scene.spot(&random) else { return nil }
            center = spot
        }
        let frame = scene.picture.placed(at: center)
        let corners = polygon(size, &random)
        let reach = size * 1.4
        let ragged = scene.noise(.pink, in: frame, scale: 0.5, &random, reach: reach)
        let distance = scene.field(frame, reach: reach) { x, y in outlineDistance(x, y, corners) }
            .combined(ragged) { $0 + $1 * 0.05 * size }
        let soft = scene.picture.pixel
        let notch = distance.map { coverage($0, soft) }.masked(by: scene.part)
        // The fracture face: facets at odd angles, fresh colour, no gloss left from polishing.
        let facets = scene.noise(.pink, in: frame, scale: random.uniform(0.5, 1.1), &random, reach: reach)
        let ground = scene.meanColor(under: notch)
        let fresh = scene.contrasting(ground, step: random.uniform(0.06, 0.28), &random)
        scene.fill(notch, Material(fresh, gloss: random.uniform(0, 0.5)))
        scene.metal.combine(notch) { old, _ in old }
        scene.modulate(facets, 0.16, where: notch)
        scene.height.combine(notch) { $0 * (1 - $1) }
        scene.raise(facets.masked(by: notch), by: size * random.uniform(0.04, 0.12))
        scene.raise(distance.map { d in -clamped(-d / (0.4 * size)) }.masked(by: notch), by: size * 0.25)
        if isAtEdge, let behind = scene.behind {
            let inner = random.uniform(0.08, 0.35) * size
            let through = distance.map { coverage($0 + inner, soft) }.masked(by: scene.part)
            scene.reveal(through, behind)
            scene.level(through)
            scene.part.combine(through) { $0 * (1 - $1) }
            scene.shadow(through, random.uniform(0.1, 0.5))
        } else {
            scene.shadow(distance.map { d in clamped(-d / (0.5 * size)) }.masked(by: notch), random.uniform(0.2, 0.6))
        }
        return notch
    }

    private static func polygon(_ size: Float, _ random: inout Generator) -> [Point] {
        let count = random.integer(6...10)
        let turn = random.angle()
        return (0..<count).map { corner in
            let angle = turn + 6.2832 * (Float(corner) + random.uniform(-0.35, 0.35)) / Float(count)
            return .polar(angle, size * random.uniform(0.5, 1.2))
        }
    }
}
