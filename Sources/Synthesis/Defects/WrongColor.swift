/// The product's own surface in a wrong colour: faded, singed, from another batch, or over-sprayed.
enum WrongColor {
    static func paint(_ scene: inout Scene, _ random: inout Generator, _ severity: Float) -> Plane? {
        guard let spot = scene.spot(&random) else { return nil }
        let distance = scene.patch(
            at: spot, size: random.scale(9, 42), roughness: random.uniform(0.03, 0.2),
            stretch: random.uniform(0.6, 1.8),
            &random)
        let soft = random.scale(0.8, 7)
        let mask = distance.map { coverage($0, soft) }.masked(by: scene.part)
        let ground = scene.meanColor(under: mask)
        let value = max(ground.luminance, 0.01)
        let target: Color
        if random.chance(0.3) {
            // The same hue, plainly lighter or darker.
            target = scene.contrasting(ground, step: mix(0.12, 0.38, severity), &random)
        } else {
            var hue = Color.any(&random, 0.4, 0.9)
            while max(hue.red, max(hue.green, hue.blue)) < 1.6 * min(hue.red, min(hue.green, hue.blue)) {
                hue = Color.any(&random, 0.4, 0.9)
            }
            let level = max(value * random.uniform(0.6, 1.4), 0.025)
            target = hue * (level / max(hue.luminance, 0.01))
        }
        // Keep the texture: each pixel keeps its brightness relative to the ground.
        let opacity = mix(0.4, 0.95, severity)
        func recolor(_ plane: inout Plane, _ target: Float, _ mean: Float) {
            let factor = target / max(mean, 0.01)
            plane.combine(mask) { $0 + (clamped($0 * factor + 0.15 * (target - $0 * factor)) - $0) * $1 * opacity }
        }
        recolor(&scene.red, target.red, ground.red)
        recolor(&scene.green, target.green, ground.green)
        recolor(&scene.blue, target.blue, ground.blue)
        return mask
    }
}
