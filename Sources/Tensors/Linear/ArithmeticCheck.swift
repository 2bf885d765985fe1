import Synchronization

/// Holds an arithmetic against the equations before anything relies on it.
///
/// Libraries and this program choose code by processor, and code may be silently wrong on one that nobody tried: byte products without VNNI
/// saturate, with a deviation of 0.12 where 0.004 is right. Takes a few milliseconds, once per process.
struct ArithmeticCheck {
    let arithmetic: Arithmetic
    var problem = ArithmeticProblem()

    private static let known = Mutex<[Arithmetic: String?]>([:])

    /// What is wrong with an arithmetic, for people; nil when nothing is.
    static func fault(of arithmetic: Arithmetic) -> String? {
        if let known = known.withLock({ $0[arithmetic] }) { return known }
        let fault = ArithmeticCheck(arithmetic: arithmetic).fault()
        known.withLock { $0[arithmetic] = .some(fault) }
        return fault
    }

    /// Largest deviation of a precision's results: a few times what rounding its operands makes.
    static func allowedDeviation(_ precision: Precision) -> Double {
        switch precision {
        case .f32: 1e-5
        case .bf16: 0.01
        case .int8: 0.03
        }
    }

    private func fault() -> String? {
        do throws(ArithmeticError) {
            for (name, deviation) in try linearMaps() + attentions() {
                let allowed = Self.allowedDeviation(arithmetic.precision)
                // Written so that what is not a number counts as wrong.
                if !(deviation <= allowed) {
                    return "\(arithmetic.description): expected \(name) to deviate by at most \(allowed) from the "
                        + "equation, found \(deviation)"
                }
            }
        } catch {
            return "\(arithmetic.description): \(error.description)"
        }
        // Maps that int8 would round too coarsely are computed in bfloat16 beside it.
        return arithmetic.precision == .int8 ? Self.fault(of: arithmetic.forSensitiveMaps) : nil
    }

    /// Deviation of a linear map after layer normalisation, by use.
    func linearMaps() throws(ArithmeticError) -> [(String, Double)] {
        let (rows, inputs, outputs) = (problem.rows, problem.inputs, problem.outputs)
        let map = try LinearMap(
            weight: Tensor(shape: [outputs, inputs], problem.weight), bias: Tensor(shape: [outputs], problem.bias),
            arithmetic: arithmetic)
        let worker = try ComputeWorker(arithmetic)
        let stride = arithmetic.operandStride(inputs)
        let operands = RawBuffer(byteCount: rows * stride)
        problem.stream.withUnsafeBufferPointer { stream in
            guard let first = stream.baseAddress else { return }
            RowKernels.layerNorm(
                first, rows: rows, weight: Tensor(shape: [inputs], problem.normWeight),
                bias: Tensor(shape: [inputs], problem.normBias), into: operands.baseAddress, outputStride: stride,
                precision: arithmetic.precision)
        }
        let mapped = problem.mapped
        var deviations: [(String, Double)] = []
        for (name, use) in [
            ("a linear map", LinearMap.Use.map), ("a linear map with GELU", .activate(.gelu)),
            ("a linear map with QuickGELU", .activate(.quickGELU)), ("a linear map added to its output", .accumulate),
        ] {
            try map.prepare(rows: rows, use, worker: worker)
            let element = use == .accumulate ? ElementType.float32 : arithmetic.precision.activation
            let outputStride =
                switch use {
                case .activate: arithmetic.operandStride(outputs)
                case .map, .accumulate: outputs * element.byteCount
                }
            let output = RawBuffer(byteCount: rows * outputStride)
            if use == .accumulate { output.store(problem.old, as: .float32) }
            map.apply(operands.baseAddress, rows: rows, use, into: output.baseAddress, worker: worker)
            let results = (0..<rows).flatMap { output.floats(at: $0 * outputStride, count: outputs, as: element) }
            deviations.append((name, ArithmeticProblem.deviation(results, from: problem.answer(mapped, use))))
        }
        return deviations
    }

    /// Deviation of attention, with and without a causal mask.
    func attentions() throws(ArithmeticError) -> [(String, Double)] {
        let (element, width) = (arithmetic.precision.activation, problem.heads * problem.headDim)
        let qkv = RawBuffer(byteCount: problem.qkv.count * element.byteCount)
        qkv.store(problem.qkv, as: element)
        let output = RawBuffer(byteCount: problem.tokens * width * element.byteCount)
        var deviations: [(String, Double)] = []
        for (name, causal) in [("attention", false), ("causal attention", true)] {
            let attention = Attention(
                heads: problem.heads, headDim: problem.headDim, causal: causal, arithmetic: arithmetic)
            let plan = Attention.Plan([0..<problem.tokens], for: attention)
            let worker = try ComputeWorker(arithmetic)
            try attention.prepare(plan, worker: worker)
            ComputeThreads(count: 1).run(
                attention.steps(
                    qkv: qkv.baseAddress, plan: plan, output: output.baseAddress, workers: [worker]))
            let results = output.floats(at: 0, count: problem.tokens * width, as: element)
            deviations.append((name, ArithmeticProblem.deviation(results, from: problem.attended(causal: causal))))
        }
        return deviations
    }
}

extension RawBuffer {
    /// Writes numbers from the start on.
    fileprivate func store(_ values: [Float], as element: ElementType) {
        switch element {
        case .float32: baseAddress.copyMemory(from: values, byteCount: values.count * 4)
        case .bfloat16:
            let narrow = values.withUnsafeBufferPointer { FloatFormats.narrowToBFloat16($0) }
            baseAddress.copyMemory(from: narrow, byteCount: narrow.count)
        }
    }

    /// Reads numbers from a byte on.
    fileprivate func floats(at offset: Int, count: Int, as element: ElementType) -> [Float] {
        let bytes = UnsafeRawBufferPointer(start: baseAddress + offset, count: count * element.byteCount)
        return [Float](unsafeUninitializedCapacity: count) { target, initialized in
            let target = UnsafeMutableBufferPointer(rebasing: target[..<count])
            switch element {
            case .float32: UnsafeMutableRawBufferPointer(target).copyMemory(from: bytes)
            case .bfloat16: FloatFormats.widen(bfloat16: bytes, into: target)
            }
            initialized = count
        }
    }
}
