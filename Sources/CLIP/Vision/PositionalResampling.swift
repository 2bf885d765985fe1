import Tensors

/// Resamples a grid of positional embeddings to another grid size.
///
/// The antialiased bicubic filter of image libraries: Keys' cubic with a = −0.5, taps outside the grid dropped and the
/// rest renormalised, half-pixel centres. Enlarging keeps a support of two samples; shrinking widens it by the ratio.
enum PositionalResampling {
    /// Weights of one output sample along one axis.
    struct Taps: Equatable {
        let first: Int
        let weights: [Float]
    }

    /// Resamples the patch rows of a positional embedding; the class token's row is kept.
    ///
    /// - Parameters:
    ///   - embedding: [1 + from², width], row 0 for the class token.
    ///   - from: Side of the stored grid.
    ///   - to: Side of the wanted grid.
    /// - Returns: [1 + to², width].
    static func resample(_ embedding: Tensor, from: Int, to: Int) -> Tensor {
        if from == to { return embedding }
        let width = embedding.shape[1]
        let taps = self.taps(from: from, to: to)
        // Width axis first, then height.
        var horizontal = [Float](repeating: 0, count: from * to * width)
        return embedding.withUnsafeBufferPointer { source in
            for y in 0..<from {
                for x in 0..<to {
                    let target = (y * to + x) * width
                    for (offset, weight) in taps[x].weights.enumerated() {
                        let origin = (1 + y * from + taps[x].first + offset) * width
                        for channel in 0..<width { horizontal[target + channel] += weight * source[origin + channel] }
                    }
                }
            }
            return Tensor(shape: [1 + to * to, width]) { output in
                output.initialize(repeating: 0)
                for channel in 0..<width { output[channel] = source[channel] }
                for y in 0..<to {
                    for x in 0..<to {
                        let target = (1 + y * to + x) * width
                        for (offset, weight) in taps[y].weights.enumerated() {
                            let origin = ((taps[y].first + offset) * to + x) * width
                            for channel in 0..<width {
                                output[target + channel] += weight * horizontal[origin + channel]
                            }
                        }
                    }
                }
            }
        }
    }

    /// The filter of every output sample along one axis, computed in float32 as the reference framework does.
    static func taps(from: Int, to: Int) -> [Taps] {
        let scale = Float(from) / Float(to)
        let stretch = max(scale, 1)
        let support = 2 * stretch
        return (0..<to).map { index in
            let centre = scale * (Float(index) + 0.5)
            let first = max(0, Int(centre - support + 0.5))
            let end = min(from, Int(centre + support + 0.5))
            var weights = (first..<end).map { cubic((Float($0) - centre + 0.5) / stretch) }
            let total = weights.reduce(0, +)
            for tap in weights.indices { weights[tap] /= total }
            return Taps(first: first, weights: weights)
        }
    }

    /// The cubic convolution kernel of Keys (1981) with a = −0.5.
    private static func cubic(_ distance: Float) -> Float {
        let t = abs(distance)
        if t < 1 { return (1.5 * t - 2.5) * t * t + 1 }
        if t < 2 { return ((-0.5 * t + 2.5) * t - 4) * t + 2 }
        return 0
    }
}
