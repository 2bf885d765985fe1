import Glibc
import Synchronization

/// The advisory lock that keeps a second process out of a data folder.
///
/// `flock(2)` on a file of its own: it belongs to the open file, so it ends with the process however that ends, and a
/// second open in the same process is refused too. The file stays behind; its presence means nothing.
final class DirectoryLock: Sendable {
    private let descriptor: Mutex<Int32?>

    /// Takes the lock.
    ///
    /// - Throws: `.inUse` when someone holds it, `.readOnly`, `.cannotOpen`, or `.ioError`.
    init(path: String) throws(StorageError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StorageError(system: errno, "the lock file of the data folder cannot be opened")
        }
        var status: Int32
        repeat { status = flock(descriptor, LOCK_EX | LOCK_NB) } while status != 0 && errno == EINTR
        guard status == 0 else {
            let cause = errno
            Glibc.close(descriptor)
            guard cause != EWOULDBLOCK else {
                throw StorageError(.inUse, "another process uses this data folder", systemCode: cause)
            }
            throw StorageError(.ioError, "the data folder cannot be locked", systemCode: cause)
        }
        self.descriptor = Mutex(descriptor)
    }

    deinit { release() }

    /// Gives the lock up; a second call does nothing.
    func release() {
        descriptor.withLock { open in
            if let descriptor = open { Glibc.close(descriptor) }
            open = nil
        }
    }
}

extension StorageError {
    /// Maps the `errno` of opening or creating a file.
    init(system cause: Int32, _ subject: String) {
        let code: Code =
            switch cause {
            case EROFS, EACCES, EPERM: .readOnly
            case ENOSPC, EDQUOT: .diskFull
            case EEXIST: .alreadyExists
            case EIO: .ioError
            default: .cannotOpen
            }
        self.init(code, subject, systemCode: cause)
    }
}
