import Synchronization
public import Tensors

/// A PyTorch file of version 1.6 or later: a ZIP archive of one pickle and raw storages.
///
/// Reads what `torch.save` writes (state dictionaries, training checkpoints, adapters) and TorchScript archives such as
/// OpenAI's CLIP files, of which only the attributes are looked at. Nothing in the file is executed. Float32 tensors
/// that lie contiguous and aligned are borrowed in place; others are gathered or widened when asked for.
public struct TorchArchive: TensorSource {
    /// The path or label given at opening.
    public let file: String
    /// All names, sorted; nested dictionaries and modules are joined by dots.
    public let tensorNames: [String]
    /// Numbers, flags and texts stored beside the tensors, such as `epoch`.
    public let metadata: [String: String]
    private let tensors: [String: TorchTensor]
    private let region: ByteRegion
    private let archive: ZipArchive
    private let storageFolder: String
    private let verification: Verification?

    /// Remembers which storages were verified, so that views sharing one do not each read it whole.
    private final class Verification: Sendable {
        let done = Mutex<Set<String>>([])
    }

    /// Reads the directory and the pickle, and checks that every tensor lies inside its storage.
    ///
    /// - Parameters:
    ///   - region: The whole file.
    ///   - name: Path or label for messages.
    ///   - verifyChecksums: Compare each storage's CRC-32 when it is first read; the pickle's is always compared.
    /// - Throws: ``CheckpointError``; every code but those of safetensors, writing and digests can occur.
    public init(region: ByteRegion, name: String, verifyChecksums: Bool = true) throws(CheckpointError) {
        archive = try ZipArchive(region: region, file: name)
        let root = try Self.rootFolder(of: archive, file: name)
        try Self.checkByteOrder(archive, root: root, file: name)
        guard let program = try archive.bytes(of: "\(root)data.pkl", verified: true) else {
            throw CheckpointError(.invalidArchive, file: name, "expected an entry data.pkl, found none")
        }
        let (value, heap) = try Unpickler.run(program, file: name)
        let state = try StateDictionary(root: value, heap: heap, file: name)
        file = name
        self.region = region
        tensors = state.tensors
        metadata = state.scalars
        tensorNames = tensors.keys.sorted()
        storageFolder = "\(root)data/"
        verification = verifyChecksums ? Verification() : nil
        for name in tensorNames {
            if let tensor = tensors[name] { try checkStorage(of: tensor, name: name) }
        }
    }

    /// PyTorch puts everything into one folder named after the file.
    private static func rootFolder(of archive: ZipArchive, file: String) throws(CheckpointError) -> String {
        let pickles = archive.entries.keys.filter {
            $0 == "data.pkl" || ($0.hasSuffix("/data.pkl") && $0.count { $0 == "/" } == 1)
        }
        guard pickles.count == 1, let path = pickles.first else {
            throw CheckpointError(
                .invalidArchive, file: file,
                "expected one entry FOLDER/data.pkl as torch.save writes it, found \(pickles.count)")
        }
        return String(path.dropLast("data.pkl".count))
    }

    private static func checkByteOrder(_ archive: ZipArchive, root: String, file: String) throws(CheckpointError) {
        guard let order = try archive.bytes(of: "\(root)byteorder", verified: true) else { return }
        guard order.elementsEqual("little".utf8) else {
            throw CheckpointError(
                .unsupportedArchive, file: file, "expected byte order “little”, found another; save it on a PC again")
        }
    }

    private func checkStorage(of tensor: TorchTensor, name: String) throws(CheckpointError) {
        let storage = tensor.storage
        let (expected, overflow) = storage.count.multipliedReportingOverflow(by: storage.elementType.byteCount)
        guard let entry = archive.entries[storageFolder + storage.key] else {
            throw CheckpointError(
                .invalidArchive, file: file,
                "tensor “\(name)”: expected an archive entry for its storage “\(storage.key)”, found none")
        }
        guard !overflow, !entry.isStored || entry.range.count == expected else {
            throw CheckpointError(
                .invalidTensor, file: file,
                "tensor “\(name)”: expected a storage of \(storage.count) \(storage.elementType.rawValue) elements, "
                    + "found \(entry.range.count) bytes")
        }
    }

    /// Shape and element type, or nil when there is no tensor of that name.
    public func info(_ name: String) -> TensorInfo? { tensors[name]?.info }

    /// The tensor as float32.
    ///
    /// - Parameter name: One of ``tensorNames``.
    /// - Returns: The tensor, borrowed from the region where possible.
    /// - Throws: ``CheckpointError``: `.missingTensor`, `.notFloat`, `.checksumMismatch` or `.unsupportedArchive`.
    public func tensor(_ name: String) throws(CheckpointError) -> Tensor {
        guard let tensor = tensors[name] else { throw missing(name) }
        let size = tensor.storage.elementType.byteCount
        guard tensor.storage.elementType.isReadableAsFloat else {
            throw FloatDecoding.notFloat(name, tensor.storage.elementType, file: file)
        }
        let storage = try storageBytes(tensor.storage)
        let info = tensor.info
        if tensor.isContiguous {
            let first = info.count == 0 ? 0 : tensor.offset * size
            let bytes = UnsafeRawBufferPointer(rebasing: storage[first..<first + info.count * size])
            return FloatDecoding.tensor(info, bytes: bytes, owner: region)
        }
        return tensor.gathered(from: storage).withUnsafeBytes { FloatDecoding.converted(info, bytes: $0) }
    }

    private func storageBytes(_ storage: TorchStorage) throws(CheckpointError) -> UnsafeRawBufferPointer {
        let entry = storageFolder + storage.key
        let isPending = verification.map { state in state.done.withLock { !$0.contains(entry) } } ?? false
        guard let bytes = try archive.bytes(of: entry, verified: isPending) else {
            throw CheckpointError(.invalidArchive, file: file, "expected an archive entry “\(entry)”, found none")
        }
        verification?.done.withLock { _ = $0.insert(entry) }
        return bytes
    }
}

extension TorchTensor {
    /// The elements' bytes in row-major order.
    ///
    /// - Parameter bytes: The whole storage.
    /// - Returns: As many elements as the shape has.
    func gathered(from bytes: UnsafeRawBufferPointer) -> [UInt8] {
        let size = storage.elementType.byteCount
        let total = info.count
        return [UInt8](unsafeUninitializedCapacity: total * size) { target, initialized in
            var index = [Int](repeating: 0, count: shape.count)
            var source = offset
            for element in 0..<total {
                for byte in 0..<size { target[element &* size &+ byte] = bytes[source &* size &+ byte] }
                // Advance like an odometer: the last axis runs fastest.
                var axis = shape.count - 1
                while axis >= 0 {
                    index[axis] += 1
                    source += strides[axis]
                    if index[axis] < shape[axis] { break }
                    source -= strides[axis] * shape[axis]
                    index[axis] = 0
                    axis -= 1
                }
            }
            initialized = total * size
        }
    }
}
