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
    ///   - output: [rows, width] operands of the precision, fully overwritten; with float32 it may be `x` itself.
    ///   - outputStride: Bytes between its rows; nil when they follow each other.
    ///   - precision: Says what the output's elements are; int8 rounds each row to bytes, with their scale behind them.
    public static func layerNorm(
        _ x: UnsafePointer<Float>, rows: Int, weight: Tensor, bias: Tensor, epsilon: Float = 1e-5,
        into output: UnsafeMutableRawPointer, outputStride: Int? = nil, precision: Precision = .f32
    ) {
        let width = weight.count
        precondition(bias.count == width && width > 0, "layer norm of width \(width) with \(bias.count) biases")
        let stride = outputStride ?? width &* precision.byteCount
        weight.withUnsafeBufferPointer { weight in
            bias.withUnsafeBufferPointer { bias in
                for row in 0..<rows {
                    let (line, target) = (x + row &* width, output + row &* stride)
                    if precision == .int8 {
                        cvk_layer_norm_bytes(line, width, weight.baseAddress, bias.baseAddress, epsilon, target)
                    } else {
                        cvk_layer_norm(
                            line, width, weight.baseAddress, bias.baseAddress, epsilon, target,
                            precision.activation.kernelType)
                    }
                }
            }
        }
    }

    /// Makes operands of the precision from activations, with a stride of their own.
    ///
    /// - Parameters:
    ///   - x: [rows, width] activations, `stride` bytes apart.
    ///   - stride: Bytes between rows of `x`.
    ///   - rows: Number of rows.
    ///   - width: Length of a row.
    ///   - output: The operands; it may be `x` itself with the same stride.
    ///   - outputStride: Bytes between rows of operands.
    ///   - precision: int8 rounds each row to bytes, with their scale behind them; others copy.
    static func operands(
        _ x: UnsafeRawPointer, stride: Int, rows: Int, width: Int, into output: UnsafeMutableRawPointer,
        outputStride: Int, precision: Precision
    ) {
        if precision != .int8 && x == UnsafeRawPointer(output) { return }
        for row in 0..<rows {
            let (line, target) = (x + row &* stride, output + row &* outputStride)
            if precision == .int8 {
                cvk_round_to_bytes(line.assumingMemoryBound(to: UInt16.self), width, target)
            } else {
                target.copyMemory(from: line, byteCount: width &* precision.byteCount)
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
        cvk_softmax(row, count, scale, precision.activation.kernelType)
    }

    /// Largest element of a row; −∞ for an empty one.
    static func maximum(_ row: UnsafePointer<Float>, count: Int) -> Float {
        var largest: Float = 0
        _ = cvk_largest(row, count, &largest)
        return largest
    }

    @inline(__always)
    static func squaredLength(_ row: UnsafeBufferPointer<Float>) -> Float {
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
