internal import CVectorKernels

/// Kernels that work on the rows of a row-major matrix, each a few passes over memory and free of allocation.
public enum RowKernels {
    /// Layer normalisation with affine parameters and biased variance.
    ///
    /// Ba, Kiros & Hinton 2016.
    ///
    /// - Parameters:
    ///   - x: [rows, width].
    ///   - rows: Number of rows.
    ///   - weight: [width].
    ///   - bias: [width].
    ///   - epsilon: Added to the variance.
    ///   - output: [rows, width] elements of the precision's type, fully overwritten; with float32 it may be `x` itself.
    ///   - precision: Says what the output's elements are.
    public static func layerNorm(
        _ x: UnsafePointer<Float>, rows: Int, weight: Tensor, bias: Tensor, epsilon: Float = 1e-5,
        into output: UnsafeMutableRawPointer, precision: Precision = .f32
    ) {
        let width = weight.count
        precondition(bias.count == width && width > 0, "layer norm of width \(width) with \(bias.count) biases")
        let element = precision.element
        weight.withUnsafeBufferPointer { weight in
            bias.withUnsafeBufferPointer { bias in
                for row in 0..<rows {
                    cvk_layer_norm(
                        x + row &* width, width, weight.baseAddress, bias.baseAddress, epsilon,
                        output + row &* width &* element.byteCount, element.kernelType)
                }
            }
        }
    }

    /// Adds `bias` [width] to each of the rows of `x` [rows, width] in place.
    public static func addBias(
        _ x: UnsafeMutablePointer<Float>, rows: Int, bias: Tensor, threads: ComputeThreads
    ) {
        let width = bias.count
        bias.withUnsafeBufferPointer { bias in
            threads.split(rows) { range in
                for row in range {
                    let line = x + row &* width
                    for column in 0..<width { line[column] += bias[column] }
                }
            }
        }
    }

    /// Scales each row of `x` [rows, width] in place to Euclidean length 1; a zero row stays zero.
    public static func normalizeRows(
        _ x: UnsafeMutablePointer<Float>, rows: Int, width: Int, threads: ComputeThreads
    ) {
        threads.split(rows) { range in
            for row in range {
                _ = normalize(UnsafeMutableBufferPointer(start: x + row &* width, count: width))
            }
        }
    }

    /// The same on one thread, keeping what the gradient needs.
    ///
    /// - Parameters:
    ///   - x: [rows, width].
    ///   - rows: Number of rows.
    ///   - width: Length of a row.
    ///   - inverseLengths: [rows], fully overwritten with 1/length, 0 for a zero row.
    public static func normalizeRows(
        _ x: UnsafeMutablePointer<Float>, rows: Int, width: Int, inverseLengths: UnsafeMutablePointer<Float>
    ) {
        for row in 0..<rows {
            inverseLengths[row] = normalize(UnsafeMutableBufferPointer(start: x + row &* width, count: width))
        }
    }

    @inline(__always)
    private static func normalize(_ line: UnsafeMutableBufferPointer<Float>) -> Float {
        let square = squaredLength(UnsafeBufferPointer(line))
        let scale: Float = square > 0 ? 1 / square.squareRoot() : 0
        for column in 0..<line.count { line[column] *= scale }
        return scale
    }

    /// Replaces a row by softmax(scale · row), shifted by the maximum so that nothing overflows.
    ///
    /// - Parameters:
    ///   - row: `count` scores, overwritten by probabilities.
    ///   - count: At least 1.
    ///   - scale: Positive factor applied before the exponential.
    ///   - precision: Type of the probabilities; with bfloat16 they start at the same address, two bytes each.
    public static func softmax(
        _ row: UnsafeMutablePointer<Float>, count: Int, scale: Float, precision: Precision = .f32
    ) {
        cvk_softmax(row, count, scale, precision.element.kernelType)
    }

    /// Largest element of a row; −∞ for an empty one.
    static func maximum(_ row: UnsafePointer<Float>, count: Int) -> Float {
        var lanes = SIMD16<Float>(repeating: -.infinity)
        var index = 0
        while index &+ 16 <= count {
            let values = loadVector(row + index)
            lanes.replace(with: values, where: values .> lanes)
            index &+= 16
        }
        var result = lanes.max()
        while index < count {
            result = max(result, row[index])
            index &+= 1
        }
        return result
    }

    @inline(__always)
    private static func squaredLength(_ row: UnsafeBufferPointer<Float>) -> Float {
        var sum = SIMD16<Float>.zero
        var index = 0
        while index &+ 16 <= row.count {
            let values = loadVector(row, index)
            sum += values * values
            index &+= 16
        }
        var total = sum.sum()
        while index < row.count {
            total += row[index] * row[index]
            index &+= 1
        }
        return total
    }
}

extension ElementType {
    var kernelType: cvk_element { self == .float32 ? cvk_float32 : cvk_bfloat16 }
}
