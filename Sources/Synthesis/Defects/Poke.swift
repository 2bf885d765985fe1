/// A prick by something pointed: a small deep pit with the material pushed up around it.
enum Poke {
    static func paint(_ scene: inout Scene, _ random: inout Generator, _ severity: Float) -> Plane? {
        guard let spot = scene.spot(&random, inset: 5) else { return nil }
        var footprint: Plane?
        for index in 0..<random.pick([1, 1, 1, 2, 3]) {
            let spread: Float = index == 0 ? 0 : 14
            let center = spot + Point(random.normal(spread), random.normal(spread))
            let size = mix(1.5, 5, severity) * random.uniform(0.8, 1.25)
            let distance = scene.patch(
                at: center, size: size, roughness: 0.08, stretch: random.uniform(0.8, 1.3), &random)
            let soft = scene.picture.pixel * 1.5
            let pit = distance.map { coverage($0 + 0.25 * size, soft) }.masked(by: scene.part)
            let rim = distance.map { d in exponential(-(d - 0.2 * size) * (d - 0.2 * size) / (0.35 * size * size)) }
                .masked(by: scene.part)
            let funnel = distance.map { d in clamped(-d / size) }.masked(by: scene.part)
            scene.raise(rim, by: size * mix(0.25, 0.5, severity))
            scene.raise(funnel, by: -size * 1.2)
            scene.scale(pit, by: random.uniform(0.1, 0.4))
            scene.shadow(pit, mix(0.3, 0.7, severity))
            scene.setGloss(pit, 0)
            let mark = pit.combined(rim) { max($0, $1) }
            footprint =
                footprint.map { $0.cropped(to: $0.rect.union(mark.rect)).combined(mark) { max($0, $1) } } ?? mark
        }
        return footprint
    }
}
