internal import COneDNN

/// What one thread needs to run generated products: a stream, the products it has met, and scratch memory.
final class OneDNNWorker {
    let stream: dnnl_stream_t
    private var products: [MatmulSpec: Matmul] = [:]
    private var scratch = RawBuffer(byteCount: 0)

    init() throws(ArithmeticError) {
        var stream: dnnl_stream_t?
        try OneDNN.check(
            dnnl_stream_create(&stream, try MatmulDescription.engine(), UInt32(dnnl_stream_default_flags.rawValue)),
            "stream creation")
        guard let stream else { throw ArithmeticError(.engineFailure, "expected a stream, found none") }
        self.stream = stream
    }

    deinit { dnnl_stream_destroy(stream) }

    /// Generates the code of a product ahead of its first use, which is where it can fail.
    func prepare(_ spec: MatmulSpec) throws(ArithmeticError) {
        guard products[spec] == nil else { return }
        let product = try Matmul(spec)
        products[spec] = product
        if product.scratchBytes > scratch.byteCount { scratch = RawBuffer(byteCount: product.scratchBytes) }
    }

    /// Runs a prepared product on the calling thread; parameters as for ``Matmul/run``.
    func run(
        _ spec: MatmulSpec, source: UnsafeRawPointer, weights: UnsafeRawPointer, bias: UnsafeRawPointer? = nil,
        output: UnsafeMutableRawPointer
    ) {
        guard let product = products[spec] else { preconditionFailure("product \(spec) was not prepared") }
        // OpenMP keeps its thread count per calling thread; one level of parallelism is ours.
        omp_set_num_threads(1)
        product.run(
            source: source, weights: weights, bias: bias, output: output, scratch: scratch.baseAddress, stream: stream)
    }
}
