@testable import Tensors

extension Arithmetic {
    /// Every arithmetic that this machine runs.
    static var usable: [Arithmetic] {
        MatrixEngine.allCases.flatMap { engine in
            Precision.allCases.compactMap { try? resolve(engine: engine, precision: $0) }
        }
    }
}

/// Activations in the element type of a precision, with their float32 values; between int8 products they are bfloat16.
struct ElementArray {
    let precision: Precision
    var bytes: [UInt8]

    init(count: Int, as precision: Precision) {
        self.precision = precision
        bytes = [UInt8](repeating: 0xFF, count: count * precision.byteCount)
    }

    init(_ values: [Float], as precision: Precision) {
        self.init(count: values.count, as: precision)
        bytes.withUnsafeMutableBytes { target in
            for (index, value) in values.enumerated() {
                switch precision {
                case .f32: target.storeBytes(of: value, toByteOffset: index * 4, as: Float.self)
                case .bf16, .int8:
                    let bits = value.bitPattern
                    let rounded = UInt16(truncatingIfNeeded: (bits &+ 0x7FFF &+ ((bits >> 16) & 1)) >> 16)
                    target.storeBytes(of: rounded, toByteOffset: index * 2, as: UInt16.self)
                }
            }
        }
    }

    init(_ address: UnsafeRawPointer, count: Int, as precision: Precision) {
        self.precision = precision
        bytes = [UInt8](UnsafeRawBufferPointer(start: address, count: count * precision.byteCount))
    }

    var floats: [Float] {
        bytes.withUnsafeBytes { source in
            (0..<source.count / precision.byteCount).map { index in
                switch precision {
                case .f32: source.loadUnaligned(fromByteOffset: index * 4, as: Float.self)
                case .bf16, .int8:
                    Float(bitPattern: UInt32(source.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self)) << 16)
                }
            }
        }
    }

    /// Runs steps that read these elements, with `threads` workers.
    ///
    /// - Parameters:
    ///   - count: Elements that the steps write, of the same precision.
    ///   - threads: Workers.
    ///   - steps: Made from the addresses of the first element read and the first one written.
    /// - Returns: What they wrote.
    func running(
        _ count: Int, threads: Int, _ steps: (UnsafeRawPointer, UnsafeMutableRawPointer) -> [ComputeStep]
    ) -> ElementArray {
        var output = ElementArray(count: count, as: precision)
        bytes.withUnsafeBytes { source in
            output.bytes.withUnsafeMutableBytes { target in
                guard let source = source.baseAddress, let target = target.baseAddress else { return }
                ComputeThreads(count: threads).run(steps(source, target))
            }
        }
        return output
    }
}
