public import Tensors

/// The type of a stored tensor's elements; raw values are the names used by the safetensors format.
public enum ElementType: String, Sendable, CaseIterable {
    case float32 = "F32"
    case float16 = "F16"
    case bfloat16 = "BF16"
    case float64 = "F64"
    case int64 = "I64"
    case int32 = "I32"
    case int16 = "I16"
    case int8 = "I8"
    case uint64 = "U64"
    case uint32 = "U32"
    case uint16 = "U16"
    case uint8 = "U8"
    case bool = "BOOL"

    /// Bytes per element.
    public var byteCount: Int {
        switch self {
        case .float64, .int64, .uint64: 8
        case .float32, .int32, .uint32: 4
        case .float16, .bfloat16, .int16, .uint16: 2
        case .int8, .uint8, .bool: 1
        }
    }

    /// True for float32 and the 16-bit formats that widen to it exactly; only these can be read as weights.
    public var isReadableAsFloat: Bool { self == .float32 || self == .float16 || self == .bfloat16 }
}

/// What is known of a stored tensor without reading its elements.
public struct TensorInfo: Sendable, Equatable {
    /// Extent of every axis, outermost first; empty for a scalar.
    ///
    /// Never negative; the product fits an Int.
    public let shape: [Int]
    /// How elements are stored.
    public let elementType: ElementType

    /// Describes a tensor.
    public init(shape: [Int], elementType: ElementType) {
        self.shape = shape
        self.elementType = elementType
    }

    /// Number of elements.
    public var count: Int { shape.reduce(1, *) }
}

/// Named tensors of one checkpoint, whatever the file format.
///
/// Reading is thread-safe; elements come as float32, borrowed from the file where its bytes already are that.
public protocol TensorSource: Sendable {
    /// The file's path, or a label for an in-memory model; used in error messages.
    var file: String { get }
    /// All names, sorted.
    var tensorNames: [String] { get }
    /// Free text stored beside the tensors; scalar attributes in PyTorch archives.
    var metadata: [String: String] { get }
    /// Shape and element type, or nil when there is no tensor of that name.
    func info(_ name: String) -> TensorInfo?
    /// The tensor as float32.
    ///
    /// - Parameter name: One of ``tensorNames``.
    /// - Returns: The tensor, borrowed from the file where possible.
    /// - Throws: ``CheckpointError``: `.missingTensor`, `.notFloat`, and `.checksumMismatch` in archives.
    func tensor(_ name: String) throws(CheckpointError) -> Tensor
}

extension TensorSource {
    /// The tensor as float32, after checking what a model needs of it.
    ///
    /// - Parameters:
    ///   - name: The tensor's name.
    ///   - shape: The shape the model's configuration demands.
    /// - Returns: The tensor; every element is finite.
    /// - Throws: ``CheckpointError`` as ``tensor(_:)``, and `.shapeMismatch` or `.nonFinite`.
    public func tensor(_ name: String, shape: [Int]) throws(CheckpointError) -> Tensor {
        guard let found = info(name) else { throw missing(name) }
        guard found.shape == shape else {
            throw CheckpointError(
                .shapeMismatch, file: file, "tensor “\(name)”: expected shape \(shape), found \(found.shape)")
        }
        let tensor = try tensor(name)
        if let index = tensor.firstNonFinite {
            throw CheckpointError(
                .nonFinite, file: file,
                "tensor “\(name)”: expected finite weights, found \(tensor.values[index]) at element \(index)")
        }
        return tensor
    }

    func missing(_ name: String) -> CheckpointError {
        CheckpointError(
            .missingTensor, file: file, "expected a tensor “\(name)”, found \(tensorNames.count) others but not this")
    }
}
