public import Tensors

/// Writes safetensors files.
///
/// Tensors are ordered by falling element size, then by name, and the header is padded to 8 bytes, so that every tensor
/// is aligned to its element and equal input gives equal bytes.
public enum SafeTensorsWriter {
    /// One tensor to write; its elements are asked for only when their turn comes, so a conversion holds one at a time.
    public struct Entry {
        let name: String
        let info: TensorInfo
        let load: () throws(CheckpointError) -> Tensor

        /// Describes a tensor to be loaded later.
        ///
        /// - Parameters:
        ///   - name: Unique name, not `__metadata__`.
        ///   - info: Shape of the tensor and the element type to write: float32, float16 or bfloat16.
        ///   - load: Gives the elements; the shape must be `info.shape`.
        public init(_ name: String, _ info: TensorInfo, load: @escaping () throws(CheckpointError) -> Tensor) {
            self.name = name
            self.info = info
            self.load = load
        }

        /// Writes a tensor at hand.
        public init(_ name: String, _ tensor: Tensor, as elementType: ElementType = .float32) {
            self.init(name, TensorInfo(shape: tensor.shape, elementType: elementType)) { tensor }
        }
    }

    /// Writes a file that appears complete or not at all: written beside the target, synced, then renamed.
    ///
    /// - Parameters:
    ///   - entries: The tensors.
    ///   - metadata: Free text stored in the header.
    ///   - path: Target; an existing file is replaced atomically.
    ///   - isChecked: Adds a checksum of the data, for ``CheckpointFile/openChecked(path:)``; entries are then loaded twice.
    ///   - progress: Called with the number of data bytes written so far.
    /// - Throws: ``CheckpointError``: `.cannotWrite`, `.duplicateName`, `.notFloat`, `.shapeMismatch`,
    ///   `.valueOutOfRange` when a finite value overflows float16, and whatever loading throws.
    public static func write(
        _ entries: [Entry], metadata: [String: String] = [:], to path: String, isChecked: Bool = false,
        progress: (Int) -> Void = { _ in }
    ) throws(CheckpointError) {
        var metadata = metadata
        if isChecked {
            var checksum: UInt32 = 0
            for entry in ordered(entries) {
                try emit(entry, file: path) { bytes in checksum = CRC32.checksum(bytes, after: checksum) }
            }
            metadata[checksumName] = "\(checksum)"
        }
        let sink = try AtomicFile(path: path)
        try emit(entries, metadata: metadata, file: path, progress: progress) { bytes throws(CheckpointError) in
            try sink.write(bytes)
        }
        try sink.commit()
    }

    /// The same bytes in memory.
    ///
    /// - Parameters:
    ///   - entries: The tensors.
    ///   - metadata: Free text stored in the header.
    /// - Returns: The whole file's bytes.
    /// - Throws: ``CheckpointError`` as ``write(_:metadata:to:progress:)``, except `.cannotWrite`.
    public static func serialize(
        _ entries: [Entry], metadata: [String: String] = [:]
    ) throws(CheckpointError) -> [UInt8] {
        var result: [UInt8] = []
        try emit(entries, metadata: metadata, file: "(memory)", progress: { _ in }) { bytes throws(CheckpointError) in
            result.append(contentsOf: bytes)
        }
        return result
    }

    private static func emit(
        _ entries: [Entry], metadata: [String: String], file: String, progress: (Int) -> Void,
        to sink: (UnsafeRawBufferPointer) throws(CheckpointError) -> Void
    ) throws(CheckpointError) {
        let ordered = ordered(entries)
        let header = try headerBytes(ordered, metadata: metadata, file: file)
        try withBytes(of: header) { bytes throws(CheckpointError) in try sink(bytes) }
        var written = 0
        for entry in ordered {
            try emit(entry, file: file) { bytes throws(CheckpointError) in
                try sink(bytes)
                written += bytes.count
                progress(written)
            }
        }
    }

    /// The metadata member with the CRC-32 of all bytes behind the header, in decimal.
    static let checksumName = "data_crc32"

    private static func ordered(_ entries: [Entry]) -> [Entry] {
        entries.sorted { ($1.info.elementType.byteCount, $0.name) < ($0.info.elementType.byteCount, $1.name) }
    }

    /// One tensor's bytes.
    private static func emit(
        _ entry: Entry, file: String, to sink: (UnsafeRawBufferPointer) throws(CheckpointError) -> Void
    ) throws(CheckpointError) {
        let tensor = try entry.load()
        guard tensor.shape == entry.info.shape else {
            throw CheckpointError(
                .shapeMismatch, file: file,
                "tensor “\(entry.name)”: announced as \(entry.info.shape), loaded as \(tensor.shape)")
        }
        try tensor.withUnsafeBufferPointer { elements throws(CheckpointError) in
            try encode(elements, entry, file: file, to: sink)
        }
    }

    private static func headerBytes(
        _ entries: [Entry], metadata: [String: String], file: String
    ) throws(CheckpointError) -> [UInt8] {
        var members: [String] = []
        if !metadata.isEmpty {
            let pairs = metadata.sorted { $0.key < $1.key }.map { "\(quotedJSON($0.key)):\(quotedJSON($0.value))" }
            members.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
        }
        var names: Set<String> = ["__metadata__"]
        var offset = 0
        for entry in entries {
            guard names.insert(entry.name).inserted else {
                throw CheckpointError(.duplicateName, file: file, "two tensors are named “\(entry.name)”")
            }
            guard entry.info.elementType.isReadableAsFloat else {
                throw FloatDecoding.notFloat(entry.name, entry.info.elementType, file: file)
            }
            let end = offset + entry.info.count * entry.info.elementType.byteCount
            let shape = entry.info.shape.map(String.init).joined(separator: ",")
            members.append(
                "\(quotedJSON(entry.name)):{\"dtype\":\"\(entry.info.elementType.rawValue)\",\"shape\":[\(shape)],"
                    + "\"data_offsets\":[\(offset),\(end)]}")
            offset = end
        }
        var json = Array("{\(members.joined(separator: ","))}".utf8)
        json.append(contentsOf: repeatElement(0x20, count: (8 - json.count % 8) % 8))
        return withUnsafeBytes(of: UInt64(json.count).littleEndian) { Array($0) } + json
    }

    /// Converts in pieces of 256 Ki elements, so that a large tensor needs no second copy of itself.
    private static func encode(
        _ elements: UnsafeBufferPointer<Float>, _ entry: Entry, file: String,
        to sink: (UnsafeRawBufferPointer) throws(CheckpointError) -> Void
    ) throws(CheckpointError) {
        var start = 0
        while start < elements.count {
            let piece = UnsafeBufferPointer(rebasing: elements[start..<min(start + 1 << 18, elements.count)])
            switch entry.info.elementType {
            case .float16:
                if let bad = piece.firstIndex(where: { $0.isFinite && abs($0) >= 65520 }) {
                    throw CheckpointError(
                        .valueOutOfRange, file: file,
                        "tensor “\(entry.name)”: \(piece[bad]) at element \(start + bad) is beyond float16's ±65504")
                }
                try withBytes(of: FloatFormats.narrowToFloat16(piece), sink)
            case .bfloat16: try withBytes(of: FloatFormats.narrowToBFloat16(piece), sink)
            default: try sink(UnsafeRawBufferPointer(piece))
            }
            start += piece.count
        }
    }

    private static func withBytes(
        of array: [UInt8], _ body: (UnsafeRawBufferPointer) throws(CheckpointError) -> Void
    ) throws(CheckpointError) {
        try array.withUnsafeBufferPointer { buffer throws(CheckpointError) in
            try body(UnsafeRawBufferPointer(buffer))
        }
    }
}
