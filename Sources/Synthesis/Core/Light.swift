/// The light of one picture: one or two lamps, light from all sides, and what a mirror would see.
///
/// Everything is far away and the camera looks straight down, so what a surface sends back depends on its normal alone
/// (and a slight tilt of the view across the picture, which makes highlights sit somewhere).
struct Light: Sendable {
    /// A lamp far away: unit vector towards it, brightness per channel.
    struct Lamp: Sendable {
        let x: Float
        let y: Float
        let z: Float
        let intensity: Float
    }

    /// Towards the main lamp in the picture plane (unit length): shadows fall the other way.
    let direction: Point
    let lamps: [Lamp]
    /// Light from everywhere.
    let ambient: Float
    /// Brightness gradient across the picture, per half side.
    let gradient: Point
    /// How far the view tilts from the middle to the border.
    let viewTilt: Float
    /// The middle of the tilt, in units: where a flat mirror sees straight up.
    let viewCenter: Point
    /// What a mirror sees, by the normal's x and y in -1…1: [side, side, 2], polished first, then satin.
    let environment: [Float]

    /// Samples of `environment` a side.
    static let environmentSide = 48

    /// Draws a light: a lamp from the side, from above, from all around (ring), or a box of soft lights.
    init(_ random: inout Generator) {
        var piece = random.piece()
        let azimuth = random.angle() + piece.normal(0.04)
        direction = Point.polar(azimuth, 1)
        func lamp(_ azimuth: Float, _ elevation: Float, _ intensity: Float) -> Lamp {
            let flat = cosine(elevation)
            return Lamp(
                x: cosine(azimuth) * flat, y: sine(azimuth) * flat, z: sine(elevation), intensity: intensity)
        }
        // From 22° (grazing, every groove shows) to 75° (flat).
        let elevation = random.uniform(0.38, 1.3)
        let contrast = random.uniform(0.45, 0.9)
        var lamps = [lamp(azimuth, elevation, contrast / max(sine(elevation), 0.55))]
        if random.chance(0.4) {
            lamps.append(
                lamp(azimuth + random.uniform(1.5, 4.5), random.uniform(0.4, 1.2), contrast * random.uniform(0.15, 0.5))
            )
        }
        self.lamps = lamps
        ambient = 1 - contrast
        gradient = Point.polar(random.angle(), random.chance(0.7) ? random.uniform(0, 0.28) : 0)
        viewTilt = random.uniform(0.02, 0.28)
        viewCenter = Point(random.normal(60), random.normal(60))
        environment = Self.environment(lamps, &random)
    }

    private static func environment(_ lamps: [Lamp], _ random: inout Generator) -> [Float] {
        let hasRing = random.chance(0.3)
        let ringHeight = random.uniform(0.45, 0.8)
        let boxes = (0..<random.integer(0...2)).map { _ in
            (
                x: random.uniform(-0.8, 0.8), y: random.uniform(-0.8, 0.8), w: random.uniform(0.1, 0.5),
                h: random.uniform(0.1, 0.5), turn: random.angle(), value: random.uniform(0.4, 1.2)
            )
        }
        let horizon = random.uniform(0.1, 0.5)
        let sky = random.uniform(0.3, 0.75)
        let lean = random.angle()
        let n = environmentSide
        var table = [Float](repeating: 0, count: n * n * 2)
        for row in 0..<n {
            for column in 0..<n {
                let nx = (Float(column) / Float(n - 1)) * 2 - 1
                let ny = (Float(row) / Float(n - 1)) * 2 - 1
                let nz = max(0, 1 - nx * nx - ny * ny).squareRoot()
                // The mirrored view direction of (0, 0, 1) about the normal.
                let rx = 2 * nz * nx
                let ry = 2 * nz * ny
                let rz = 2 * nz * nz - 1
                var sharp = mix(horizon, sky, smoothstep(-0.5, 0.9, rz + 0.3 * (rx * cosine(lean) + ry * sine(lean))))
                var broad = mix(horizon, sky, 0.5 + 0.4 * rz)
                for lamp in lamps {
                    let facing = max(0, rx * lamp.x + ry * lamp.y + rz * lamp.z)
                    sharp += lamp.intensity * 2.2 * power(facing, 60)
                    broad += lamp.intensity * 0.8 * power(facing, 8)
                }
                if hasRing {
                    let off = (rz - ringHeight) / 0.1
                    sharp += 1.1 * exponential(-off * off)
                    broad += 0.5 * exponential(-off * off / 9)
                }
                for box in boxes {
                    let c = cosine(box.turn)
                    let s = sine(box.turn)
                    let d = boxDistance(
                        c * (rx - box.x) + s * (ry - box.y), c * (ry - box.y) - s * (rx - box.x), box.w, box.h)
                    if rz > -0.2 {
                        sharp += box.value * coverage(d, 0.12)
                        broad += box.value * 0.5 * coverage(d, 0.7)
                    }
                }
                table[(row * n + column) * 2] = sharp
                table[(row * n + column) * 2 + 1] = broad
            }
        }
        return table
    }
}
