import Checkpoints
import Glibc

/// The unfinished copy of a download, locked against a second process.
final class PartFile {
    private let path: String
    private var descriptor: Int32

    /// Opens or creates the file and takes its lock.
    ///
    /// - Parameter path: Path of the unfinished copy; a symbolic link is refused.
    /// - Throws: ``FetchError`` with `.cannotWrite`.
    init(path: String) throws(FetchError) {
        self.path = path
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else { throw Self.failure(path, "cannot be opened", errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let number = errno
            close(descriptor)
            descriptor = -1
            throw Self.failure(path, "is in use by another download", number)
        }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Size on disk.
    func size() throws(FetchError) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Self.failure(path, "cannot be examined", errno) }
        return Int(status.st_size)
    }

    /// Forgets what was received.
    func clear() throws(FetchError) {
        guard ftruncate(descriptor, 0) == 0 else { throw Self.failure(path, "cannot be emptied", errno) }
    }

    /// Writes bytes at an offset.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FetchError) {
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            let written = pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
            if written < 0 && errno == EINTR { continue }
            guard written >= 0 else {
                let number = errno
                let isFull = DiskSpace.isExhausted(number)
                throw FetchError(
                    isFull ? .insufficientSpace : .cannotWrite, "\(path): cannot be written: \(Self.message(number))",
                    systemError: number)
            }
            done += written
        }
    }

    /// Deletes the file; what is still written to it is lost.
    func remove() { unlink(path) }

    /// Makes the content durable, then gives the file its final name; an existing file of that name is replaced.
    func finish(as finalPath: String) throws(FetchError) {
        guard fsync(descriptor) == 0 else { throw Self.failure(path, "cannot be synced", errno) }
        guard rename(path, finalPath) == 0 else { throw Self.failure(finalPath, "cannot be renamed into place", errno) }
    }

    private static func message(_ number: Int32) -> String { String(cString: strerror(number)) }

    private static func failure(_ path: String, _ what: String, _ number: Int32) -> FetchError {
        FetchError(.cannotWrite, "\(path): \(what): \(message(number))", systemError: number)
    }
}
