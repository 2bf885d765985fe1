/// The recorded SHA-256 digests of a model folder's files, kept in the folder as `digests.json`.
///
/// Form: `{"version": 1, "files": {"NAME": {"bytes": N, "sha256": "HEX"}}}`.
public struct FileDigests: Sendable, Equatable {
    /// What is recorded of one file.
    public struct Entry: Sendable, Equatable {
        /// Size in bytes.
        public let byteCount: Int
        /// Digest of the whole content.
        public let sha256: SHA256Digest

        /// Records a file.
        public init(byteCount: Int, sha256: SHA256Digest) {
            self.byteCount = byteCount
            self.sha256 = sha256
        }

        /// Records a file's whole content.
        public init(_ region: ByteRegion) {
            self.init(byteCount: region.count, sha256: SHA256Digest.of(region))
        }
    }

    /// The list's name inside a model folder.
    public static let fileName = "digests.json"

    /// Entries by file name.
    public var files: [String: Entry]

    /// Starts a list.
    public init(files: [String: Entry] = [:]) { self.files = files }

    /// Reads a folder's list.
    ///
    /// - Parameter folder: A model folder.
    /// - Returns: The list, or nil when the folder has none.
    /// - Throws: ``CheckpointError``: `.cannotOpen` or `.invalidDigestList`.
    public static func read(folder: String) throws(CheckpointError) -> FileDigests? {
        let path = "\(folder)/\(fileName)"
        let region: ByteRegion
        do throws(CheckpointError) {
            region = try ByteRegion.map(path: path)
        } catch {
            if error.isMissingFile { return nil }
            throw error
        }
        return try FileDigests(region: region, path: path)
    }

    private init(region: ByteRegion, path: String) throws(CheckpointError) {
        let value: JSONValue
        do throws(JSONError) {
            value = try StrictJSON.parse(region.bytes)
        } catch {
            throw CheckpointError(.invalidDigestList, file: path, "at byte \(error.offset): \(error.reason)")
        }
        guard case .object(let root) = value, root["version"]?.integer == 1, case .object(let members)? = root["files"]
        else {
            throw CheckpointError(
                .invalidDigestList, file: path, "expected {\"version\": 1, \"files\": {…}}, found something else")
        }
        files = [:]
        for (name, member) in members {
            guard case .object(let fields) = member, let byteCount = fields["bytes"]?.integer, byteCount >= 0,
                let text = fields["sha256"]?.text, let digest = SHA256Digest(hex: text)
            else {
                throw CheckpointError(
                    .invalidDigestList, file: path, "“\(name)”: expected bytes and sha256, found something else")
            }
            files[name] = Entry(byteCount: byteCount, sha256: digest)
        }
    }

    /// Writes the list atomically, sorted by name.
    ///
    /// - Parameter folder: An existing folder.
    /// - Throws: ``CheckpointError`` with `.cannotWrite`.
    public func write(folder: String) throws(CheckpointError) {
        let lines = files.sorted { $0.key < $1.key }.map { name, entry in
            "    \(quotedJSON(name)): {\"bytes\": \(entry.byteCount), \"sha256\": \"\(entry.sha256.hex)\"}"
        }
        let text = "{\n  \"version\": 1,\n  \"files\": {\n\(lines.joined(separator: ",\n"))\n  }\n}\n"
        let file = try AtomicFile(path: "\(folder)/\(Self.fileName)")
        try Array(text.utf8).withUnsafeBufferPointer { bytes throws(CheckpointError) in
            try file.write(UnsafeRawBufferPointer(bytes))
        }
        try file.commit()
    }

    /// Compares a file's digest with its record.
    ///
    /// - Parameters:
    ///   - name: The file's name; a file without a record passes.
    ///   - found: The digest of its content.
    ///   - path: For the message.
    /// - Throws: ``CheckpointError``: `.checksumMismatch` with both digests.
    public func check(_ name: String, _ found: SHA256Digest, path: String) throws(CheckpointError) {
        guard let entry = files[name], found != entry.sha256 else { return }
        throw CheckpointError(
            .checksumMismatch, file: path,
            "expected SHA-256 \(entry.sha256) as recorded in \(Self.fileName), found \(found); the file was changed")
    }
}
