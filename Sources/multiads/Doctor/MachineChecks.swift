import CLIP
import Tensors

/// Processor, kernels, threads and memory.
struct MachineChecks {
    let facts: SystemFacts
    let threads: ComputeThreads

    /// All of them; memory only when the model is known.
    func run(_ configuration: CLIPConfiguration?) -> [DoctorCheck] {
        [processor, kernel, workers] + (configuration.map { [memory($0)] } ?? [])
    }

    private var processor: DoctorCheck {
        let flags = facts.processorFlags
        let known = [
            ("avx2", "AVX2"), ("fma", "FMA"), ("avx512f", "AVX-512"), ("avx512_bf16", "AVX-512 bfloat16"),
            ("avx512_vnni", "AVX-512 VNNI"), ("avx_vnni", "AVX-VNNI"), ("amx_tile", "AMX"), ("asimd", "NEON"),
        ].filter { flags.contains($0.0) }.map(\.1)
        let finding =
            "\(facts.processorName): \(known.isEmpty ? "no vector extensions" : known.joined(separator: ", "))"
        if flags.contains("avx2") || flags.contains("asimd") { return .ok("processor", finding) }
        return .warn(
            "processor", finding,
            hint: "inspections are several times slower without AVX2; use a newer processor or, in a "
                + "virtual machine, pass the host's processor through")
    }

    private var kernel: DoctorCheck {
        let name = Gemm.kernelName
        // The kernels that OpenBLAS takes for processors it does not know.
        if ["Prescott", "Core2", "Generic", "ARMV8"].contains(where: { name.lowercased().hasPrefix($0.lowercased()) }) {
            return .warn(
                "matrix kernel", "OpenBLAS chose “\(name)”, a slow one",
                hint: "unset OPENBLAS_CORETYPE, or install a newer libopenblas")
        }
        return .ok("matrix kernel", "OpenBLAS “\(name)”")
    }

    private var workers: DoctorCheck {
        let available = ComputeThreads.available().count
        if threads.count > available {
            return .warn(
                "threads", "\(threads.count) asked for, \(available) processors may be used",
                hint: "more threads than processors only wait for each other; leave --threads away")
        }
        return .ok("threads", "\(threads.count) of \(available) that affinity and container quota allow")
    }

    /// Weights in float32, and the 400 MB that everything else is bounded by.
    private func memory(_ configuration: CLIPConfiguration) -> DoctorCheck {
        let needed = Self.weightBytes(configuration) + 400_000_000
        guard let available = facts.availableMemory else {
            return .warn(
                "memory", "the system does not say how much is available",
                hint: "the model needs \(TextLayout.bytes(needed))")
        }
        let finding = "\(TextLayout.bytes(available)) available, \(TextLayout.bytes(needed)) needed"
        if available >= needed { return .ok("memory", finding) }
        return .fail("memory", finding, hint: "use a smaller model or give the machine or container more memory")
    }

    /// Bytes of all parameters as float32; no more than a number holds, whatever a configuration claims.
    static func weightBytes(_ configuration: CLIPConfiguration) -> Int {
        let (vision, text) = (configuration.vision, configuration.text)
        let embed = Double(configuration.embedDim)
        func block(_ width: Int, _ hidden: Int) -> Double {
            let (width, hidden) = (Double(width), Double(hidden))
            return 4 * width * width + 2 * width * hidden + 9 * width + hidden
        }
        let (patch, grid) = (Double(vision.patchSize), Double(vision.gridSize))
        let image =
            Double(vision.layers) * block(vision.width, vision.mlpWidth)
            + (3 * patch * patch + grid * grid + 6 + embed) * Double(vision.width)
        let words =
            Double(text.layers) * block(text.width, text.mlpWidth)
            + (Double(text.vocabularySize) + Double(text.contextLength) + 2 + embed) * Double(text.width)
        return Int(min(4 * (image + words), 0x1p62))
    }
}
