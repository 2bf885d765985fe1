extension Scene {
    /// Turns a texture that fills the picture into a sheet with borders that lies on a backdrop, now and then.
    ///
    /// Borders give chips, burrs and missing corners a place, and show a model that a border is no defect.
    ///
    /// - Parameters:
    ///   - random: Design and pose.
    ///   - probability: How often.
    ///   - edge: How far the border is rounded, units.
    mutating func trimToSheet(_ random: inout Generator, probability: Float, edge: Float = 1.5) {
        var own = random.fork(random.next())
        guard own.chance(probability) else { return }
        var sheet = self
        drawBackdrop(&own)
        let frame = posed(&own, turn: 0.1, zoom: 0.9...1.1, shift: 6, tilt: 0.05)
        let halfWidth = own.uniform(82, 118)
        let halfHeight = halfWidth * own.uniform(0.75, 1.1)
        let radius = own.chance(0.5) ? own.uniform(0, 14) : 0
        let distance = field(frame) { x, y in boxDistance(x, y, halfWidth, halfHeight, radius: radius) }
        let soft = frame.pixel
        let mask = distance.map { coverage($0, soft) }
        castShadow(of: mask, elevation: own.uniform(1, 7))
        let bevel = distance.map { d -> Float in
            let t = 1 - clamped(-d / edge)
            return -edge * (1 - max(0, 1 - t * t * 0.96).squareRoot())
        }
        sheet.height.combine(bevel) { $0 + $1 }
        overlay(sheet, mask)
        part = mask
        for side in 0..<4 {
            let outward = Point.polar(Float(side) * 1.570_796_4, 1)
            for step in -2...2 {
                let along = Float(step) * 0.35
                let p = Point(
                    outward.x * halfWidth + outward.y * along * halfWidth,
                    outward.y * halfHeight + outward.x * along * halfHeight)
                addEdge(at: p, outward: outward, in: frame)
            }
        }
    }

    /// Lays another scene over this one where the mask is.
    private mutating func overlay(_ other: Scene, _ mask: Plane) {
        func blend(_ target: inout Plane, _ source: Plane) {
            target.combine(
                source.combined(mask) { $0 * $1 }.combined(target.combined(mask) { $0 * (1 - $1) }) { $0 + $1 }
            ) {
                _, value in value
            }
        }
        blend(&red, other.red)
        blend(&green, other.green)
        blend(&blue, other.blue)
        blend(&height, other.height)
        blend(&gloss, other.gloss)
        blend(&metal, other.metal)
        blend(&exposure, other.exposure)
    }
}
