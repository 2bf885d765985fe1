import Glibc

/// Keeps a second run out of a folder: `flock(2)` on the folder itself, so that it ends with the process and leaves no file.
package final class FolderClaim: Sendable {
    private let descriptor: Int32

    /// Takes the folder; on file systems that cannot lock folders, such as some network ones, nothing is kept out.
    ///
    /// - Throws: ``CheckpointError`` with `.cannotWrite` when another run has the folder or it cannot be opened.
    package init(_ path: String) throws(CheckpointError) {
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw CheckpointError(
                .cannotWrite, file: path, "cannot be opened: \(systemMessage(errno))", systemError: errno)
        }
        var status: Int32
        repeat { status = flock(descriptor, LOCK_EX | LOCK_NB) } while status != 0 && errno == EINTR
        guard status != 0, errno == EWOULDBLOCK else { return }
        close(descriptor)
        throw CheckpointError(
            .cannotWrite, file: path, "expected a folder of its own, found that another run is writing to it",
            systemError: EWOULDBLOCK)
    }

    deinit { close(descriptor) }
}
