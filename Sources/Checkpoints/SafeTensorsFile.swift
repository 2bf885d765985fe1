public import Tensors

/// A safetensors file: a validated JSON header followed by raw little-endian tensors.
///
/// Opening reads only the header. Float32 tensors are borrowed from the region without copying when their data is
/// aligned to 4 bytes (writers normally see to that); float16 and bfloat16 are widened when asked for.
public struct SafeTensorsFile: TensorSource {
    /// The path or label given at opening.
    public let file: String
    /// All names, sorted.
    public let tensorNames: [String]
    /// The strings under `__metadata__`.
    public var metadata: [String: String] { header.metadata }
    private let region: ByteRegion
    private let header: SafeTensorsHeader

    /// Validates the header.
    ///
    /// - Parameters:
    ///   - region: The whole file.
    ///   - name: Path or label for messages.
    /// - Throws: ``CheckpointError``: `.truncated`, `.invalidHeader`, `.duplicateName`, `.unknownElementType` or
    ///   `.invalidTensor`.
    public init(region: ByteRegion, name: String) throws(CheckpointError) {
        self.region = region
        file = name
        header = try SafeTensorsHeader(bytes: region.bytes, file: name)
        tensorNames = header.entries.keys.sorted()
    }

    /// Compares the data with the checksum that the header holds.
    ///
    /// - Throws: ``CheckpointError`` with `.checksumMismatch`, also when there is none.
    func checkData() throws(CheckpointError) {
        let found = CRC32.checksum(UnsafeRawBufferPointer(rebasing: region.bytes[header.dataStart...]))
        guard let expected = metadata[SafeTensorsWriter.checksumName], expected == "\(found)" else {
            throw CheckpointError(
                .checksumMismatch, file: file,
                "expected data with the checksum \(metadata[SafeTensorsWriter.checksumName] ?? "of its header, which has none"), "
                    + "found \(found): the file is damaged")
        }
    }

    /// Shape and element type, or nil when there is no tensor of that name.
    public func info(_ name: String) -> TensorInfo? { header.entries[name]?.info }

    /// The tensor as float32.
    ///
    /// - Parameter name: One of ``tensorNames``.
    /// - Returns: The tensor, borrowed from the region where possible.
    /// - Throws: ``CheckpointError`` with `.missingTensor` or `.notFloat`.
    public func tensor(_ name: String) throws(CheckpointError) -> Tensor {
        guard let entry = header.entries[name] else { throw missing(name) }
        guard entry.info.elementType.isReadableAsFloat else {
            throw FloatDecoding.notFloat(name, entry.info.elementType, file: file)
        }
        let bytes = UnsafeRawBufferPointer(rebasing: region.bytes[entry.range])
        return FloatDecoding.tensor(entry.info, bytes: bytes, owner: region)
    }
}
