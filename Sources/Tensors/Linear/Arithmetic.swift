/// Number format of a network's matrix products.
public enum Precision: String, Sendable, Codable, CaseIterable {
    /// IEEE 754 binary32 throughout.
    case f32
    /// Products of bfloat16 operands summed in float32; the residual stream, normalisation and softmax stay float32.
    case bf16

    /// Type of the operands between the products.
    var element: ElementType { self == .f32 ? .float32 : .bfloat16 }

    /// Bytes of one activation between the products.
    public var byteCount: Int { element.byteCount }
}

/// Library that computes matrix products.
public enum MatrixEngine: String, Sendable, Codable, CaseIterable {
    /// OpenBLAS: float32 on any processor; the reference for tests.
    case openblas
    /// oneDNN: packed weights and fused epilogues, bfloat16 where the processor has it.
    case onednn
}

/// A matrix engine and a precision that this processor really runs.
public struct Arithmetic: Sendable, Hashable {
    /// Computes the products.
    public let engine: MatrixEngine
    /// Their number format.
    public let precision: Precision

    /// float32 through OpenBLAS, which every machine can do.
    public static let reference = Arithmetic(engine: .openblas, precision: .f32)

    /// Chooses what was asked for, or the fastest that keeps float32's accuracy to what tests allow.
    ///
    /// Automatic precision is bfloat16 where the processor multiplies it in hardware, else float32. Automatic engine is
    /// oneDNN where it generates AVX-512 code, else OpenBLAS (measured: docs/performance.md).
    ///
    /// - Parameters:
    ///   - engine: nil chooses.
    ///   - precision: nil chooses.
    /// - Returns: A pair that ``LinearMap`` accepts here.
    /// - Throws: ``ArithmeticError`` when the processor or the engine cannot do what was asked for.
    public static func resolve(
        engine: MatrixEngine?, precision: Precision?
    ) throws(ArithmeticError) -> Arithmetic {
        let offered = OneDNN.offer
        switch (engine, precision) {
        case (.openblas, .bf16):
            throw ArithmeticError(
                .unsupported,
                "expected precision f32 with engine openblas, found bf16: OpenBLAS multiplies float32 only")
        case (.openblas, _): return .reference
        case (.onednn, _) where offered == nil:
            throw ArithmeticError(
                .unsupported,
                "expected a processor and a process in which oneDNN can generate code, found none; use engine openblas")
        case (_, .bf16) where offered?.bfloat16 != true:
            throw ArithmeticError(
                .unsupported,
                "expected a processor with bfloat16 products (AVX512_BF16), found \(OneDNN.instructionSetName); "
                    + "use precision f32")
        default:
            let precision = precision ?? (offered?.bfloat16 == true ? .bf16 : .f32)
            let fast = engine == .onednn || precision == .bf16 || offered?.avx512 == true
            return Arithmetic(engine: fast ? .onednn : .openblas, precision: precision)
        }
    }

    /// Rows that a worker best takes through several maps at once.
    ///
    /// oneDNN multiplies 64 rows as fast as a thousand, and with 96 a feed-forward layer's hidden units stay in the second-level cache; OpenBLAS
    /// copies the weights for every product, so its blocks are as large as can be.
    public var largestRowBlock: Int { engine == .onednn ? 96 : 1024 }

    /// For people: engine, precision and the instruction set in use, such as "onednn bf16 (AVX-512 …)".
    public var description: String {
        let detail = engine == .onednn ? OneDNN.instructionSetName : Gemm.kernelName
        return "\(engine.rawValue) \(precision.rawValue) (\(detail))"
    }
}

/// A precision or an engine that cannot be used here.
public struct ArithmeticError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong; stable across releases.
    public enum Code: String, Sendable {
        /// The processor, the process or the library lacks it.
        case unsupported
        /// oneDNN refused to build a matrix product.
        case engineFailure
    }

    /// Stable code.
    public let code: Code
    /// What was expected and what was found.
    public let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}

/// Type of the elements in an activation buffer.
enum ElementType: Hashable, Sendable {
    case float32, bfloat16

    var byteCount: Int { self == .float32 ? 4 : 2 }
}
