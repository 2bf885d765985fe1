package import Glibc

/// A file that appears under its name complete or not at all.
///
/// Bytes go to a hidden file in the same folder, which is synced and renamed by ``commit()``; without it, the hidden
/// file is removed.
package final class AtomicFile {
    private let path: String
    private let temporaryPath: String
    private var descriptor: Int32

    /// Creates the hidden file.
    ///
    /// - Parameters:
    ///   - path: The name it will have.
    ///   - mode: Who may do what with it; 0644 less the process's mask when nil.
    ///   - owner: Whose it will be, as far as the process may give it away.
    /// - Throws: ``CheckpointError`` with `.cannotWrite`.
    package init(
        path: String, mode: mode_t? = nil, owner: (user: uid_t, group: gid_t)? = nil
    ) throws(CheckpointError) {
        self.path = path
        var components = path.split(separator: "/", omittingEmptySubsequences: false)
        let name = components.popLast() ?? ""
        // The process id keeps two processes apart, the counter two writers in one process.
        for attempt in 0..<1000 {
            let hidden = (components + [".\(name).\(getpid()).\(attempt).tmp"]).joined(separator: "/")
            let descriptor = open(hidden, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode == nil ? 0o644 : 0o600)
            if descriptor >= 0 {
                (self.descriptor, temporaryPath) = (descriptor, hidden)
                // Only root may give a file to another user; anybody may give it to a group of his.
                if let owner, fchown(descriptor, owner.user, owner.group) != 0 {
                    _ = fchown(descriptor, uid_t.max, owner.group)
                }
                guard let mode, fchmod(descriptor, mode) != 0 else { return }
                let number = errno
                close(descriptor)
                unlink(hidden)
                throw Self.failure(path, "cannot be protected", number)
            }
            guard errno == EEXIST else { throw Self.failure(path, "cannot be created", errno) }
        }
        throw Self.failure(path, "cannot be created beside its temporary files", EEXIST)
    }

    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        unlink(temporaryPath)
    }

    /// Appends bytes.
    package func write(_ bytes: UnsafeRawBufferPointer) throws(CheckpointError) {
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            let written = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if written < 0 && errno == EINTR { continue }
            guard written >= 0 else { throw Self.failure(path, "cannot be written", errno) }
            done += written
        }
    }

    /// Makes the file durable and visible under its name.
    package func commit() throws(CheckpointError) {
        guard fsync(descriptor) == 0 else { throw Self.failure(path, "cannot be synced", errno) }
        guard rename(temporaryPath, path) == 0 else { throw Self.failure(path, "cannot be renamed into place", errno) }
        close(descriptor)
        descriptor = -1
        Self.syncFolder(of: path)
    }

    /// The name that a hidden file would have got, or nil for a file that is none of these.
    ///
    /// Whoever holds the folder may remove such files: they are of runs that were killed while they wrote.
    package static func target(ofTemporary name: String) -> String? {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count >= 5, parts[0].isEmpty, parts[parts.count - 1] == "tmp",
            parts.suffix(3).prefix(2).allSatisfy({ !$0.isEmpty && $0.allSatisfy { $0.isASCII && $0.isNumber } })
        else { return nil }
        return parts[1..<(parts.count - 3)].joined(separator: ".")
    }

    /// Makes a rename in the folder of `path` durable; file systems that cannot sync folders are left as they are.
    package static func syncFolder(of path: String) {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    private static func failure(_ path: String, _ what: String, _ number: Int32) -> CheckpointError {
        CheckpointError(.cannotWrite, file: path, "\(what): \(systemMessage(number))", systemError: number)
    }
}
