/// A surface of no particular trade: layers of any kind laid over one another at random.
///
/// It keeps a model from learning a closed list of textures: bark, slag, marble, woven film and hide are all near some
/// mixture of these layers, though none is drawn on purpose.
struct MixedSurface: ProductFamily {
    let name = "mixed_surface"
    let nouns = ["surface", "material", "sample", "natural surface", "textured sheet"]
    let kind = ProductKind.texture
    let defects: Set<DefectType> = [
        .scratch, .crack, .hole, .dent, .stain, .liquid, .contamination, .color, .cut, .poke, .thread, .broken,
    ]

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        let frame = scene.spread(&random, turn: .infinity)
        let base = Color.any(&random, 0.12, 0.9)
        scene.cover(Material(base, gloss: random.chance(0.3) ? random.uniform(0.2, 0.9) : random.uniform(0, 0.2)))
        let warp = scene.noise(.pink, in: frame, scale: random.uniform(0.5, 2), &random)
        let warpAmount = random.chance(0.6) ? random.uniform(0.1, 0.8) : 0
        for layer in 0..<random.integer(2...4) {
            let local = frame.placed(angle: random.chance(0.5) ? 0 : random.angle(), scale: random.scale(0.5, 1.8))
            var plane = pattern(scene, local, &random)
            plane.combine(warp) { $0 + warpAmount * $1 }
            switch random.integer(0...(layer == 0 ? 1 : 3)) {
            case 0:
                let level = random.normal(0.6)
                let soft = random.scale(0.08, 1.2)
                let color = random.chance(0.6) ? base.varied(&random, by: 0.5) : .any(&random, 0.1, 0.9)
                let opacity = random.uniform(0.2, 0.9)
                scene.tint(plane.map { smoothstep(level - soft, level + soft, $0) }, color, opacity: opacity)
            case 1:
                scene.modulate(plane, random.uniform(0.04, 0.22))
                scene.raise(plane, by: random.uniform(0, 0.7))
            case 2:
                scene.raise(plane, by: random.uniform(0.2, 1.4))
                scene.shadow(plane.map { clamped(-$0 - 0.4) }, random.uniform(0.1, 0.5))
            default:
                scene.setGloss(plane.map { smoothstep(-0.5, 0.8, $0) }, random.uniform(0, 0.9))
            }
        }
        scene.modulate(scene.noise(.fine, in: frame, scale: 0.7, &random), random.uniform(0.02, 0.1))
        scene.modulate(scene.noise(.cloud, in: frame, &random), random.uniform(0.01, 0.1))
        scene.trimToSheet(&random, probability: 0.2, edge: 2)
    }

    /// One layer, roughly of mean 0 and deviation 1.
    private func pattern(_ scene: Scene, _ frame: Frame, _ random: inout Generator) -> Plane {
        let kind = random.integer(0...9)
        let pitch = random.scale(4, 26)
        let salt = random.salt()
        let wander = random.uniform(0, 2.5)
        switch kind {
        case 0:
            return scene.field(frame) { x, y in
                let near = cellNoise(x / pitch, y / pitch, salt)
                return (near.second - near.first) * 4 - 1.2
            }
        case 1: return scene.field(frame) { x, y in (cellNoise(x / pitch, y / pitch, salt).id - 0.5) * 3.4 }
        case 2:
            let jitter = random.uniform(0, 0.6)
            return scene.field(frame) { x, y in 1.4 - 3.4 * cellNoise(x / pitch, y / pitch, salt, jitter: jitter).first
            }
        case 3:
            return scene.field(frame) { x, y in
                1.4 * sine(6.2832 * y / pitch + wander * valueNoise(x / (3 * pitch), y / (3 * pitch), salt))
            }
        case 4:
            // Ridges: veins, wrinkles, dried mud.
            return scene.field(frame) { x, y in
                let coarse = valueNoise(x / pitch, y / pitch, salt)
                let fine = valueNoise(x * 2.1 / pitch, y * 2.1 / pitch, salt &+ 9)
                return 1.2 - 4 * abs(coarse + 0.5 * fine)
            }
        default:
            let kinds: [NoiseKind] = [.fine, .pink, .cloud, .grain, .fiber, .brush, .pink]
            return scene.noise(random.pick(kinds), in: frame, scale: random.scale(0.4, 2.2), &random)
        }
    }
}
