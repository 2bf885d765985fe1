internal import COneDNN

/// One generated matrix product with the handles of its operands; for one thread at a time.
final class Matmul {
    /// Bytes of scratch memory that a run needs.
    let scratchBytes: Int
    private let primitive: dnnl_primitive_t
    private let source: dnnl_memory_t
    private let weights: dnnl_memory_t
    private let output: dnnl_memory_t
    private let scratch: dnnl_memory_t
    private let bias: dnnl_memory_t?

    /// Generates code, or takes it from oneDNN's cache of generated code.
    ///
    /// - Throws: ``ArithmeticError`` with `.engineFailure`, also when oneDNN offers only its reference implementation,
    ///   which is hundreds of times slower.
    init(_ spec: MatmulSpec) throws(ArithmeticError) {
        let engine = try MatmulDescription.engine()
        let description = try MatmulDescription(spec, weights: nil)
        scratchBytes = dnnl_memory_desc_get_size(description.scratch)
        primitive = try description.primitive()
        source = try Self.memory(description.source, engine)
        weights = try Self.memory(description.weights, engine)
        output = try Self.memory(description.output, engine)
        scratch = try Self.memory(description.scratch, engine)
        bias = spec.epilogue.hasBias ? try Self.memory(description.bias, engine) : nil
    }

    deinit {
        for memory in [source, weights, output, scratch] { dnnl_memory_destroy(memory) }
        if let bias { dnnl_memory_destroy(bias) }
        dnnl_primitive_destroy(primitive)
    }

    /// Computes the product on the calling thread.
    ///
    /// - Parameters:
    ///   - source: [m, k] with the specification's stride.
    ///   - weights: As the specification says they lie.
    ///   - bias: [n] float32; needed when the epilogue has one.
    ///   - output: [m, n]; read too when the epilogue accumulates.
    ///   - scratch: ``scratchBytes`` bytes of the calling thread.
    ///   - stream: Of the calling thread.
    func run(
        source: UnsafeRawPointer, weights: UnsafeRawPointer, bias: UnsafeRawPointer?, output: UnsafeMutableRawPointer,
        scratch: UnsafeMutableRawPointer, stream: dnnl_stream_t
    ) {
        // Handles take mutable pointers; oneDNN only reads source, weights and bias.
        dnnl_memory_set_data_handle(self.source, UnsafeMutableRawPointer(mutating: source))
        dnnl_memory_set_data_handle(self.weights, UnsafeMutableRawPointer(mutating: weights))
        dnnl_memory_set_data_handle(self.output, output)
        dnnl_memory_set_data_handle(self.scratch, scratch)
        withUnsafeTemporaryAllocation(of: dnnl_exec_arg_t.self, capacity: 5) { arguments in
            arguments.initializeElement(at: 0, to: dnnl_exec_arg_t(arg: DNNL_ARG_SRC, memory: self.source))
            arguments.initializeElement(at: 1, to: dnnl_exec_arg_t(arg: DNNL_ARG_WEIGHTS_0, memory: self.weights))
            arguments.initializeElement(at: 2, to: dnnl_exec_arg_t(arg: DNNL_ARG_DST, memory: self.output))
            arguments.initializeElement(at: 3, to: dnnl_exec_arg_t(arg: DNNL_ARG_SCRATCHPAD, memory: self.scratch))
            var count: Int32 = 4
            if let memory = self.bias, let bias {
                dnnl_memory_set_data_handle(memory, UnsafeMutableRawPointer(mutating: bias))
                arguments.initializeElement(at: 4, to: dnnl_exec_arg_t(arg: DNNL_ARG_BIAS, memory: memory))
                count = 5
            }
            let status = dnnl_primitive_execute(primitive, stream, count, arguments.baseAddress)
            // Operands were checked when the product was generated: only a caller's mistake can fail here.
            precondition(status == dnnl_success, "oneDNN matrix product failed with status \(status.rawValue)")
        }
    }

    private static func memory(
        _ description: UnsafePointer<dnnl_memory_desc_t>, _ engine: dnnl_engine_t
    ) throws(ArithmeticError) -> dnnl_memory_t {
        var memory: dnnl_memory_t?
        try OneDNN.check(dnnl_memory_create(&memory, description, engine, nil), "memory creation")
        guard let memory else { throw ArithmeticError(.engineFailure, "expected oneDNN memory, found none") }
        return memory
    }
}
