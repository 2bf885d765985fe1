/// A break through the material: dark, jagged, branching and thinning out, its two faces slightly off level.
enum Crack {
    static func paint(_ scene: inout Scene, _ random: inout Generator, _ severity: Float) -> Plane? {
        let width = mix(0.9, 2.6, severity) * random.uniform(0.8, 1.2)
        var ink = scene.ink(scene.picture, withDepth: true)
        // Cracks like to start at an edge.
        let start: Point
        var heading = random.angle()
        if random.chance(0.4), let edge = scene.edge(&random) {
            start = scene.picture.fromPixel.apply(edge.pixel)
            heading = arcTangent(-edge.outward.y, -edge.outward.x) + random.normal(0.4)
        } else {
            guard let spot = scene.spot(&random, inset: 6) else { return nil }
            start = spot
        }
        grow(&ink, from: start, heading: heading, length: random.scale(30, 125), width: width, depth: 0, &random)
        let area = ink.plane.bounds(above: 0).grown(3).intersection(scene.rect)
        guard !area.isEmpty, let valley = ink.depth?.cropped(to: area).masked(by: scene.part) else { return nil }
        let mask = ink.plane.cropped(to: area).masked(by: scene.part)
        let darkness = mix(0.45, 0.94, severity)
        scene.scale(mask, by: 1 - darkness)
        scene.shadow(mask, darkness * 0.5)
        scene.setGloss(mask, 0)
        scene.raise(valley, by: -width * mix(0.2, 0.5, severity))
        return mask
    }

    private static func grow(
        _ ink: inout Ink, from start: Point, heading: Float, length: Float, width: Float, depth: Int,
        _ random: inout Generator
    ) {
        let steps = max(5, Int(length / 5))
        let points = Scene.wander(
            from: start, heading: heading, length: length, bend: 0.5, jag: 0.33, steps: steps, &random)
        ink.line(points, width: width) { t in 1.15 - 0.85 * t }
        guard depth < 2 else { return }
        for _ in 0..<random.integer(0...(depth == 0 ? 3 : 1)) {
            let at = random.integer(1...points.count - 2)
            let side = random.sign() * random.uniform(0.4, 1.1)
            let own = points[at + 1] - points[at]
            grow(
                &ink, from: points[at], heading: arcTangent(own.y, own.x) + side,
                length: length * random.uniform(0.2, 0.55),
                width: width * 0.7, depth: depth + 1, &random)
        }
    }
}
