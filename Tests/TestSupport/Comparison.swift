public import Tensors
public import Testing

/// How far two tensors are apart, element by element.
public struct Difference: Sendable, CustomStringConvertible {
    /// Largest absolute difference.
    public let maximum: Float
    /// Where it is.
    public let position: Int
    /// Σ(a − b)² / Σb²: relative power of the error.
    public let normalizedMeanSquaredError: Double
    /// ⟨a, b⟩ / (‖a‖·‖b‖).
    public let cosine: Double

    /// Compares `actual` with `expected`; NaN anywhere counts as an infinite difference.
    public init(_ actual: [Float], _ expected: [Float]) {
        var worst: (Float, Int) = (0, 0)
        var errorPower = 0.0
        var power = 0.0
        var actualPower = 0.0
        var dot = 0.0
        for (index, (a, b)) in zip(actual, expected).enumerated() {
            let difference = a.isNaN || b.isNaN ? Float.infinity : abs(a - b)
            if difference > worst.0 { worst = (difference, index) }
            errorPower += Double(a - b) * Double(a - b)
            power += Double(b) * Double(b)
            actualPower += Double(a) * Double(a)
            dot += Double(a) * Double(b)
        }
        (maximum, position) = worst
        normalizedMeanSquaredError = power > 0 ? errorPower / power : errorPower
        cosine = dot / (power.squareRoot() * actualPower.squareRoot())
    }

    /// One line for a failure message.
    public var description: String {
        "max |Δ| \(maximum) at \(position), normalised MSE \(normalizedMeanSquaredError), cosine \(cosine)"
    }
}

/// Records an issue unless every element is within `tolerance` of the expected one.
public func expectClose(
    _ actual: [Float], _ expected: [Float], within tolerance: Float, _ name: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
) {
    guard actual.count == expected.count else {
        Issue.record("\(name): \(actual.count) values, expected \(expected.count)", sourceLocation: sourceLocation)
        return
    }
    let difference = Difference(actual, expected)
    #expect(difference.maximum <= tolerance, "\(name): \(difference)", sourceLocation: sourceLocation)
}

/// Records an issue unless the relative power of the error is at most `tolerance`.
public func expectNormalizedError(
    _ actual: Tensor, _ expected: Tensor, atMost tolerance: Double, _ name: String,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    guard actual.shape == expected.shape else {
        Issue.record("\(name): shape \(actual.shape), expected \(expected.shape)", sourceLocation: sourceLocation)
        return
    }
    let difference = Difference(actual.values, expected.values)
    #expect(
        difference.normalizedMeanSquaredError <= tolerance, "\(name): \(difference)", sourceLocation: sourceLocation)
}
