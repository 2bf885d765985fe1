/// Interpolation kernel of a resize; both widen when shrinking, so every input pixel counts (anti-aliasing).
public enum ResizeFilter: Sendable, CaseIterable {
    /// Keys' cubic convolution with a = −1/2 (Keys 1981, Eq. 4).
    case bicubic
    /// The triangle kernel.
    case bilinear

    /// Half-width of the kernel at scale 1, in pixels.
    var support: Double {
        switch self {
        case .bicubic: 2
        case .bilinear: 1
        }
    }

    /// The kernel at distance `t` from its centre.
    ///
    /// Written in Horner form: the last bit of a weight may decide a rounding, and Pillow evaluates it so.
    func weight(at t: Double) -> Double {
        let t = abs(t)
        switch self {
        case .bicubic:
            let a = -0.5
            if t < 1 { return ((a + 2) * t - (a + 3)) * t * t + 1 }
            if t < 2 { return (((t - 5) * t + 8) * t - 4) * a }
            return 0
        case .bilinear:
            return t < 1 ? 1 - t : 0
        }
    }
}
