/// Material left standing over an edge after cutting or molding: a thin, jagged, bright fringe.
enum Burr {
    static func paint(_ scene: inout Scene, _ random: inout Generator, _ severity: Float) -> Plane? {
        guard let edge = scene.edge(&random) else { return nil }
        let units = scene.picture.pixel
        let tangent = Point(-edge.outward.y, edge.outward.x)
        let half = random.scale(5, 26) / units
        let height = mix(1.6, 6, severity) * random.uniform(0.8, 1.2) / units
        let count = max(6, Int(half * units * 1.1))
        var base: [Point] = []
        var tips: [Point] = []
        for step in 0...count {
            let t = Float(step) / Float(count) * 2 - 1
            guard let foot = outline(near: edge.pixel + tangent * (t * half), edge.outward, scene) else { continue }
            let out = scene.outward(at: foot) ?? edge.outward
            let envelope = max(0, 1 - t * t)
            base.append(foot - out * (1.2 / units))
            tips.append(foot + out * (height * envelope * random.uniform(0.25, 1.1)))
        }
        guard base.count > 4 else { return nil }
        let frame = scene.picture
        let corners = (base + tips.reversed()).map(frame.fromPixel.apply)
        var ink = Ink(
            frame,
            rect: frame.placed(at: frame.fromPixel.apply(edge.pixel))
                .rect(reachX: (half + height) * units + 6, reachY: (half + height) * units + 6, side: scene.side))
        ink.polygon(corners)
        let mask = ink.plane
        let inner = mask.masked(by: scene.part)
        let body = scene.meanColor(under: inner.sum > 1 ? inner : mask)
        let at = edge.pixel - edge.outward * (3 / units)
        let metal = scene.metal.sample(at.x, at.y)
        scene.castShadow(of: mask, elevation: random.uniform(1.5, 4), strength: 0.5)
        scene.exposure.combine(mask) { $0 + (1 - $0) * $1 }
        let color = scene.contrasting(body, step: random.uniform(0.05, 0.25), &random)
        scene.fill(mask, Material(color, gloss: random.uniform(0.4, 0.95), metal: metal))
        scene.height.combine(mask) { $0 * (1 - $1) }
        scene.raise(mask.blurred(1), by: random.uniform(0.8, 2))
        scene.modulate(scene.noise(.pink, in: frame, scale: 0.3, &random), 0.2, where: mask)
        scene.part.combine(mask) { max($0, $1) }
        return mask
    }

    /// The outline's nearest point along a direction, nil when there is none within a few pixels.
    private static func outline(near p: Point, _ outward: Point, _ scene: Scene) -> Point? {
        let reach = Int(10 / scene.picture.pixel)
        let inside = scene.part.sample(p.x, p.y) > 0.5
        for step in 0..<reach {
            let q = p + outward * (inside ? Float(step) : -Float(step))
            guard scene.rect.grown(-3).contains(q) else { return nil }
            if (scene.part.sample(q.x, q.y) > 0.5) != inside { return q }
        }
        return nil
    }
}
