/// Opens model files of any supported format.
public enum CheckpointFile {
    /// Opens a file by what it contains, whatever its name.
    ///
    /// - Parameter path: A safetensors file, a PyTorch file (1.6 or later) or a TorchScript archive.
    /// - Returns: Its tensors, named as in the file.
    /// - Throws: ``CheckpointError``: `.cannotOpen`, `.unrecognizedFormat`, `.legacyTorchFormat`, and what the format's
    ///   reader throws.
    public static func open(path: String) throws(CheckpointError) -> any TensorSource {
        try open(region: try ByteRegion.map(path: path), name: path)
    }

    /// Opens a safetensors file that this program wrote with a checksum, and reads it all to compare.
    ///
    /// - Parameter path: Written by ``SafeTensorsWriter`` with `isChecked`.
    /// - Returns: Its tensors.
    /// - Throws: ``CheckpointError``: `.cannotOpen`, `.checksumMismatch`, and what reading the header throws.
    public static func openChecked(path: String) throws(CheckpointError) -> any TensorSource {
        let file = try SafeTensorsFile(region: try ByteRegion.map(path: path), name: path)
        try file.checkData()
        return file
    }

    /// Opens bytes already at hand, such as an embedded model.
    ///
    /// - Parameters:
    ///   - region: The whole file.
    ///   - name: Path or label for messages.
    /// - Returns: Its tensors, named as in the file.
    /// - Throws: ``CheckpointError`` as ``open(path:)``, except `.cannotOpen`.
    public static func open(region: ByteRegion, name: String) throws(CheckpointError) -> any TensorSource {
        let bytes = region.bytes
        if bytes.starts(withBytes: Array("PK\u{03}\u{04}".utf8)) { return try TorchArchive(region: region, name: name) }
        // A safetensors header is a JSON object right behind its length, and lengths are far below 2^32.
        if bytes.integer(at: 8, as: UInt8.self) == UInt8(ascii: "{") {
            return try SafeTensorsFile(region: region, name: name)
        }
        throw unrecognized(bytes, name: name)
    }

    private static func unrecognized(_ bytes: UnsafeRawBufferPointer, name: String) -> CheckpointError {
        let isTar = bytes.slice(at: 257, count: 5)?.elementsEqual("ustar".utf8) == true
        if isTar || bytes.first == 0x80 {
            return CheckpointError(
                .legacyTorchFormat, file: name,
                "expected a PyTorch file of version 1.6 or later, found an older \(isTar ? "tar" : "pickle") file; "
                    + "load it in PyTorch and save it again with torch.save")
        }
        if bytes.starts(withBytes: Array("version https://git-lfs".utf8)) {
            return CheckpointError(
                .unrecognizedFormat, file: name,
                "expected model weights, found a Git LFS pointer; fetch the real file (git lfs pull)")
        }
        let start = bytes.prefix(8).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0\(digits)" : digits
        }
        return CheckpointError(
            .unrecognizedFormat, file: name,
            "expected a safetensors or PyTorch file, found \(bytes.count) bytes"
                + (start.isEmpty ? "" : " beginning \(start.joined(separator: " "))"))
    }
}
