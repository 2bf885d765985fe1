internal import COneDNN

/// oneDNN's CPU engine, and what it offers on this processor.
enum OneDNN {
    /// What oneDNN can do here without falling back to slow or inexact code.
    struct Offer {
        /// Generates AVX-512 code.
        let avx512: Bool
        /// Multiplies bfloat16 in hardware.
        let bfloat16: Bool
        /// Multiplies whole tiles of bfloat16 in hardware (AMX), several times as fast.
        let matrixUnit: Bool
    }

    /// nil when oneDNN cannot generate code here, for example where memory may not be both writable and executable.
    static let offer: Offer? = {
        guard engine != nil else { return nil }
        let isa = dnnl_get_effective_cpu_isa().rawValue
        func has(_ wanted: dnnl_cpu_isa_t) -> Bool { isa & wanted.rawValue == wanted.rawValue }
        let offer = Offer(
            avx512: has(dnnl_cpu_isa_avx512_core), bfloat16: has(dnnl_cpu_isa_avx512_core_bf16),
            matrixUnit: has(dnnl_cpu_isa_avx512_core_amx))
        // One real product tells whether the code generator works in this process.
        let probe = MatmulSpec(
            m: 16, n: 16, k: 16, element: .float32, output: .float32, sourceStride: 16, outputStride: 16,
            weights: .strided(row: 1, column: 16), epilogue: .none)
        return (try? Matmul(probe)) == nil ? nil : offer
    }()

    /// Created once; used by all threads (oneDNN engines are thread-safe).
    static let engine: Handle? = {
        var engine: dnnl_engine_t?
        guard dnnl_engine_create(&engine, dnnl_cpu, 0) == dnnl_success, let engine else { return nil }
        return Handle(engine)
    }()

    /// The instruction set that oneDNN generates code for.
    static var instructionSetName: String {
        let isa = dnnl_get_effective_cpu_isa().rawValue
        let names: [(dnnl_cpu_isa_t, String)] = [
            (dnnl_cpu_isa_avx512_core_amx, "AVX-512 AMX"), (dnnl_cpu_isa_avx512_core_bf16, "AVX-512 bf16"),
            (dnnl_cpu_isa_avx512_core_vnni, "AVX-512 VNNI"), (dnnl_cpu_isa_avx512_core, "AVX-512"),
            (dnnl_cpu_isa_avx2_vnni, "AVX2 VNNI"), (dnnl_cpu_isa_avx2, "AVX2"), (dnnl_cpu_isa_sse41, "SSE4.1"),
        ]
        return names.first { isa & $0.0.rawValue == $0.0.rawValue }?.1 ?? "generic"
    }

    /// Maps a status to an error that says which call failed.
    static func check(_ status: dnnl_status_t, _ call: String) throws(ArithmeticError) {
        guard status == dnnl_success else {
            throw ArithmeticError(
                .engineFailure, "expected oneDNN's \(call) to succeed, found status \(status.rawValue)")
        }
    }

    /// An opaque pointer that may be used from any thread.
    struct Handle: @unchecked Sendable {
        // Sound: only engines are kept in it, and oneDNN lets all threads use one engine.
        let pointer: dnnl_engine_t

        init(_ pointer: dnnl_engine_t) { self.pointer = pointer }
    }
}

extension ElementType {
    var oneDNN: dnnl_data_type_t { self == .float32 ? dnnl_f32 : dnnl_bf16 }
}
