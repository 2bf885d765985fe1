internal import COneDNN
import Synchronization

/// The right operand of many products, in the layout that oneDNN's kernels read fastest.
final class PackedMatrix: Sendable {
    let elements: RawBuffer

    /// Packs the transpose of a weight matrix.
    ///
    /// - Parameters:
    ///   - weight: [n, k] as checkpoints store linear maps; used as the k × n right operand.
    ///   - element: Type to convert to.
    /// - Throws: ``ArithmeticError`` when oneDNN cannot pack or multiply this type here.
    init(_ weight: Tensor, as element: ElementType) throws(ArithmeticError) {
        let (n, k) = (weight.shape[0], weight.shape[1])
        var layout = try PackedLayout.of(k: k, n: n, element: element)
        var plain = try MatmulDescription.strided([k, n], [1, k], .float32)
        let engine = try MatmulDescription.engine()
        elements = RawBuffer(byteCount: dnnl_memory_desc_get_size(&layout))

        var description: dnnl_primitive_desc_t?
        try OneDNN.check(
            dnnl_reorder_primitive_desc_create(&description, &plain, engine, &layout, engine, nil),
            "packing of a \(n) × \(k) matrix")
        defer { dnnl_primitive_desc_destroy(description) }
        var reorder: dnnl_primitive_t?
        try OneDNN.check(dnnl_primitive_create(&reorder, description), "packing code")
        defer { dnnl_primitive_destroy(reorder) }
        var target: dnnl_memory_t?
        try OneDNN.check(
            dnnl_memory_create(&target, &layout, engine, elements.baseAddress), "packed memory")
        defer { dnnl_memory_destroy(target) }
        let worker = try OneDNNWorker()
        try weight.withUnsafeBufferPointer { source throws(ArithmeticError) in
            var memory: dnnl_memory_t?
            let address = UnsafeMutableRawPointer(mutating: source.baseAddress)
            try OneDNN.check(dnnl_memory_create(&memory, &plain, engine, address), "plain memory")
            defer { dnnl_memory_destroy(memory) }
            let arguments = [
                dnnl_exec_arg_t(arg: DNNL_ARG_FROM, memory: memory), dnnl_exec_arg_t(arg: DNNL_ARG_TO, memory: target),
            ]
            omp_set_num_threads(1)
            try OneDNN.check(dnnl_primitive_execute(reorder, worker.stream, 2, arguments), "packing")
        }
    }
}

/// The layout of packed operands: one for each size and type, so that products of any number of rows share the weights.
enum PackedLayout {
    private struct Key: Hashable {
        let k: Int
        let n: Int
        let element: ElementType
    }

    private static let known = Mutex<[Key: Box]>([:])

    /// Descriptions are plain values, but imported C structs are not marked sendable.
    private struct Box: @unchecked Sendable { let layout: dnnl_memory_desc_t }

    /// Rows for which oneDNN is asked which layout it likes best.
    private static let typicalRows = 128

    static func of(k: Int, n: Int, element: ElementType) throws(ArithmeticError) -> dnnl_memory_desc_t {
        let key = Key(k: k, n: n, element: element)
        if let box = known.withLock({ $0[key] }) { return box.layout }
        var anyLayout = dnnl_memory_desc_t()
        let shape = [dnnl_dim_t(k), dnnl_dim_t(n)]
        try OneDNN.check(
            dnnl_memory_desc_init_by_tag(&anyLayout, 2, shape, element.oneDNN, dnnl_format_tag_any), "layout query")
        let spec = MatmulSpec(
            m: typicalRows, n: n, k: k, element: element, output: .float32, sourceStride: k, outputStride: n,
            weights: .packed, epilogue: .bias)
        let layout = try MatmulDescription(spec, weights: anyLayout).weights.pointee
        known.withLock { $0[key] = Box(layout: layout) }
        return layout
    }
}
