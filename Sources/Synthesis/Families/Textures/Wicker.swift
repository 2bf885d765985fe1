/// Basket weave of flat, slightly uneven splints: rattan, bamboo, webbing.
struct Wicker: ProductFamily {
    let name = "wicker"
    let nouns = ["woven webbing", "basket weave", "wicker", "webbing"]
    let kind = ProductKind.texture
    let defects = Set<DefectType>([.cut, .hole, .stain, .color, .thread, .contamination, .broken, .liquid])

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        let frame = scene.spread(&random, turn: 0.3)
        let pitch = random.uniform(15, 30)
        let fill = random.uniform(0.72, 0.94)
        let strands = Float(random.integer(1...4))
        let tones: [UInt32] = [0xC8A873, 0xA67B45, 0xDCC9A2, 0x5E4630, 0x3A3A3C, 0x8C9096, 0x6E7F5E]
        let color = Color(hex: random.pick(tones)).varied(&random)
        let salt = random.salt()
        scene.cover(Material(color * 0.12, gloss: 0))
        let (relief, tone) = scene.fields(frame) { x, y in
            let column = floored(x / pitch)
            let row = floored(y / pitch)
            let fx = x / pitch - column - 0.5
            let fy = y / pitch - row - 0.5
            let isAcross = wrapped(column + row, 2) < 1
            let across = (isAcross ? fy : fx) * 2 / fill
            let along = (isAcross ? fx : fy) * 2
            guard abs(across) < 1 else { return (-0.4, 0) }
            // Each band is made of a few parallel splints.
            let splint = wrapped((across + 1) * 0.5 * strands, 1) * 2 - 1
            let band = isAcross ? row : column
            let index = Int32(floored((across + 1) * 0.5 * strands)) &+ Int32(band) &* 8
            let height = (1 - splint * splint * 0.7).squareRoot() * 0.35 + 0.65 * (1 - along * along * 0.55)
            return (height, 0.55 + 0.45 * latticeValue(index, isAcross ? 1 : 2, salt))
        }
        let soft = relief.map { smoothstep(-0.1, 0.2, $0) }
        scene.fill(soft, Material(color, gloss: random.uniform(0.05, 0.5)))
        scene.multiply(tone.combined(soft) { mix(1, $0, $1 * 0.6) })
        scene.raise(relief, by: pitch * random.uniform(0.12, 0.24))
        scene.shadow(relief.map { clamped(0.55 - $0) }, random.uniform(0.5, 0.95))
        scene.modulate(scene.noise(.fiber, in: frame, &random), random.uniform(0.03, 0.14))
        scene.modulate(scene.noise(.fine, in: frame, &random), random.uniform(0.02, 0.08))
    }
}
