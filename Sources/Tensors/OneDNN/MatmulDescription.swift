internal import COneDNN

/// oneDNN's description of one matrix product: the implementation it chose and how that wants its operands.
final class MatmulDescription {
    private let description: dnnl_primitive_desc_t

    /// Asks oneDNN for an implementation.
    ///
    /// - Parameters:
    ///   - spec: The product.
    ///   - override: Overrides where the right operand lies; nil follows the specification.
    /// - Throws: ``ArithmeticError`` when there is none, or only the reference implementation.
    init(_ spec: MatmulSpec, weights override: dnnl_memory_desc_t?) throws(ArithmeticError) {
        let (m, n, k) = (spec.m, spec.n, spec.k)
        var source = try Self.strided([m, k], [spec.sourceStride, 1], spec.element)
        var output = try Self.strided([m, n], [spec.outputStride, 1], spec.output)
        var bias = try Self.strided([1, n], [n, 1], .float32)
        var weights: dnnl_memory_desc_t
        switch (override, spec.weights) {
        case (let known?, _): weights = known
        case (nil, .strided(let row, let column)):
            weights = try Self.strided([k, n], [row, column], spec.element)
        case (nil, .packed): weights = try PackedLayout.of(k: k, n: n, element: spec.element)
        }
        var operation = dnnl_matmul_desc_t()
        let initialized = withUnsafePointer(to: &bias) { bias in
            dnnl_matmul_desc_init(&operation, &source, &weights, spec.epilogue.hasBias ? bias : nil, &output)
        }
        try OneDNN.check(initialized, "matmul description of \(m) × \(k) × \(n)")
        let attributes = try MatmulAttributes(spec.epilogue)
        var description: dnnl_primitive_desc_t?
        let created = dnnl_primitive_desc_create(
            &description, &operation, attributes.pointer, try Self.engine(), nil)
        try OneDNN.check(created, "matmul of \(m) × \(k) × \(n) in \(spec.element)")
        guard let description else { throw ArithmeticError(.engineFailure, "expected a matmul, found none") }
        self.description = description
        let name = implementationName
        guard !name.hasPrefix("ref") else {
            throw ArithmeticError(
                .engineFailure,
                "expected generated code for a product of \(m) × \(k) × \(n) in \(spec.element), found oneDNN's \(name)"
            )
        }
    }

    deinit { dnnl_primitive_desc_destroy(description) }

    var source: UnsafePointer<dnnl_memory_desc_t> { query(dnnl_query_src_md) }
    var weights: UnsafePointer<dnnl_memory_desc_t> { query(dnnl_query_weights_md) }
    var output: UnsafePointer<dnnl_memory_desc_t> { query(dnnl_query_dst_md) }
    var scratch: UnsafePointer<dnnl_memory_desc_t> { query(dnnl_query_scratchpad_md) }
    var bias: UnsafePointer<dnnl_memory_desc_t> { dnnl_primitive_desc_query_md(description, dnnl_query_weights_md, 1) }

    /// Generates the code.
    func primitive() throws(ArithmeticError) -> dnnl_primitive_t {
        var primitive: dnnl_primitive_t?
        try OneDNN.check(dnnl_primitive_create(&primitive, description), "code generation")
        guard let primitive else { throw ArithmeticError(.engineFailure, "expected a primitive, found none") }
        return primitive
    }

    /// For example "brg:avx512_core_bf16".
    private var implementationName: String {
        var name: UnsafePointer<CChar>?
        dnnl_primitive_desc_query(description, dnnl_query_impl_info_str, 0, &name)
        return name.map { String(cString: $0) } ?? "ref"
    }

    private func query(_ what: dnnl_query_t) -> UnsafePointer<dnnl_memory_desc_t> {
        dnnl_primitive_desc_query_md(description, what, 0)
    }

    /// A two-dimensional operand in plain memory.
    static func strided(
        _ shape: [Int], _ strides: [Int], _ element: ElementType
    ) throws(ArithmeticError) -> dnnl_memory_desc_t {
        var description = dnnl_memory_desc_t()
        let shape = shape.map { dnnl_dim_t($0) }
        let strides = strides.map { dnnl_dim_t($0) }
        let status = dnnl_memory_desc_init_by_strides(
            &description, Int32(shape.count), shape, element.oneDNN, strides)
        try OneDNN.check(status, "description of a \(shape) operand")
        return description
    }

    /// The engine, or an error where there is none.
    static func engine() throws(ArithmeticError) -> dnnl_engine_t {
        guard let engine = OneDNN.engine else {
            throw ArithmeticError(.engineFailure, "expected oneDNN's CPU engine, found none")
        }
        return engine.pointer
    }
}

/// Post-operations and scratch memory rules of a product.
private final class MatmulAttributes {
    let pointer: dnnl_primitive_attr_t

    init(_ epilogue: Epilogue) throws(ArithmeticError) {
        var attributes: dnnl_primitive_attr_t?
        try OneDNN.check(dnnl_primitive_attr_create(&attributes), "attributes")
        guard let attributes else { throw ArithmeticError(.engineFailure, "expected attributes, found none") }
        pointer = attributes
        // The library's own scratch memory belongs to the thread that generated the code, not to the one that runs it.
        try OneDNN.check(
            dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user), "scratch mode")
        var operations: dnnl_post_ops_t?
        try OneDNN.check(dnnl_post_ops_create(&operations), "post-operations")
        defer { dnnl_post_ops_destroy(operations) }
        switch epilogue {
        case .none, .bias: break
        case .activation(.gelu):
            try OneDNN.check(
                dnnl_post_ops_append_eltwise(operations, 1, dnnl_eltwise_gelu_erf, 0, 0), "GELU")
        case .activation(.quickGELU):
            try OneDNN.check(
                dnnl_post_ops_append_eltwise(operations, 1, dnnl_eltwise_swish, 1.702, 0), "QuickGELU")
        case .accumulate: try OneDNN.check(dnnl_post_ops_append_sum(operations, 1), "accumulation")
        }
        try OneDNN.check(dnnl_primitive_attr_set_post_ops(attributes, operations), "post-operations")
    }

    deinit { dnnl_primitive_attr_destroy(pointer) }
}
