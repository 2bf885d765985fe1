internal import CVectorKernels

/// y = x·Wᵀ + b with the weights prepared for one kind of arithmetic.
///
/// Rows are computed on the calling thread; whoever has several workers gives each its own rows.
public final class LinearMap: Sendable {
    /// What becomes of the product.
    public enum Use: Sendable, Hashable {
        /// y replaces the output: activations, row after row.
        case map
        /// act(y) replaces the output: activations, rows at the arithmetic's ``Arithmetic/operandStride(_:)``.
        case activate(Activation)
        /// y is added to the output, which is float32: the residual connection.
        case accumulate
    }

    /// Length of an input row.
    public let inFeatures: Int
    /// Length of an output row.
    public let outFeatures: Int
    private let arithmetic: Arithmetic
    /// Number format of the operands; ``operands(of:rows:scratch:)`` or a layer normalisation makes them.
    public var precision: Precision { arithmetic.precision }
    private let weights: Weights
    private let bias: Tensor

    private enum Weights: Sendable {
        case plain(Tensor)
        case packed(PackedMatrix)
        case tiles(TileWeights)
    }

    /// Prepares the weights.
    ///
    /// - Parameters:
    ///   - weight: [outFeatures, inFeatures], as checkpoints store it; kept as it is for OpenBLAS, else packed.
    ///   - bias: [outFeatures].
    ///   - arithmetic: How products are computed.
    ///   - threads: Workers that pack.
    /// - Throws: ``ArithmeticError`` when the engine cannot do this here.
    public init(
        weight: Tensor, bias: Tensor, arithmetic: Arithmetic, threads: ComputeThreads = ComputeThreads(count: 1)
    ) throws(ArithmeticError) {
        precondition(
            weight.shape.count == 2 && bias.shape == [weight.shape[0]], "\(weight.shape) with bias \(bias.shape)")
        (outFeatures, inFeatures) = (weight.shape[0], weight.shape[1])
        self.arithmetic = arithmetic
        self.bias = bias
        if arithmetic.precision == .int8 && inFeatures > Tiles.longestByteSum {
            throw ArithmeticError(
                .unsupported, "expected at most \(Tiles.longestByteSum) inputs of an int8 map, found \(inFeatures)")
        }
        weights =
            switch arithmetic.engine {
            case .openblas: .plain(weight)
            case .onednn: .packed(try PackedMatrix(weight, as: arithmetic.precision.activation))
            case .tiles:
                .tiles(TileWeights(weight, bias: bias, precision: arithmetic.precision, threads: threads))
            }
    }

    /// Generates what ``apply(_:rows:_:into:worker:)`` needs for this number of rows; the only step that can fail.
    ///
    /// - Throws: ``ArithmeticError`` with `.engineFailure`.
    public func prepare(rows: Int, _ use: Use, worker: ComputeWorker) throws(ArithmeticError) {
        try worker.prepare(spec(rows: rows, use))
    }

    /// Maps rows.
    ///
    /// - Parameters:
    ///   - x: [rows, inFeatures] operands, rows at the arithmetic's ``Arithmetic/operandStride(_:)``.
    ///   - rows: A number that was prepared for this worker.
    ///   - use: What becomes of the product.
    ///   - output: [rows, outFeatures]; its type follows from `use`. Must not overlap `x`.
    ///   - worker: The calling thread's.
    public func apply(
        _ x: UnsafeRawPointer, rows: Int, _ use: Use, into output: UnsafeMutableRawPointer, worker: ComputeWorker
    ) {
        switch weights {
        case .packed(let matrix):
            bias.withUnsafeBufferPointer { bias in
                worker.oneDNN?.run(
                    spec(rows: rows, use), source: x, weights: matrix.elements.baseAddress, bias: bias.baseAddress,
                    output: output)
            }
        case .tiles(let packed):
            let (epilogue, stride) =
                switch use {
                case .map: (cvk_store, outFeatures)
                case .accumulate: (cvk_accumulate, outFeatures)
                case .activate(let function):
                    (
                        function == .gelu ? cvk_gelu : cvk_quick_gelu,
                        arithmetic.operandStride(outFeatures) / arithmetic.precision.byteCount
                    )
                }
            packed.apply(
                x, stride: arithmetic.operandStride(inFeatures), rows: rows, epilogue, into: output,
                outputStride: stride)
        case .plain(let matrix):
            multiply(x.assumingMemoryBound(to: Float.self), rows: rows, use, matrix, output)
        }
    }

    /// This map's operands from activations that lie row after row.
    ///
    /// - Parameters:
    ///   - x: [rows, inFeatures] activations.
    ///   - rows: Number of rows.
    ///   - scratch: Room for the operands of as many rows.
    /// - Returns: `scratch`, or `x` where that will do as it is.
    public func operands(
        of x: UnsafeRawPointer, rows: Int, scratch: UnsafeMutableRawPointer
    ) -> UnsafeRawPointer {
        let stride = arithmetic.operandStride(inFeatures)
        let packed = inFeatures &* arithmetic.precision.byteCount
        guard stride != packed else { return x }
        RowKernels.operands(
            x, stride: packed, rows: rows, width: inFeatures, into: scratch, outputStride: stride,
            precision: arithmetic.precision)
        return UnsafeRawPointer(scratch)
    }

    /// Makes this map's operands of activations that lie at its stride already, as ``Use/activate(_:)`` leaves them.
    public func makeOperands(inPlace x: UnsafeMutableRawPointer, rows: Int) {
        let stride = arithmetic.operandStride(inFeatures)
        RowKernels.operands(
            x, stride: stride, rows: rows, width: inFeatures, into: x, outputStride: stride,
            precision: arithmetic.precision)
    }

    /// Adds rows of operands to sums over them; nothing to add but for int8.
    public func addMoments(of operands: UnsafeRawPointer, rows: Int, to moments: inout ChannelMoments) {
        guard arithmetic.precision == .int8 else { return }
        for row in 0..<rows {
            let line = operands + row &* arithmetic.operandStride(inFeatures)
            let bytes = UnsafeBufferPointer(start: line.assumingMemoryBound(to: UInt8.self), count: inFeatures)
            let offset = cvk_byte_scale_offset(inFeatures)
            moments.add(bytes, scale: line.loadUnaligned(fromByteOffset: offset, as: Float.self))
        }
    }

    private func multiply(
        _ x: UnsafePointer<Float>, rows: Int, _ use: Use, _ matrix: Tensor, _ raw: UnsafeMutableRawPointer
    ) {
        let output = raw.assumingMemoryBound(to: Float.self)
        let alone = ComputeThreads(count: 1)
        matrix.withUnsafeBufferPointer { elements in
            guard let w = elements.baseAddress else { return }
            Gemm.multiplyTransposed(
                x, lda: inFeatures, w, ldb: inFeatures, into: output, ldc: outFeatures, m: rows, n: outFeatures,
                k: inFeatures, beta: use == .accumulate ? 1 : 0)
        }
        switch use {
        case .map, .accumulate: RowKernels.addBias(output, rows: rows, bias: bias, threads: alone)
        case .activate(let function): function.apply(output, rows: rows, addingBias: bias, threads: alone)
        }
    }

    private func spec(rows: Int, _ use: Use) -> MatmulSpec {
        let element = arithmetic.precision.activation
        let epilogue: Epilogue =
            switch use {
            case .map: .bias
            case .activate(let function): .activation(function)
            case .accumulate: .accumulate
            }
        return MatmulSpec(
            m: rows, n: outFeatures, k: inFeatures, element: element,
            output: use == .accumulate ? .float32 : element, sourceStride: inFeatures, outputStride: outFeatures,
            weights: .packed, epilogue: epilogue)
    }
}
