import Glibc

/// Keeps a second run out of a folder: `flock(2)` on the folder itself, so that it ends with the process and leaves no file.
package final class FolderClaim: Sendable {
    private let descriptor: Int32

    /// Takes the folder.
    ///
    /// - Throws: ``CheckpointError`` with `.cannotWrite`; its system error is `EWOULDBLOCK` when another run has the folder.
    package init(_ path: String) throws(CheckpointError) {
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw CheckpointError(
                .cannotWrite, file: path, "cannot be opened: \(systemMessage(errno))", systemError: errno)
        }
        var status: Int32
        repeat { status = flock(descriptor, LOCK_EX | LOCK_NB) } while status != 0 && errno == EINTR
        guard status != 0 else { return }
        let cause = errno
        close(descriptor)
        throw CheckpointError(
            .cannotWrite, file: path,
            cause == EWOULDBLOCK
                ? "expected a folder of its own, found that another run is writing to it"
                : "cannot be locked: \(systemMessage(cause))", systemError: cause)
    }

    deinit { close(descriptor) }
}
