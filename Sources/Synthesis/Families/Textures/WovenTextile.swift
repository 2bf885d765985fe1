/// Cloth of two thread systems in plain, twill, satin or basket weave; plain, striped or checked.
struct WovenTextile: ProductFamily {
    let name = "woven_textile"
    let nouns = ["textile", "fabric", "woven fabric", "cloth"]
    let kind = ProductKind.texture
    let defects = Set<DefectType>.soft

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        let frame = scene.spread(&random, turn: 0.3)
        let pitch = random.scale(3.6, 13)
        // Which thread is on top at (column, row): a pattern of period `repeatLength`, shifted by `step` per row.
        let (repeatLength, step, under) = random.pick([
            (2, 1, 1), (2, 1, 1), (3, 1, 1), (4, 1, 2), (4, 1, 1), (5, 2, 1), (8, 3, 1),
        ])
        let fill = random.uniform(0.72, 0.98)
        let warp = Color.any(&random, 0.15, 0.92)
        let weft = random.chance(0.6) ? warp.varied(&random, by: 0.12) : .any(&random, 0.15, 0.92)
        scene.cover(Material(warp, gloss: random.uniform(0, 0.25)))

        let slub = scene.noise(.cloud, in: frame, scale: 0.8, &random)
        let wander = random.uniform(0, 0.16)
        let n = Float(repeatLength)
        let s = Float(step)
        let u = Float(under)
        var top = scene.field(frame) { _, _ in 0 }
        let weave = scene.field(frame) { x, y in
            let column = floored(x / pitch)
            let row = floored(y / pitch)
            let phase = wrapped(column - row * s, n)
            return phase < u ? 1 : 0
        }
        top = weave
        // Height: each thread is a half tube that dives under its neighbours at the ends of its float.
        var relief = scene.field(frame) { x, y in
            let column = floored(x / pitch)
            let row = floored(y / pitch)
            let fx = x / pitch - column - 0.5
            let fy = y / pitch - row - 0.5
            let isWeft = wrapped(column - row * s, n) < u
            let across = (isWeft ? fy : fx) * 2 / fill
            let along = isWeft ? fx : fy
            let tube = 1 - across * across
            guard tube > 0 else { return -0.6 }
            return tube.squareRoot() * (1 - 0.5 * along * along * 4)
        }
        relief.combine(slub) { $0 * (1 + wander * $1) }
        scene.tint(top, weft)
        scene.raise(relief, by: pitch * random.uniform(0.1, 0.24))
        scene.shadow(relief.map { clamped(0.45 - $0) }, random.uniform(0.5, 0.95))
        stripes(&scene, frame, &random)
        // Twisted fibres inside the threads, lint over them.
        let twist = scene.field(frame) { x, y in sine((x + y) * 6.2832 / (pitch * 0.36)) }
        scene.modulate(twist, random.uniform(0.0, 0.1))
        scene.modulate(scene.noise(.fine, in: frame, &random), random.uniform(0.03, 0.1))
        scene.modulate(scene.noise(.brush, in: frame, &random), random.uniform(0, 0.07))
        scene.trimToSheet(&random, probability: 0.08)
    }

    private func stripes(_ scene: inout Scene, _ frame: Frame, _ random: inout Generator) {
        guard random.chance(0.35) else { return }
        let period = random.uniform(26, 90)
        let share = random.uniform(0.15, 0.55)
        let isChecked = random.chance(0.5)
        let mask = scene.field(frame) { x, y in
            let first: Float = wrapped(x, period) < period * share ? 1 : 0
            let second: Float = wrapped(y, period) < period * share ? 1 : 0
            return isChecked ? (first + second) * 0.5 : first
        }
        scene.tint(mask, .any(&random, 0.1, 0.92), opacity: random.uniform(0.35, 0.9))
    }
}
