/// Drops and puddles of water or oil: a domed, glossy skin that darkens what it wets, with a bright rim under the lamp.
enum Liquid {
    static func paint(_ scene: inout Scene, _ random: inout Generator, _ severity: Float) -> Plane? {
        guard let spot = scene.spot(&random) else { return nil }
        let isOil = random.chance(0.35)
        let tint =
            isOil ? random.pick([Color(hex: 0xC9A24A), Color(hex: 0x5A4020), Color(hex: 0x30302C)]) : Color(0.75)
        let drops = random.chance(0.45) ? random.integer(3...9) : 1
        var mask: Plane?
        for index in 0..<drops {
            let spread: Float = index == 0 ? 0 : 14
            let center = spot + Point(random.normal(spread), random.normal(spread))
            let size = drops > 1 ? random.scale(2.5, 9) : random.scale(9, 30)
            let distance = scene.patch(
                at: center, size: size, roughness: drops > 1 ? 0.05 : random.uniform(0.06, 0.22),
                stretch: random.uniform(0.7, 1.4), &random)
            let soft = scene.picture.pixel * 1.5
            let body = distance.map { coverage($0, soft) }.masked(by: scene.part)
            // The skin rises within a few units of the border and is nearly flat beyond.
            let lip = min(size * 0.7, 6)
            let dome = distance.map { d -> Float in
                let t = 1 - clamped(-d / lip)
                return (1 - t * t).squareRoot()
            }.masked(by: body)
            let wet = mix(0.78, 0.4, severity)
            scene.red.combine(body) { $0 * (1 - $1 * (1 - wet * mix(1, tint.red, isOil ? 0.8 : 0.2))) }
            scene.green.combine(body) { $0 * (1 - $1 * (1 - wet * mix(1, tint.green, isOil ? 0.8 : 0.2))) }
            scene.blue.combine(body) { $0 * (1 - $1 * (1 - wet * mix(1, tint.blue, isOil ? 0.8 : 0.2))) }
            // Under the skin the ground's own relief sends back no highlights.
            scene.height.combine(body) { $0 * (1 - 0.75 * $1) }
            scene.raise(dome, by: lip * mix(0.18, 0.5, severity))
            scene.setGloss(body, random.uniform(0.85, 1))
            mask = mask.map { $0.cropped(to: $0.rect.union(body.rect)).combined(body) { max($0, $1) } } ?? body
        }
        return mask
    }
}
