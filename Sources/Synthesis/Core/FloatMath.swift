// Elementary functions by polynomials: the C library's differ in the last bit between processors, and a picture must be
// the same bits everywhere. They are also plain arithmetic, which the compiler turns into vector code.

/// The largest integer not above `x`, for |x| < 2²².
@inline(__always)
func floored(_ x: Float) -> Float {
    let nearest = (x + 12_582_912) - 12_582_912
    return nearest > x ? nearest - 1 : nearest
}

/// What is left of `x` after the largest multiple of `period` not above it; 0 ..< period.
@inline(__always)
func wrapped(_ x: Float, _ period: Float) -> Float { x - period * floored(x / period) }

/// `x` limited to a range.
@inline(__always)
func clamped(_ x: Float, _ low: Float = 0, _ high: Float = 1) -> Float { min(max(x, low), high) }

/// 0 below `low`, 1 above `high`, a smooth step between (`low` > `high` turns it round).
@inline(__always)
func smoothstep(_ low: Float, _ high: Float, _ x: Float) -> Float {
    let t = clamped((x - low) / (high - low))
    return t * t * (3 - 2 * t)
}

/// Sine of an angle in radians, error below 4e-6.
@inline(__always)
func sine(_ x: Float) -> Float {
    var turns = x * 0.159_154_94
    turns -= (turns + 12_582_912) - 12_582_912
    // Fold into a quarter turn on either side of zero.
    let folded = abs(turns) > 0.25 ? (turns > 0 ? 0.5 : -0.5) - turns : turns
    let a = folded * 6.283_185_5
    let b = a * a
    return a * (1 + b * (-0.166_666_67 + b * (0.008_333_333 + b * (-0.000_198_412_7 + b * 2.755_731_9e-6))))
}

/// Cosine of an angle in radians.
@inline(__always)
func cosine(_ x: Float) -> Float { sine(x + 1.570_796_4) }

/// 2 to the power `x`, relative error below 3e-6; `x` is limited to -120…120.
@inline(__always)
func powerOfTwo(_ x: Float) -> Float {
    let limited = min(max(x, -120), 120)
    let shifted = limited + 12_582_912
    let exponent = Int32(bitPattern: shifted.bitPattern) &- 0x4B40_0000
    let f = (limited - (shifted - 12_582_912)) * 0.693_147_2
    let fraction = 1 + f * (1 + f * (0.5 + f * (0.166_666_67 + f * (0.041_666_67 + f * 0.008_333_333))))
    return fraction * Float(bitPattern: UInt32(bitPattern: (exponent &+ 127) << 23))
}

/// e to the power `x`.
@inline(__always)
func exponential(_ x: Float) -> Float { powerOfTwo(x * 1.442_695) }

/// Logarithm to base 2 of a positive number, error below 1e-4.
@inline(__always)
func logarithmOfTwo(_ x: Float) -> Float {
    let bits = x.bitPattern
    let exponent = Float(Int32(bitPattern: bits >> 23) &- 127)
    let m = Float(bitPattern: (bits & 0x007F_FFFF) | 0x3F80_0000)
    // log2(m) by the odd series in (m-√2)/(m+√2).
    let t = (m - 1.414_213_6) / (m + 1.414_213_6)
    let s = t * t
    return exponent + 0.5 + 2.885_39 * t * (1 + s * (0.333_333_33 + s * (0.2 + s * 0.142_857_14)))
}

/// A bell around 0: e to the power -t², cut to 0 beyond |t| = 3 so that most pixels cost nothing.
@inline(__always)
func bell(_ t: Float) -> Float { t * t < 9 ? exponential(-t * t) : 0 }

/// `x` to the power `y` for `x` ≥ 0.
@inline(__always)
func power(_ x: Float, _ y: Float) -> Float { x <= 1e-30 ? 0 : powerOfTwo(y * logarithmOfTwo(x)) }

/// The angle of (x, y) in -π…π, error below 1e-4.
@inline(__always)
func arcTangent(_ y: Float, _ x: Float) -> Float {
    let ax = abs(x)
    let ay = abs(y)
    let big = max(ax, ay)
    guard big > 0 else { return 0 }
    let t = min(ax, ay) / big
    let s = t * t
    var angle =
        t * (0.999_866 + s * (-0.330_299_5 + s * (0.180_141 + s * (-0.085_133 + s * 0.020_835_1))))
    if ay > ax { angle = 1.570_796_4 - angle }
    if x < 0 { angle = 3.141_592_7 - angle }
    return y < 0 ? -angle : angle
}

/// Length of (x, y).
@inline(__always)
func length(_ x: Float, _ y: Float) -> Float { (x * x + y * y).squareRoot() }

/// From `a` (t = 0) to `b` (t = 1).
@inline(__always)
func mix(_ a: Float, _ b: Float, _ t: Float) -> Float { a + (b - a) * t }

/// A number in 0 ..< 1 that depends on a lattice cell and a salt only.
@inline(__always)
func latticeValue(_ x: Int32, _ y: Int32, _ salt: UInt32) -> Float {
    var h = UInt32(bitPattern: x) &* 0x9E37_79B1 &+ UInt32(bitPattern: y) &* 0x85EB_CA77 &+ salt &* 0xC2B2_AE3D
    h = (h ^ (h >> 15)) &* 0x2C1B_3C6D
    h = (h ^ (h >> 12)) &* 0x297A_2D39
    h ^= h >> 15
    return Float(h >> 8) * (1 / 16_777_216)
}
