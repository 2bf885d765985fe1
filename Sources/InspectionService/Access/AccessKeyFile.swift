import Checkpoints
import Glibc

/// A key file on disk.
///
/// Readers see one whole state or another: changes are written beside the file and renamed into place. Commands that change
/// it take turns by a lock on its folder, so that none undoes what another did.
public struct AccessKeyFile: Sendable {
    /// The name of the file in a data folder.
    public static let name = "keys"
    /// Enough for ten thousand keys; a wrong file does not fill the memory.
    private static let maxBytes = 1 << 20
    /// Longest wait for others who change the file, in steps of 10 ms.
    private static let maxWaits = 1000

    /// Where it is.
    public let path: String

    /// Names a file; nothing is opened yet.
    ///
    /// - Parameter path: The file, which need not exist.
    public init(path: String) { self.path = path }

    /// The file of a data folder.
    ///
    /// - Parameter folder: The service's data folder.
    public init(inDataFolder folder: String) { path = folder + "/" + Self.name }

    /// What tells one state of the file from another; equal stamps mean the same content.
    struct Stamp: Equatable, Sendable {
        private let values: [Int]

        init(_ status: stat) {
            values = [
                Int(bitPattern: UInt(status.st_dev)), Int(bitPattern: UInt(status.st_ino)), Int(status.st_size),
                status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec, status.st_ctim.tv_nsec,
            ]
        }
    }

    /// The stamp of what is there now; nil where nothing is, or where it cannot be seen.
    var stamp: Stamp? {
        var status = stat()
        return stat(path, &status) == 0 ? Stamp(status) : nil
    }

    /// Whether everybody on the machine may read the file, or others than its owner change it.
    public var isExposed: Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & (S_IROTH | S_IWOTH | S_IWGRP) != 0
    }

    /// Reads the file.
    ///
    /// - Returns: Its text.
    /// - Throws: ``AccessKeyError`` with `.notFound`, `.unreadable` or `.faultyLine`.
    public func read() throws(AccessKeyError) -> AccessKeyText { try readStamped().text }

    /// Reads the file, with the stamp that it had before.
    ///
    /// - Throws: As `read` does.
    func readStamped() throws(AccessKeyError) -> (text: AccessKeyText, stamp: Stamp) {
        // Not to wait where a pipe of that name has no writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            guard errno == ENOENT else { throw failure(.unreadable, "cannot be opened", errno) }
            throw AccessKeyError(.notFound, file: path, "expected a file of keys, found none")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(.unreadable, "cannot be looked at", errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw AccessKeyError(.unreadable, file: path, "expected a file of keys, found something that is no file")
        }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(.unreadable, "cannot be read", errno) }
            if count == 0 { break }
            bytes += piece[..<count]
            guard bytes.count <= Self.maxBytes else {
                throw AccessKeyError(
                    .unreadable, file: path, "expected at most \(Self.maxBytes) bytes, found a larger file")
            }
        }
        return (try AccessKeyText(bytes, file: path), Stamp(status))
    }

    /// Changes the file; one that does not exist is made.
    ///
    /// Readable by its owner only; where it was there already its owner stays, and its group may read it if it could.
    ///
    /// - Parameter change: Applied to what is there when nobody else is changing it.
    /// - Returns: What `change` returns.
    /// - Throws: ``AccessKeyError``; the file is then as it was.
    @discardableResult
    public func update<Output>(
        _ change: (inout AccessKeyText) throws(AccessKeyError) -> Output
    ) throws(AccessKeyError) -> Output {
        // A file that is a link stays one: what it leads to is replaced.
        let target = realpath(path, nil).map { pointer in
            defer { free(pointer) }
            return String(cString: pointer)
        }
        let file = AccessKeyFile(path: target ?? path)
        let lock = try file.lockFolder()
        defer { close(lock) }
        var text: AccessKeyText
        do throws(AccessKeyError) {
            text = try file.read()
        } catch {
            guard error.code == .notFound else { throw error }
            text = AccessKeyText()
        }
        let output = try change(&text)
        do {
            let atomic = try AtomicFile(path: file.path, mode: file.mode, owner: file.owner)
            try text.bytes.withUnsafeBytes { try atomic.write($0) }
            try atomic.commit()
        } catch {
            throw AccessKeyError(.cannotWrite, "key file \(error)")
        }
        return output
    }

    /// The descriptor of the folder, locked until it is closed.
    private func lockFolder() throws(AccessKeyError) -> Int32 {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(.cannotWrite, "its folder cannot be opened", errno) }
        for _ in 0..<Self.maxWaits {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return descriptor }
            guard errno == EWOULDBLOCK || errno == EINTR else {
                let number = errno
                close(descriptor)
                throw failure(.cannotWrite, "its folder cannot be locked", number)
            }
            usleep(10_000)
        }
        close(descriptor)
        throw AccessKeyError(
            .busy, file: path,
            "expected to be alone within 10 seconds, found that another program has its folder locked")
    }

    private var folder: String { path.lastIndex(of: "/").map { String(path[...$0]) } ?? "." }

    private var mode: mode_t {
        var status = stat()
        return stat(path, &status) == 0 ? S_IRUSR | S_IWUSR | status.st_mode & S_IRGRP : S_IRUSR | S_IWUSR
    }

    /// Whose the file is, or will be: made by root, it is that of the folder's owner, who runs the service.
    private var owner: (user: uid_t, group: gid_t)? {
        var status = stat()
        guard stat(path, &status) == 0 || geteuid() == 0 && stat(folder, &status) == 0 else { return nil }
        return (status.st_uid, status.st_gid)
    }

    private func failure(_ code: AccessKeyError.Code, _ what: String, _ number: Int32) -> AccessKeyError {
        AccessKeyError(code, file: path, "\(what): \(String(cString: strerror(number)))")
    }
}
