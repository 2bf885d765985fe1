/// The end face of a turned part: concentric marks of the lathe around a middle that need not be in view.
struct TurnedMetal: ProductFamily {
    let name = "turned_metal"
    let nouns = ["turned metal", "machined metal", "metal face", "machined part"]
    let kind = ProductKind.texture
    let defects = Set<DefectType>.surface.union([.rust, .hole, .crack])

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        let frame = scene.posed(&random, turn: .infinity, zoom: 0.8...1.3, shift: 12)
        let middle = random.chance(0.5) ? Point.polar(random.angle(), random.uniform(0, 160)) : Point(0, 0)
        scene.cover(.anyMetal(&random))
        let pitch = random.scale(1.6, 6)
        let salt = random.salt()
        let radius = scene.field(frame) { x, y in length(x - middle.x, y - middle.y) }
        let grooves = radius.map { r in sine(r * 6.2832 / pitch) + 0.7 * valueNoise(r * 0.55, 0.5, salt) }
        scene.raise(grooves, by: pitch * random.uniform(0.015, 0.07))
        scene.modulate(radius.map { r in valueNoise(r * 0.9, 3.5, salt) }, random.uniform(0.02, 0.12))
        scene.modulate(scene.noise(.fine, in: frame, &random), random.uniform(0.01, 0.05))
        // Steps of the profile.
        for _ in 0..<random.integer(0...3) {
            let at = random.uniform(20, 150)
            let width = random.uniform(0.8, 4)
            let depth = random.sign() * random.uniform(0.5, 2.2)
            scene.raise(radius.map { r in smoothstep(at, at + width, r) }, by: depth)
            scene.shadow(radius.map { r in exponential(-(r - at) * (r - at) / (width * width)) }, 0.25)
        }
    }
}
