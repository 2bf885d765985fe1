/// e^x in every lane.
///
/// x = n·ln 2 + r with |r| ≤ ½ ln 2, then a degree-6 polynomial for 2^f (own minimax fit, relative error 3e-9 before
/// rounding). Below −87.3 the result is 0 rather than a subnormal; above 88 it saturates. Written with plain `*` and `+`
/// because on baseline x86-64 a fused multiply-add becomes a library call per lane.
@inline(__always)
func exponential(_ x: SIMD16<Float>) -> SIMD16<Float> {
    // Adding 1.5·2^23 rounds to the nearest integer and leaves it in the low mantissa bits.
    let shifted = x * 1.442_695 + 12_582_912
    let n = shifted - 12_582_912
    // ln 2 in two parts, the first with few enough bits that n times it is exact.
    let remainder = (x - n * 0.693_359_375) + n * 2.121_944_4e-4
    let fraction = remainder * 1.442_695
    var power = fraction * 0.000_154_697_32 + 0.001_340_043_3
    power = power * fraction + 0.009_618_025
    power = power * fraction + 0.055_503_27
    power = power * fraction + 0.240_226_5
    power = power * fraction + 0.693_147_2
    power = power * fraction + 1
    let exponent = unsafeBitCast(shifted, to: SIMD16<Int32>.self) &<< 23
    var result = unsafeBitCast(unsafeBitCast(power, to: SIMD16<Int32>.self) &+ exponent, to: SIMD16<Float>.self)
    result.replace(with: 0, where: x .< -87.3)
    result.replace(with: 1.651_636_3e38, where: x .> 88)
    return result
}

/// Gauss error function in every lane, absolute error below 5e-7.
///
/// x·P(x²)/Q(x²) on |x| ≤ 3.92, own minimax fit of degree 5/5; beyond that erf is ±1 to float32 precision.
@inline(__always)
func errorFunction(_ x: SIMD16<Float>) -> SIMD16<Float> {
    var clamped = x
    clamped.replace(with: 3.92, where: x .> 3.92)
    clamped.replace(with: -3.92, where: x .< -3.92)
    let t = clamped * clamped
    var p = t * 2.034_774_98e-06 + 2.874_778_3e-04
    p = p * t + 3.868_198_02e-03
    p = p * t + 5.306_007_71e-02
    p = p * t + 1.927_608_55e-01
    p = p * t + 1.128_378_99
    var q = t * 3.807_097_89e-05 + 1.188_086_46e-03
    q = q * t + 1.517_203_26e-02
    q = q * t + 1.150_833_14e-01
    q = q * t + 5.041_615_37e-01
    q = q * t + 1
    return clamped * p / q
}

/// Natural logarithm in every lane, for finite x ≥ 2⁻¹²⁶ (others give meaningless numbers).
///
/// x = 2ⁿ·m with m in [√½, √2); ln m = 2·artanh(s) with s = (m − 1)/(m + 1), a series in s² ≤ 0.0295 whose first dropped
/// term is below 3e-9. Relative error 2e-7, also around x = 1 where the result vanishes.
@inline(__always)
func naturalLogarithm(_ x: SIMD16<Float>) -> SIMD16<Float> {
    let bits = unsafeBitCast(x, to: SIMD16<Int32>.self)
    // Subtracting √½'s pattern makes the exponent field round at √½ instead of at 1.
    let shifted = bits &- 0x3F35_04F3
    let exponent = shifted &>> 23
    let mantissa = unsafeBitCast((shifted & 0x007F_FFFF) &+ 0x3F35_04F3, to: SIMD16<Float>.self)
    let s = (mantissa - 1) / (mantissa + 1)
    let t = s * s
    var series = t * 0.111_111_11 + 0.142_857_15
    series = series * t + 0.2
    series = series * t + 0.333_333_34
    let logarithm = s * 2 + s * 2 * t * series
    // An integer in the low bits of 1.5·2²³ converts without a per-lane instruction.
    let n = unsafeBitCast(exponent &+ 0x4B40_0000, to: SIMD16<Float>.self) - 12_582_912
    return n * 0.693_147_2 + logarithm
}
