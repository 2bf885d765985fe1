/// The entries of a ZIP archive held in memory (PKWARE APPNOTE 6.3), as far as PyTorch files need.
///
/// Everything is taken from the central directory and compared with the local headers; entries may not overlap.
/// Compressed entries are tolerated until one is asked for: TorchScript archives compress their source code, never
/// their tensors.
struct ZipArchive {
    /// One entry.
    struct Entry {
        let name: String
        let checksum: UInt32
        let isStored: Bool
        let isEncrypted: Bool
        /// Absolute position of the local header.
        let headerStart: Int
        /// Absolute positions of the stored bytes.
        let range: Range<Int>
    }

    /// Entries by name.
    let entries: [String: Entry]
    private let region: ByteRegion
    private let file: String

    /// Reads and checks the directory.
    ///
    /// - Parameters:
    ///   - region: The whole file.
    ///   - file: Path or label for messages.
    /// - Throws: ``CheckpointError``: `.truncated`, `.invalidArchive`, `.unsupportedArchive` or `.duplicateName`.
    init(region: ByteRegion, file: String) throws(CheckpointError) {
        let directory = try ZipDirectoryLocation(bytes: region.bytes, file: file)
        var entries: [String: Entry] = [:]
        var position = directory.range.lowerBound
        for _ in 0..<directory.entryCount {
            let record = try ZipDirectoryRecord(
                bytes: region.bytes, at: position, end: directory.range.upperBound, file: file)
            position += record.length
            let start = try record.dataStart(in: region.bytes, limit: directory.range.lowerBound, file: file)
            let entry = Entry(
                name: record.name, checksum: record.checksum, isStored: record.method == 0,
                isEncrypted: record.flags & 0x41 != 0, headerStart: record.localHeader,
                range: start..<start + record.storedSize)
            guard entries.updateValue(entry, forKey: record.name) == nil else {
                throw CheckpointError(.duplicateName, file: file, "two archive entries are named “\(record.name)”")
            }
        }
        guard position == directory.range.upperBound else {
            throw CheckpointError(
                .invalidArchive, file: file,
                "directory: expected \(directory.entryCount) entries in \(directory.range.count) bytes, "
                    + "found \(position - directory.range.lowerBound) bytes of them")
        }
        try Self.checkOverlap(entries.values.map(\.self), file: file)
        self.entries = entries
        self.region = region
        self.file = file
    }

    private static func checkOverlap(_ entries: [Entry], file: String) throws(CheckpointError) {
        var previousEnd = 0
        for entry in entries.sorted(by: { $0.headerStart < $1.headerStart }) {
            guard entry.headerStart >= previousEnd else {
                throw CheckpointError(
                    .invalidArchive, file: file, "entry “\(entry.name)” shares bytes with the entry before it")
            }
            previousEnd = entry.range.upperBound
        }
    }

    /// The bytes of an entry, or nil when there is none of that name.
    ///
    /// - Parameters:
    ///   - name: Full name inside the archive.
    ///   - verified: Compare the CRC-32 too; reads every byte.
    /// - Returns: Bytes inside the region.
    /// - Throws: ``CheckpointError``: `.unsupportedArchive` for compressed or encrypted entries, `.checksumMismatch`.
    func bytes(of name: String, verified: Bool) throws(CheckpointError) -> UnsafeRawBufferPointer? {
        guard let entry = entries[name] else { return nil }
        guard !entry.isEncrypted else {
            throw CheckpointError(
                .unsupportedArchive, file: file, "entry “\(name)”: expected plain bytes, found encryption")
        }
        guard entry.isStored else {
            throw CheckpointError(
                .unsupportedArchive, file: file,
                "entry “\(name)”: expected stored bytes, found compression; save the file again with torch.save")
        }
        let bytes = UnsafeRawBufferPointer(rebasing: region.bytes[entry.range])
        if verified {
            let found = CRC32.checksum(bytes)
            guard found == entry.checksum else {
                throw CheckpointError(
                    .checksumMismatch, file: file,
                    "entry “\(name)”: expected CRC-32 \(String(entry.checksum, radix: 16)), "
                        + "found \(String(found, radix: 16)); the file is damaged")
            }
        }
        return bytes
    }
}
