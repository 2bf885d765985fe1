import Tensors

/// Turns stored bytes into float32 tensors.
enum FloatDecoding {
    /// Borrows float32 bytes in place when their alignment allows, and converts otherwise.
    ///
    /// - Parameters:
    ///   - info: Shape and element type; must be readable as float.
    ///   - bytes: Row-major elements, exactly as many as `info` says.
    ///   - owner: Keeps `bytes` alive; retained by a borrowing tensor.
    /// - Returns: A tensor of `info.shape`.
    static func tensor(_ info: TensorInfo, bytes: UnsafeRawBufferPointer, owner: ByteRegion) -> Tensor {
        precondition(bytes.count == info.count * info.elementType.byteCount, "\(bytes.count) bytes for \(info)")
        if info.elementType == .float32, let start = bytes.baseAddress, Int(bitPattern: start) % 4 == 0 {
            let elements = UnsafeBufferPointer(
                start: start.assumingMemoryBound(to: Float.self), count: info.count)
            return Tensor(shape: info.shape, borrowing: elements, owner: owner)
        }
        return converted(info, bytes: bytes)
    }

    /// Converts into fresh memory, whatever the alignment.
    static func converted(_ info: TensorInfo, bytes: UnsafeRawBufferPointer) -> Tensor {
        Tensor(shape: info.shape) { target in
            switch info.elementType {
            case .float16: FloatFormats.widen(float16: bytes, into: target)
            case .bfloat16: FloatFormats.widen(bfloat16: bytes, into: target)
            case .float32: UnsafeMutableRawBufferPointer(target).copyMemory(from: bytes)
            default: preconditionFailure("\(info.elementType) is not readable as float")
            }
        }
    }

    /// The error for a tensor whose elements are not floating-point weights.
    static func notFloat(_ name: String, _ type: ElementType, file: String) -> CheckpointError {
        CheckpointError(
            .notFloat, file: file, "tensor “\(name)”: expected F32, F16 or BF16 elements, found \(type.rawValue)")
    }
}
