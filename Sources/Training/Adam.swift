import Tensors

/// Adam (Kingma & Ba 2015) without weight decay or schedule.
struct Adam {
    /// Step length.
    let learningRate: Double
    /// Decay of the gradient's mean.
    let beta1 = 0.5
    /// Decay of the squared gradient's mean.
    let beta2 = 0.999
    /// Keeps the quotient finite.
    let epsilon: Float = 1e-8

    /// Mean of the gradients.
    let mean: AdapterWeights
    /// Mean of the squared gradients.
    let square: AdapterWeights

    /// Moves all maps of a stage one step.
    ///
    /// - Parameters:
    ///   - stage: From 0.
    ///   - weights: Changed in place.
    ///   - gradient: Of the loss; only this stage is read.
    ///   - step: From 1.
    ///   - threads: Workers to use; the result does not depend on them.
    func update(
        stage: Int, _ weights: AdapterWeights, gradient: AdapterWeights, step: Int, threads: ComputeThreads
    ) {
        update(
            weights.weights[stage], gradient.weights[stage], mean.weights[stage], square.weights[stage], step, threads)
        update(weights.biases[stage], gradient.biases[stage], mean.biases[stage], square.biases[stage], step, threads)
    }

    private func update(
        _ parameters: FloatBuffer, _ gradient: FloatBuffer, _ mean: FloatBuffer, _ square: FloatBuffer, _ step: Int,
        _ threads: ComputeThreads
    ) {
        let correction = (first: 1 - power(beta1, step), second: (1 - power(beta2, step)).squareRoot())
        let stepSize = Float(learningRate / correction.first)
        let (reciprocal, gain1, decay2, gain2) = (
            Float(1 / correction.second), Float(1 - beta1), Float(beta2), Float(1 - beta2)
        )
        threads.split(parameters.count, granularity: 1024) { range in
            let (p, g) = (parameters.baseAddress, UnsafePointer(gradient.baseAddress))
            let (m, v) = (mean.baseAddress, square.baseAddress)
            for index in range {
                let slope = g[index]
                let first = m[index] + (slope - m[index]) * gain1
                let second = v[index] * decay2 + slope * slope * gain2
                m[index] = first
                v[index] = second
                p[index] -= stepSize * first / (second.squareRoot() * reciprocal + epsilon)
            }
        }
    }

    private func power(_ base: Double, _ exponent: Int) -> Double {
        var result = 1.0
        var (factor, rest) = (base, exponent)
        while rest > 0 {
            if rest & 1 == 1 { result *= factor }
            factor *= factor
            rest >>= 1
        }
        return result
    }
}
