/// Non-linearity of a transformer's feed-forward block.
///
/// Explicit in every model: the same weights give visibly different features under the other one.
public enum Activation: String, Sendable, Codable, CaseIterable {
    /// ½·x·(1 + erf(x/√2)), exact, not the tanh approximation (Hendrycks & Gimpel 2016).
    case gelu
    /// x·σ(1.702·x), the approximation that OpenAI's CLIP was trained with.
    case quickGELU = "quick_gelu"

    /// Adds `bias` to every row and applies the function in place.
    ///
    /// - Parameters:
    ///   - x: [rows, width], overwritten.
    ///   - rows: Number of rows.
    ///   - bias: [width].
    ///   - threads: Workers to use.
    public func apply(_ x: UnsafeMutablePointer<Float>, rows: Int, addingBias bias: Tensor, threads: ComputeThreads) {
        let width = bias.count
        bias.withUnsafeBufferPointer { biasElements in
            threads.split(rows) { range in
                for row in range {
                    let line = x + row &* width
                    switch self {
                    case .gelu: mapRow(line, biasElements, gaussianErrorLinearUnit)
                    case .quickGELU: mapRow(line, biasElements, sigmoidLinearUnit)
                    }
                }
            }
        }
    }
}

@inline(__always)
private func gaussianErrorLinearUnit(_ x: SIMD16<Float>) -> SIMD16<Float> {
    x * 0.5 * (errorFunction(x * 0.707_106_781_186_547_5) + 1)
}

@inline(__always)
private func sigmoidLinearUnit(_ x: SIMD16<Float>) -> SIMD16<Float> {
    x / (exponential(x * -1.702) + 1)
}

/// Inlined with a literal function, so no closure call is left in the loop.
@inline(__always)
private func mapRow(
    _ line: UnsafeMutablePointer<Float>, _ bias: UnsafeBufferPointer<Float>,
    _ function: (SIMD16<Float>) -> SIMD16<Float>
) {
    var column = 0
    while column &+ 16 <= bias.count {
        storeVector(function(loadVector(line + column) + loadVector(bias, column)), to: line + column)
        column &+= 16
    }
    while column < bias.count {
        line[column] = function(SIMD16(repeating: line[column] + bias[column]))[0]
        column &+= 1
    }
}
