import Glibc

/// Read-only bytes that stay in place: a memory-mapped file, static memory or a private copy.
///
/// Tensors borrow from a region instead of copying, so a region lives as long as any tensor read from it. A mapped file
/// must not be truncated while in use (the kernel would end the process): replace model files by renaming, as
/// ``SafeTensorsWriter`` does, and copy what outlives loading with `Tensor.owned()`.
public final class ByteRegion: @unchecked Sendable {
    // Sound to share: the bytes are never written after construction and are released only in deinit.

    /// All bytes; valid while this object lives.
    public let bytes: UnsafeRawBufferPointer
    private let release: @Sendable (UnsafeRawBufferPointer) -> Void
    private let isMapped: Bool

    /// Number of bytes.
    public var count: Int { bytes.count }

    private init(
        _ bytes: UnsafeRawBufferPointer, isMapped: Bool = false,
        release: @escaping @Sendable (UnsafeRawBufferPointer) -> Void
    ) {
        self.bytes = bytes
        self.isMapped = isMapped
        self.release = release
    }

    /// Views memory that exists for the whole life of the process, such as a model embedded in the executable.
    public convenience init(staticBytes: UnsafeRawBufferPointer) {
        self.init(staticBytes, release: { _ in })
    }

    /// Copies bytes into memory aligned to 64 bytes.
    public convenience init(_ contents: [UInt8]) {
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: max(contents.count, 1), alignment: 64)
        copy.copyBytes(from: contents)
        let view = UnsafeRawBufferPointer(start: copy.baseAddress, count: contents.count)
        self.init(view, release: { UnsafeMutableRawPointer(mutating: $0.baseAddress)?.deallocate() })
    }

    deinit { release(bytes) }

    /// Takes a mapped file's pages out of the process's memory; they come back, from the page cache or the disk, when touched again.
    ///
    /// Nothing happens to other regions.
    ///
    /// - Parameter range: Bytes that were read, of which whole pages are released; nil for all.
    public func releasePages(_ range: Range<Int>? = nil) {
        guard isMapped, let address = bytes.baseAddress else { return }
        let range = range ?? 0..<count
        let pageSize = Int(sysconf(Int32(_SC_PAGESIZE)))
        let start = range.lowerBound / pageSize * pageSize
        // Advice: a refusal only means that the pages stay.
        _ = madvise(UnsafeMutableRawPointer(mutating: address + start), range.upperBound - start, MADV_DONTNEED)
    }

    /// Maps a regular file for reading; pages are loaded when first touched.
    ///
    /// - Parameter path: Path of an existing regular file.
    /// - Returns: The mapped file; empty for an empty file.
    /// - Throws: ``CheckpointError`` with `.cannotOpen` and the system's error number.
    public static func map(path: String) throws(CheckpointError) -> ByteRegion {
        // Without blocking, for a named pipe would wait for its writer; regular files do not care.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw cannotOpen(path, "cannot be opened", errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw cannotOpen(path, "cannot be examined", errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw CheckpointError(.cannotOpen, file: path, "expected a regular file, found a folder, pipe or device")
        }
        let size = Int(status.st_size)
        guard size > 0 else {
            return ByteRegion(UnsafeRawBufferPointer(start: nil, count: 0), release: { _ in })
        }
        guard let address = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0),
            address != UnsafeMutableRawPointer(bitPattern: -1)
        else { throw cannotOpen(path, "cannot be mapped into memory", errno) }
        return ByteRegion(
            UnsafeRawBufferPointer(start: address, count: size), isMapped: true,
            release: { munmap(UnsafeMutableRawPointer(mutating: $0.baseAddress), $0.count) })
    }

    private static func cannotOpen(_ path: String, _ what: String, _ number: Int32) -> CheckpointError {
        CheckpointError(.cannotOpen, file: path, "\(what): \(systemMessage(number))", systemError: number)
    }
}

/// The system's text for an error number.
func systemMessage(_ number: Int32) -> String { String(cString: strerror(number)) }
