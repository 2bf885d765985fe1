extension Scene {
    /// Paints what a product lies on, and remembers it: paper, a belt, cloth, wood, brushed steel, a perforated plate.
    mutating func drawBackdrop(_ random: inout Generator) {
        let frame = picture.placed(
            at: Point(random.normal(40), random.normal(40)), angle: random.angle(), scale: random.scale(0.7, 1.5))
        let kind = random.integer(0...10)
        let base = random.chance(0.3) ? Color(power(random.uniform(0.02, 0.25), 2.2)) : .any(&random, 0.1, 0.95)
        cover(Material(base, gloss: random.uniform(0, 0.25)))
        switch kind {
        case 0:
            modulate(noise(.brush, in: frame, &random), random.uniform(0.02, 0.1))
        case 1:
            modulate(noise(.fiber, in: frame, &random), random.uniform(0.05, 0.2))
        case 2:
            let pitch = random.uniform(4, 14)
            raise(field(frame) { x, y in sine(x * 6.283 / pitch) * sine(y * 6.283 / pitch) }, by: pitch * 0.06)
            modulate(noise(.fine, in: frame, &random), random.uniform(0.02, 0.1))
        case 3:
            let pitch = random.uniform(10, 30)
            let hole = pitch * random.uniform(0.15, 0.32)
            let soft = frame.pixel
            let mask = field(frame) { x, y in
                coverage(length(wrapped(x, pitch) - pitch / 2, wrapped(y, pitch) - pitch / 2) - hole, soft)
            }
            scale(mask, by: random.uniform(0.08, 0.5))
        case 4:
            let grain = noise(.pink, in: frame, scale: random.uniform(0.4, 1.2), &random)
            modulate(grain, random.uniform(0.08, 0.3))
            raise(grain, by: random.uniform(0, 0.8))
        case 5:
            // Loose matter: gravel, granulate, shavings.
            let pitch = random.scale(4, 22)
            let salt = random.salt()
            let other = base.varied(&random, by: 0.6)
            let (relief, tone) = fields(frame) { x, y in
                let near = cellNoise(x / pitch, y / pitch, salt)
                return (smoothstep(0, 0.5, near.second - near.first), near.id)
            }
            tint(tone, other, opacity: random.uniform(0.3, 1))
            raise(relief, by: pitch * random.uniform(0.05, 0.25))
            shadow(relief.map { 1 - $0 }, random.uniform(0.2, 0.6))
            modulate(noise(.pink, in: frame, &random), random.uniform(0.03, 0.12))
        default:
            modulate(noise(.cloud, in: frame, &random), random.uniform(0, 0.1))
            modulate(noise(.fine, in: frame, &random), random.uniform(0, 0.06))
        }
        rememberBackdrop()
    }
}
