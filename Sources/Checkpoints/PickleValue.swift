/// A value built by the restricted unpickler.
///
/// Containers and tensors are indices into a ``PickleHeap``: Python's values may share and contain each other, and
/// indices can neither form reference cycles nor make releasing a deeply nested value recurse.
enum PickleValue {
    case none
    case bool(Bool)
    case int(Int)
    case double(Double)
    case string(String)
    case tuple(Int)
    case list(Int)
    case dictionary(Int)
    case object(Int)
    case tensor(Int)
    case storage(TorchStorage)
    case global(PickleGlobal)
}

/// The reference to a storage that PyTorch writes as a persistent id.
struct TorchStorage: Equatable {
    /// Name of the archive entry that holds the bytes, below the storage folder.
    let key: String
    let elementType: ElementType
    /// Number of elements.
    let count: Int
}

/// A strided view of a storage, validated to lie inside it.
struct TorchTensor: Equatable {
    let storage: TorchStorage
    /// First element, counted in elements.
    let offset: Int
    let shape: [Int]
    /// Distance between neighbours along each axis, in elements.
    let strides: [Int]

    var info: TensorInfo { TensorInfo(shape: shape, elementType: storage.elementType) }

    /// Axes that PyTorch allows.
    static let maximumRank = 64

    /// Elements a view may have beyond its storage's own number, as broadcast (stride 0) views do.
    static let broadcastLimit = 1 << 24

    /// Checks the view; nil when it is malformed, leaves its storage, or repeats elements beyond reason.
    init?(storage: TorchStorage, offset: Int, shape: [Int], strides: [Int]) {
        guard shape.count == strides.count, shape.count <= Self.maximumRank, offset >= 0, storage.count >= 0,
            strides.allSatisfy({ $0 >= 0 }), let count = checkedProduct(shape),
            count <= max(storage.count, Self.broadcastLimit), offset <= storage.count
        else { return nil }
        if count > 0 {
            var last = offset
            for (extent, stride) in zip(shape, strides) {
                let (reach, overflow) = (extent - 1).multipliedReportingOverflow(by: stride)
                let (sum, overflowSum) = last.addingReportingOverflow(reach)
                guard !overflow, !overflowSum else { return nil }
                last = sum
            }
            guard last < storage.count else { return nil }
        }
        (self.storage, self.offset, self.shape) = (storage, offset, shape)
        // The stride of an axis of one element is never used, so it may hold anything, even what would overflow.
        self.strides = zip(shape, strides).map { extent, stride in extent > 1 ? stride : 0 }
    }

    /// True when the elements lie one after the other in row-major order.
    var isContiguous: Bool {
        var expected = 1
        for (extent, stride) in zip(shape, strides).reversed() where extent != 1 {
            guard stride == expected else { return false }
            expected *= extent
        }
        return true
    }
}

/// The containers of one unpickled value.
struct PickleHeap {
    /// Contents of tuples and lists.
    var sequences: [[PickleValue]] = []
    /// Pairs in insertion order.
    var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []
    /// Attribute bags of TorchScript modules; the state is nil until set.
    var objects: [PickleValue?] = []
    var tensors: [TorchTensor] = []
}

/// A class or function that a saved tensor may name; nothing else is accepted, and none of it is executed.
enum PickleGlobal {
    case orderedDictionary
    case rebuildTensor
    case rebuildParameter
    case size
    case storageClass(ElementType)
    /// A TorchScript module class: a bag of attributes.
    case moduleClass
    /// TorchScript's typed list helper, which returns its argument.
    case identity

    /// The allowed global of that name, or nil.
    init?(module: String, name: String) {
        if module == "__torch__" || module.hasPrefix("__torch__.") {
            self = .moduleClass
            return
        }
        switch (module, name) {
        case ("collections", "OrderedDict"): self = .orderedDictionary
        case ("torch._utils", "_rebuild_tensor_v2"), ("torch._utils", "_rebuild_tensor"): self = .rebuildTensor
        case ("torch._utils", "_rebuild_parameter"): self = .rebuildParameter
        case ("torch", "Size"): self = .size
        case ("torch.jit._pickle", "build_intlist"), ("torch.jit._pickle", "build_doublelist"),
            ("torch.jit._pickle", "build_boollist"), ("torch.jit._pickle", "build_tensorlist"),
            ("torch.jit._pickle", "restore_type_tag"):
            self = .identity
        case ("torch", _):
            guard let type = Self.storageTypes[name] else { return nil }
            self = .storageClass(type)
        default: return nil
        }
    }

    private static let storageTypes: [String: ElementType] = [
        "FloatStorage": .float32, "HalfStorage": .float16, "BFloat16Storage": .bfloat16, "DoubleStorage": .float64,
        "LongStorage": .int64, "IntStorage": .int32, "ShortStorage": .int16, "CharStorage": .int8,
        "ByteStorage": .uint8, "BoolStorage": .bool,
    ]
}
