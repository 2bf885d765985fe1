/// Something that soaked in and dried: the texture shows through, the border is darkest.
enum Stain {
    private static let tones: [Color] = [
        Color(hex: 0x8A6A48), Color(hex: 0x5A564F), Color(hex: 0x7A7670), Color(hex: 0xA08A50), Color(hex: 0x6B4A38),
        Color(hex: 0x4A4038), Color(hex: 0x706050),
    ]

    static func paint(_ scene: inout Scene, _ random: inout Generator, _ severity: Float) -> Plane? {
        guard let spot = scene.spot(&random) else { return nil }
        let tone = random.pick(tones).varied(&random, by: 0.2)
        let opacity = mix(0.3, 0.85, severity)
        let ground = scene.meanColor(under: scene.field(scene.picture.placed(at: spot), reach: 12) { _, _ in 1 })
        // On a dark ground a stain is seen as a dull, lighter film.
        let isLight = ground.luminance < 0.05 || (ground.luminance < 0.15 && random.chance(0.4))
        var mask: Plane?
        for _ in 0..<random.pick([1, 1, 1, 2, 4]) {
            let center = spot + Point(random.normal(11), random.normal(11)) * (mask == nil ? 0 : 1)
            let size = random.scale(6, 30)
            let distance = scene.patch(
                at: center, size: size, roughness: random.uniform(0.08, 0.28), stretch: random.uniform(0.6, 1.7),
                &random)
            let soft = random.uniform(1, 6)
            let body = distance.map { coverage($0, soft) }.masked(by: scene.part)
            let border = distance.map { d in exponential(-(d + 2) * (d + 2) / 7) }.masked(by: scene.part)
            let cloud = scene.noise(.pink, in: scene.picture, scale: 0.8, &random)
            let film = body.combined(cloud) { $0 * clamped(1 + 0.22 * $1, 0, 1.3) * opacity }
            if isLight {
                scene.tint(film, tone.mixed(Color(0.35), 0.4), opacity: 0.7)
            } else {
                scene.red.combine(film) { $0 * (1 - $1 * (1 - tone.red)) }
                scene.green.combine(film) { $0 * (1 - $1 * (1 - tone.green)) }
                scene.blue.combine(film) { $0 * (1 - $1 * (1 - tone.blue)) }
            }
            scene.scale(border, by: 1 - random.uniform(0.05, 0.4) * opacity)
            scene.setGloss(film, 0.05, amount: 0.7)
            scene.metal.combine(film) { $0 * (1 - 0.35 * $1) }
            mask = mask.map { union($0, body, scene) } ?? body
        }
        return mask
    }

    private static func union(_ a: Plane, _ b: Plane, _ scene: Scene) -> Plane {
        a.cropped(to: a.rect.union(b.rect)).combined(b) { max($0, $1) }
    }
}

extension PixelRect {
    /// The smallest rectangle that holds both.
    func union(_ other: PixelRect) -> PixelRect {
        if isEmpty { return other }
        if other.isEmpty { return self }
        let left = min(x, other.x)
        let top = min(y, other.y)
        return PixelRect(
            x: left, y: top, width: max(x + width, other.x + other.width) - left,
            height: max(y + height, other.y + other.height) - top)
    }
}
