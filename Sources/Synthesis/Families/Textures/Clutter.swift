/// Dense loose or pressed matter - gravel, bark, chipboard, granulate, dried leaves: overlapping pieces of every size.
///
/// The dead-leaves model (Ruderman 1997; Lee, Mumford and Huang 2001): pieces whose sizes follow a power law cover one
/// another at random. Its statistics are those of natural scenes, the hardest ground to find a defect on.
struct Clutter: ProductFamily {
    let name = "clutter"
    let nouns = ["chipboard", "gravel", "granulate", "bulk material", "mulch"]
    let kind = ProductKind.texture
    let defects = Set<DefectType>([.contamination, .color, .stain, .liquid, .hole, .thread, .cut, .crack])

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        let frame = scene.picture.placed(scale: random.scale(0.8, 1.3))
        let base = Color.any(&random, 0.15, 0.8)
        let spread = random.uniform(0.2, 0.9)
        let second = random.chance(0.4) ? Color.any(&random, 0.1, 0.85) : base
        scene.cover(Material(base * 0.4, gloss: random.uniform(0, 0.3)))
        let largest = random.uniform(9, 32)
        let smallest = random.uniform(1.6, 3)
        let aspect = random.uniform(0.25, 1)
        let corners = random.integer(4...8)
        let thickness = random.uniform(0.12, 0.4)
        let flakes = random.chance(0.5)
        var piece = random.piece()
        // Enough pieces to cover the picture about three times.
        let count = min(2200, Int(3 * 65_536 / (largest * smallest * 3.2 * max(aspect, 0.4))))
        let preferred = piece.angle()
        let order = random.uniform(0, 1)
        for _ in 0..<count {
            // Density of sizes falls as size⁻³ between the limits.
            let u = piece.unit()
            let size = 1 / (mix(1 / (smallest * smallest), 1 / (largest * largest), u)).squareRoot()
            let center = Point(piece.uniform(-165, 165), piece.uniform(-165, 165))
            let turn = order > 0.6 ? preferred + piece.normal(0.5) : piece.angle()
            let color = (piece.chance(0.35) ? second : base).varied(&piece, by: spread * 0.5)
            leaf(&scene, frame.placed(at: center, angle: turn), size, aspect, corners, color, thickness, flakes, &piece)
        }
        scene.modulate(scene.noise(.fine, in: frame, scale: 0.6, &random), random.uniform(0.04, 0.16))
        scene.modulate(scene.noise(.pink, in: frame, &random), random.uniform(0.02, 0.1))
    }

    private func leaf(
        _ scene: inout Scene, _ place: Frame, _ size: Float, _ aspect: Float, _ corners: Int, _ color: Color,
        _ thickness: Float, _ flakes: Bool, _ piece: inout Generator
    ) {
        let rect = place.rect(reachX: size * 1.1, reachY: size * aspect * 1.1, side: scene.side)
        guard !rect.isEmpty else { return }
        let n = Float(corners)
        let irregular = piece.uniform(0.05, 0.25)
        let phase = piece.angle()
        let tiltX = piece.normal(0.25)
        let tiltY = piece.normal(0.25)
        let pixel = place.pixel
        let map = place.fromPixel
        for y in rect.y..<rect.y + rect.height {
            for x in rect.x..<rect.x + rect.width {
                let p = map.apply(Point(Float(x), Float(y)))
                let u = p.x / size
                let v = p.y / (size * aspect)
                let r2 = u * u + v * v
                guard r2 < 1.3 else { continue }
                let wave = 1 - irregular * (0.5 + 0.5 * sine(arcTangent(v, u) * n + phase))
                let d = (r2.squareRoot() - wave) * size * max(aspect, 0.5)
                let alpha = coverage(d, pixel)
                let i = y * scene.side + x
                if alpha <= 0 {
                    // A contact shadow around the piece.
                    scene.exposure.values[i] *= 1 - 0.35 * clamped(1 - d / (pixel * 2.5))
                    continue
                }
                scene.red.values[i] = mix(scene.red.values[i], color.red, alpha)
                scene.green.values[i] = mix(scene.green.values[i], color.green, alpha)
                scene.blue.values[i] = mix(scene.blue.values[i], color.blue, alpha)
                scene.exposure.values[i] = mix(scene.exposure.values[i], 1, alpha)
                let body = flakes ? u * tiltX + v * tiltY : max(0, 1 - r2).squareRoot()
                scene.height.values[i] = mix(scene.height.values[i], body * size * thickness, alpha)
            }
        }
    }
}
