/// A region of the product that was never there: cut away along a clean line at its border.
enum MissingPiece {
    static func paint(_ scene: inout Scene, _ random: inout Generator, _ severity: Float) -> Plane? {
        guard let behind = scene.behind, let edge = scene.edge(&random) else { return nil }
        let center = scene.picture.fromPixel.apply(edge.pixel)
        let size = mix(9, 34, severity) * random.uniform(0.85, 1.15)
        let isRound = random.chance(0.4)
        let frame = scene.picture.placed(
            at: center, angle: arcTangent(edge.outward.y, edge.outward.x) + random.normal(0.3))
        let aspect = random.uniform(0.6, 1.5)
        let distance = scene.field(frame, reach: size * 1.6) { x, y in
            isRound ? length(x, y) - size : boxDistance(x, y, size, size * aspect, radius: 1.5)
        }
        let soft = scene.picture.pixel
        let gap = distance.map { coverage($0, soft) }.masked(by: scene.part)
        scene.reveal(gap, behind)
        scene.level(gap)
        scene.part.combine(gap) { $0 * (1 - $1) }
        scene.exposure.combine(gap) { $0 + (1 - $0) * $1 }
        // The remaining wall shades the backdrop a little.
        let wall = distance.map { d in exponential(-d * d / 14) }.masked(by: gap)
        scene.shadow(wall, random.uniform(0.15, 0.5))
        return gap
    }
}
