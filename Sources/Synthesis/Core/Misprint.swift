/// What went wrong while printing.
struct Misprint: Sendable {
    enum Kind: Sendable, CaseIterable {
        /// Ink is missing in spots, as when the plate was dirty.
        case voids
        /// Ink was dragged along a direction before it was dry.
        case smear
        /// The print was set twice, a little off.
        case double
        /// Part of the print is not there.
        case cutOff
    }

    let kind: Kind
    /// 1 plain to see … 0 hardly.
    let severity: Float
    let random: Generator

    /// The ink after the mishap.
    ///
    /// - Parameters:
    ///   - ink: Coverage as designed.
    ///   - frame: Where the print lies.
    ///   - reachX: Half its width.
    ///   - reachY: Half its height.
    ///   - scene: Gives the random fields.
    /// - Returns: Coverage as printed, on the same rectangle.
    func applied(to ink: Plane, in frame: Frame, reachX: Float, reachY: Float, scene: Scene) -> Plane {
        var random = random
        let px = 1 / frame.pixel
        switch kind {
        case .voids:
            let level = mix(1.1, 0.1, severity)
            let spots = scene.noise(.cloud, in: frame, scale: random.uniform(0.08, 0.2), &random)
            let grain = scene.noise(.pink, in: frame, scale: 0.4, &random)
            let field = spots.combined(grain) { $0 + 0.35 * $1 }
            return ink.combined(field) { $0 * (1 - smoothstep(level, level + 0.3, $1)) }
        case .smear:
            let length = mix(4, 14, severity) * px
            let direction = Point.polar(random.angle(), 1)
            var smeared = ink.map { $0 * 0.55 }
            let steps = max(4, Int(length))
            for step in 1...steps {
                let t = Float(step) / Float(steps)
                let moved = ink.shifted(
                    Int((direction.x * length * t).rounded()), Int((direction.y * length * t).rounded()), in: scene.rect
                )
                smeared.combine(moved) { max($0, $1 * (0.75 - 0.55 * t)) }
            }
            return smeared
        case .double:
            let offset = Point.polar(random.angle(), mix(2.2, 6, severity) * px)
            let moved = ink.shifted(Int(offset.x.rounded()), Int(offset.y.rounded()), in: scene.rect)
            return ink.combined(moved) { max($0 * 0.85, $1 * 0.8) }
        case .cutOff:
            let angle = random.angle()
            let c = cosine(angle)
            let s = sine(angle)
            let edge = (abs(c) * reachX + abs(s) * reachY) * mix(0.55, 0, severity) * random.uniform(0.5, 1)
            let wave = scene.noise(.cloud, in: frame, scale: 0.3, &random)
            let side = scene.field(frame, over: ink.rect) { x, y in c * x + s * y - edge }
            return ink.combined(side.combined(wave) { $0 + 3 * $1 }) { $0 * coverage($1, 2) }
        }
    }
}
