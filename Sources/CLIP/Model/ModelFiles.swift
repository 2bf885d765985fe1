public import Checkpoints

/// The files of one model, in a folder on disk or embedded in the executable.
public struct ModelFiles: Sendable {
    private enum Place: Sendable {
        case folder(String)
        case memory([String: ByteRegion])
    }

    private let place: Place
    /// The folder's path, or a label for an embedded model; used in messages.
    public let name: String

    /// A model folder on disk.
    public init(folder: String) {
        place = .folder(folder)
        name = folder
    }

    /// Files in memory by name.
    ///
    /// - Parameters:
    ///   - files: Contents by file name.
    ///   - name: Label for messages, such as "bundled model".
    public init(files: [String: ByteRegion], name: String) {
        place = .memory(files)
        self.name = name
    }

    /// The bytes of a file, or nil when there is none of that name.
    ///
    /// - Throws: ``CLIPError`` with `.missingFile` when the file is there but cannot be read.
    public func region(_ file: String) throws(CLIPError) -> ByteRegion? {
        switch place {
        case .memory(let files): return files[file]
        case .folder(let folder):
            do {
                return try ByteRegion.map(path: folder + "/" + file)
            } catch {
                if error.code == .cannotOpen, error.systemError == noSuchFile { return nil }
                throw CLIPError(.missingFile, error.description)
            }
        }
    }

    /// The first of several files that is there.
    ///
    /// - Throws: ``CLIPError`` with `.missingFile` when none is.
    public func first(of candidates: [String], purpose: String) throws(CLIPError) -> (name: String, region: ByteRegion)
    {
        for candidate in candidates {
            if let region = try region(candidate) { return (candidate, region) }
        }
        throw CLIPError(
            .missingFile,
            "expected \(purpose) (\(candidates.joined(separator: " or "))), found none of these in \(name)")
    }

    /// Compares a file's digest with the one that the folder records; a file without a record passes, and so does one in memory.
    ///
    /// - Parameters:
    ///   - file: Its name in the folder.
    ///   - digest: Of all its bytes.
    /// - Throws: ``CLIPError`` with `.changedFile` when they differ, or `.unreadableFile` when the record cannot be read.
    public func check(_ file: String, digest: SHA256Digest) throws(CLIPError) {
        guard case .folder(let folder) = place else { return }
        do {
            try FileDigests.read(folder: folder)?.check(file, digest, path: "\(folder)/\(file)")
        } catch {
            throw CLIPError(error.code == .checksumMismatch ? .changedFile : .unreadableFile, error.description)
        }
    }
}

/// ENOENT, the same number on every system this runs on.
private let noSuchFile: Int32 = 2
