/// Kinds of random fields, all of mean 0 and deviation 1.
enum NoiseKind: Int, CaseIterable, Sendable {
    /// No correlation at all.
    case white
    /// Power falls as 1/f: dust, fine grain.
    case fine
    /// Power falls as 1/f²: the statistics of natural pictures.
    case pink
    /// Power falls as 1/f³ and faster: stains of light, clouds.
    case cloud
    /// Grains of a few units without large-scale parts.
    case grain
    /// Long thin lines along x: brushing, rolling.
    case brush
    /// Fibres along x: wood, paper.
    case fiber
}

/// Periodic Gaussian fields with a prescribed spectrum, made once per process from a fixed seed.
///
/// White Gaussian coefficients are shaped in the frequency domain and transformed back, so 1/f statistics hold at every
/// scale. One complex transform gives two independent real fields. Pictures look at them through their own offset,
/// rotation and zoom.
enum NoiseFields {
    /// Texels a side; one texel is one unit at scale 1.
    static let side = 512

    private static let white = fields(slope: 0, stretch: 1, lowest: 1, seed: 1)
    private static let fine = fields(slope: 1, stretch: 1, lowest: 6, seed: 2)
    private static let pink = fields(slope: 2, stretch: 1, lowest: 3, seed: 3)
    private static let cloud = fields(slope: 3.2, stretch: 1, lowest: 1, seed: 4)
    private static let grain = fields(slope: 1.6, stretch: 1, lowest: 40, seed: 5)
    private static let brush = fields(slope: 1.2, stretch: 24, lowest: 2, seed: 6)
    private static let fiber = fields(slope: 2, stretch: 10, lowest: 3, seed: 7)

    /// The fields of a kind, each [side, side].
    static func fields(_ kind: NoiseKind) -> [[Float]] {
        switch kind {
        case .white: white
        case .fine: fine
        case .pink: pink
        case .cloud: cloud
        case .grain: grain
        case .brush: brush
        case .fiber: fiber
        }
    }

    private static func fields(slope: Float, stretch: Float, lowest: Float, seed: UInt64) -> [[Float]] {
        (0..<2).flatMap { pair -> [[Float]] in
            var random = Generator(seed: 0x5EED_F1E1D, index: seed * 16 + UInt64(pair))
            var real = [Float](repeating: 0, count: side * side)
            var imaginary = real
            for row in 0..<side {
                let fy = Float(row <= side / 2 ? row : row - side)
                for column in 0..<side {
                    let fx = Float(column <= side / 2 ? column : column - side) * stretch
                    let radius = length(fx, fy)
                    let a = random.normal(1)
                    let b = random.normal(1)
                    guard radius >= lowest else { continue }
                    let amplitude = power(radius, -slope / 2)
                    real[row * side + column] = a * amplitude
                    imaginary[row * side + column] = b * amplitude
                }
            }
            FourierTransform.inverse2D(&real, &imaginary, side: side)
            return [normalised(real), normalised(imaginary)]
        }
    }

    private static func normalised(_ values: [Float]) -> [Float] {
        var sum = 0.0
        var squares = 0.0
        for value in values {
            sum += Double(value)
            squares += Double(value) * Double(value)
        }
        let mean = sum / Double(values.count)
        let scale = Float(1 / max(squares / Double(values.count) - mean * mean, 1e-30).squareRoot())
        return values.map { ($0 - Float(mean)) * scale }
    }
}

/// Smooth random values on a lattice of unit cells, in -1…1 (quintic interpolation would not be seen here).
@inline(__always)
func valueNoise(_ x: Float, _ y: Float, _ salt: UInt32) -> Float {
    let fx = floored(x)
    let fy = floored(y)
    let ix = Int32(fx)
    let iy = Int32(fy)
    let tx = x - fx
    let ty = y - fy
    let sx = tx * tx * (3 - 2 * tx)
    let sy = ty * ty * (3 - 2 * ty)
    let top = mix(latticeValue(ix, iy, salt), latticeValue(ix &+ 1, iy, salt), sx)
    let bottom = mix(latticeValue(ix, iy &+ 1, salt), latticeValue(ix &+ 1, iy &+ 1, salt), sx)
    return mix(top, bottom, sy) * 2 - 1
}

/// Cells around one random point per unit square (Worley 1996).
///
/// - Parameters:
///   - x: Column in cells.
///   - y: Row in cells.
///   - salt: Which arrangement.
///   - jitter: 0 for a square lattice, 1 for full disorder.
/// - Returns: Distance to the nearest point, to the second nearest, and the nearest cell's own random number in 0 ..< 1.
@inline(__always)
func cellNoise(_ x: Float, _ y: Float, _ salt: UInt32, jitter: Float = 1) -> (first: Float, second: Float, id: Float) {
    let cx = Int32(floored(x))
    let cy = Int32(floored(y))
    var first: Float = 9
    var second: Float = 9
    var id: Float = 0
    for dy in Int32(-1)...1 {
        for dx in Int32(-1)...1 {
            let ix = cx &+ dx
            let iy = cy &+ dy
            let px = Float(ix) + 0.5 + (latticeValue(ix, iy, salt) - 0.5) * jitter
            let py = Float(iy) + 0.5 + (latticeValue(ix, iy, salt &+ 0x68E3_1DA4) - 0.5) * jitter
            let d = (px - x) * (px - x) + (py - y) * (py - y)
            if d < first {
                second = first
                first = d
                id = latticeValue(ix, iy, salt &+ 0x1B56_C4E9)
            } else if d < second {
                second = d
            }
        }
    }
    return (first.squareRoot(), second.squareRoot(), id)
}
