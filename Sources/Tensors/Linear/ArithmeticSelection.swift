/// An arithmetic that was chosen for this processor, and why.
public struct ArithmeticSelection: Sendable, Equatable {
    /// What ``LinearMap`` accepts here; it was held against the equations on a small problem.
    public let arithmetic: Arithmetic
    /// Why it was chosen, for people.
    public let reason: String
    /// What would have been preferred but computed wrongly, for people; empty when all is well.
    public let rejected: [String]
}

extension Arithmetic {
    /// Chooses what was asked for, or the fastest that this processor computes correctly.
    ///
    /// Automatic precision is bfloat16 where the processor multiplies it in hardware, else float32. The automatic engine is the fastest that has
    /// the precision here: oneDNN where a matrix unit (AMX) multiplies bfloat16, else the tile kernels; without AVX-512 OpenBLAS for towers
    /// of ``wideTower`` channels or more and oneDNN for narrower ones (measured: docs/performance.md). Each candidate must solve a small problem as the equations say; one that does not is passed over.
    ///
    /// - Parameters:
    ///   - engine: nil chooses.
    ///   - precision: nil chooses.
    ///   - width: Channels of the tower to be computed; nil where that is not known.
    /// - Returns: A pair that ``LinearMap`` accepts here, and why it was chosen.
    /// - Throws: ``ArithmeticError``: `.unsupported` when the processor or the engine cannot do what was asked for, `.wrongResult` when it computes
    ///   wrongly.
    public static func select(
        engine: MatrixEngine?, precision: Precision?, width: Int? = nil
    ) throws(ArithmeticError) -> ArithmeticSelection {
        try select(engine: engine, precision: precision, width: width, fault: ArithmeticCheck.fault(of:))
    }

    /// The arithmetic alone of ``select(engine:precision:)``.
    ///
    /// - Parameters:
    ///   - engine: nil chooses.
    ///   - precision: nil chooses.
    /// - Returns: A pair that ``LinearMap`` accepts here.
    /// - Throws: ``ArithmeticError`` as ``select(engine:precision:)``.
    public static func resolve(
        engine: MatrixEngine?, precision: Precision?
    ) throws(ArithmeticError) -> Arithmetic {
        try select(engine: engine, precision: precision).arithmetic
    }

    /// The same with another judge of candidates: `fault` says what is wrong with one that this processor offers, or nil.
    static func select(
        engine: MatrixEngine?, precision: Precision?, width: Int? = nil, fault: (Arithmetic) -> String?
    ) throws(ArithmeticError) -> ArithmeticSelection {
        var rejected: [String] = []
        for candidate in precision.map({ [$0] }) ?? [.bf16, .f32] {
            for engineCandidate in engine.map({ [$0] }) ?? preferred(for: candidate, width: width)
            where supports(engineCandidate, candidate) {
                let arithmetic = Arithmetic(engine: engineCandidate, precision: candidate)
                if let fault = fault(arithmetic) {
                    rejected.append(fault)
                    continue
                }
                return ArithmeticSelection(
                    arithmetic: arithmetic,
                    reason: reason(arithmetic, engine: engine, precision: precision, failed: !rejected.isEmpty),
                    rejected: rejected)
            }
        }
        if let first = rejected.first { throw ArithmeticError(.wrongResult, first) }
        throw refusal(engine, precision ?? .f32)
    }

    private static func reason(
        _ chosen: Arithmetic, engine: MatrixEngine?, precision: Precision?, failed: Bool
    ) -> String {
        let format: String
        switch (precision, chosen.precision) {
        case (.some(let given), _): format = "\(given.rawValue) as asked for"
        case (nil, .bf16): format = "bf16, because precision is auto and this processor multiplies bfloat16 in hardware"
        case (nil, let other):
            let lack =
                failed ? "bf16 failed its test" : "\(engine?.rawValue ?? "this processor") has no bfloat16 products"
            format = "\(other.rawValue), because precision is auto and \(lack)"
        }
        return
            "\(format); engine \(chosen.engine.rawValue), \(engine == nil ? "the fastest here for this model" : "as asked for")"
    }

    /// From so many channels on OpenBLAS is the faster one where there is no AVX-512: oneDNN's code for such processors does not pack weights.
    static let wideTower = 384

    private static func preferred(for precision: Precision, width: Int?) -> [MatrixEngine] {
        switch (precision, OneDNN.offer) {
        case (.bf16, let offer?) where offer.matrixUnit: [.onednn, .tiles]
        case (.f32, let offer?) where !offer.avx512 && width ?? 0 >= wideTower: [.tiles, .openblas, .onednn]
        default: [.tiles, .onednn, .openblas]
        }
    }

    private static func supports(_ engine: MatrixEngine, _ precision: Precision) -> Bool {
        switch (engine, precision) {
        case (.tiles, _): Tiles.supports(precision)
        case (.openblas, _): precision == .f32
        case (.onednn, .f32): OneDNN.offer != nil
        case (.onednn, .bf16): OneDNN.offer?.bfloat16 == true
        case (.onednn, .int8): false
        }
    }

    private static func refusal(_ engine: MatrixEngine?, _ precision: Precision) -> ArithmeticError {
        let found = OneDNN.instructionSetName
        switch (engine, precision) {
        case (.openblas, _):
            return ArithmeticError(
                .unsupported,
                "expected precision f32 with engine openblas, found \(precision.rawValue): OpenBLAS multiplies float32 only"
            )
        case (.onednn, .int8):
            return ArithmeticError(
                .unsupported, "expected engine tiles with precision int8, found onednn; leave the engine to auto")
        case (.onednn, _) where OneDNN.offer == nil:
            return ArithmeticError(
                .unsupported,
                "expected a processor and a process in which oneDNN can generate code, found none; use engine openblas")
        case (_, .int8):
            return ArithmeticError(
                .unsupported,
                "expected a processor with exact products of bytes (AVX512_VNNI and AVX512_BF16), found \(found); "
                    + "use precision bf16 or f32")
        case (_, .bf16):
            return ArithmeticError(
                .unsupported,
                "expected a processor with bfloat16 products (AVX512_BF16), found \(found); use precision f32")
        case (_, .f32):
            return ArithmeticError(
                .unsupported, "expected a processor with AVX-512 for engine tiles, found \(found); use engine openblas")
        }
    }
}
