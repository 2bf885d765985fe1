/// Lane-wise sums over the pixels of a block.
struct PixelTotals {
    var focal = SIMD16<Float>.zero
    var area = SIMD16<Float>.zero
    var overlap = SIMD16<Float>.zero
}

/// Probabilities of sixteen pixels.
struct PixelProbabilities {
    let normal: SIMD16<Float>
    let anomalous: SIMD16<Float>
    /// Of the class that the pixel should be.
    var own: SIMD16<Float>
    var notOwn: SIMD16<Float>
    var isDefect = SIMDMask<SIMD16<Int32>>(repeating: false)

    init(normal: SIMD16<Float>, anomalous: SIMD16<Float>) {
        (self.normal, self.anomalous) = (normal, anomalous)
        (own, notOwn) = (normal, anomalous)
    }
}

/// The focal term of sixteen pixels and its derivative by the own class's probability.
struct FocalTerm {
    let value: SIMD16<Float>
    let slope: SIMD16<Float>

    @inline(__always)
    init(own: SIMD16<Float>, classes: Int) {
        // Σ_c onehot_c·P_c + ε with the clamped one-hot vector, written by the own probability alone.
        let spread = UpsampledSegmentationLoss.epsilon / Float(classes - 1)
        let gain = 1 - UpsampledSegmentationLoss.epsilon - spread
        let u = own * gain + (spread + UpsampledSegmentationLoss.epsilon)
        let miss = 1 - u
        let logarithm = naturalLogarithm(u)
        value = miss * miss * logarithm * -1
        slope = (miss * logarithm * 2 - miss * miss / u) * gain
    }
}
