/// The rim of a product without slender parts, pushed out of shape: outline and face are displaced and folded.
enum BentEdge {
    static func paint(_ scene: inout Scene, _ random: inout Generator, _ severity: Float) -> Plane? {
        guard let behind = scene.behind, let edge = scene.edge(&random) else { return nil }
        let units = scene.picture.pixel
        let center = scene.picture.fromPixel.apply(edge.pixel)
        let size = random.uniform(18, 44)
        let push = size * mix(0.2, 0.5, severity) / units
        let inward = random.chance(0.7)
        let direction = edge.outward * (inward ? -1 : 1) + Point(-edge.outward.y, edge.outward.x) * random.normal(0.4)
        let frame = scene.picture.placed(at: center)
        let pull = scene.field(frame, reach: size * 1.6) { x, y in
            let r = length(x, y) / size
            return r < 1.5 ? exponential(-r * r * 1.6) * smoothstep(1.5, 1.1, r) : 0
        }
        let before = scene
        let area = pull.rect
        func warp(_ plane: inout Plane, _ source: Plane) {
            for row in 0..<area.height {
                for column in 0..<area.width {
                    let k = pull.values[row * area.width + column] * push
                    guard k > 0.05 else { continue }
                    let x = area.x + column
                    let y = area.y + row
                    plane.values[y * scene.side + x] = source.sample(
                        Float(x) - direction.x * k, Float(y) - direction.y * k)
                }
            }
        }
        warp(&scene.part, before.part)
        warp(&scene.red, before.red)
        warp(&scene.green, before.green)
        warp(&scene.blue, before.blue)
        warp(&scene.height, before.height)
        warp(&scene.gloss, before.gloss)
        warp(&scene.metal, before.metal)
        // Where the product went away the backdrop shows, unwarped.
        let open = scene.part.cropped(to: area).map { 1 - $0 }
        let moved = pull.map { smoothstep(0.01, 0.03, $0) }
        scene.reveal(open.masked(by: moved), behind)
        // The face folds down towards the bend.
        scene.raise(pull.masked(by: scene.part), by: random.sign() * size * mix(0.1, 0.3, severity))
        let touched = before.part.cropped(to: area).combined(scene.part) { max($0, $1) }
        return pull.map { smoothstep(0.12, 0.3, $0) }.masked(by: touched)
    }
}
