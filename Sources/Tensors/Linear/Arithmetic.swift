/// What computes matrix products.
public enum MatrixEngine: String, Sendable, Codable, CaseIterable {
    /// This program's own kernels, for processors with AVX-512; the only ones that do int8.
    case tiles
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

    /// The same precision or the nearest wider one for a network whose results are computed once and kept, such as the text tower: bfloat16
    /// beside int8, for a text's rounding would reach every picture.
    public var keeping: Arithmetic {
        guard precision == .int8 else { return self }
        return (try? Self.resolve(engine: nil, precision: .bf16)) ?? .reference
    }

    /// The same engine in bfloat16, for linear maps that int8 would round too coarsely; every processor with int8 has it.
    public var forSensitiveMaps: Arithmetic { Arithmetic(engine: engine, precision: .bf16) }

    /// Rows that a worker best takes through several maps at once, a multiple of ``rowUnit``.
    ///
    /// Own kernels and oneDNN multiply 64 rows as fast as a thousand, and with 96 a feed-forward layer's hidden units stay in the second-level
    /// cache; OpenBLAS copies the weights for every product, so its blocks are as large as can be.
    public var largestRowBlock: Int { engine == .openblas ? 1024 : 96 }

    /// How workers best share `rows` rows.
    public func rowBlocks(_ rows: Int, workers: Int) -> RowBlocks {
        engine == .tiles
            ? RowBlocks(tapering: rows, largest: largestRowBlock, smallest: 24, unit: rowUnit, workers: workers)
            : RowBlocks(rows: rows, largest: largestRowBlock, unit: rowUnit, workers: workers)
    }

    /// Rows are padded to a multiple of this; kernels like it, and it keeps the number of block sizes small.
    public var rowUnit: Int { engine == .tiles ? 12 : 16 }

    /// Bytes between rows of a map's operands: those of the activations, and for the tile kernels a cache line more, which holds an int8 row's scale
    /// and keeps twelve rows from sharing the cache's sets.
    public func operandStride(_ features: Int) -> Int {
        features &* precision.byteCount &+ (engine == .tiles ? 64 : 0)
    }

    /// For people: engine, precision and the instruction set in use, such as "onednn bf16 (AVX-512 …)".
    public var description: String {
        let detail =
            switch engine {
            case .openblas: Gemm.kernelName
            case .onednn: OneDNN.instructionSetName
            case .tiles: ["f32": "AVX-512", "bf16": "AVX-512 bf16", "int8": "AVX-512 VNNI"][precision.rawValue] ?? ""
            }
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
        /// It computes, but not what the equations say.
        case wrongResult
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
