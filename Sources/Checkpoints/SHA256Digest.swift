import COpenSSL
import Glibc

/// A SHA-256 digest (FIPS 180-4).
public struct SHA256Digest: Sendable, Hashable, CustomStringConvertible {
    /// The 32 bytes.
    public let bytes: [UInt8]

    fileprivate init(bytes: [UInt8]) { self.bytes = bytes }

    /// Reads 64 hexadecimal digits of either case; nil for anything else.
    public init?(hex: some StringProtocol) {
        let digits = hex.utf8.map { Self.value(ofHexDigit: $0) }
        guard digits.count == 64 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: 64, by: 2) {
            guard let high = digits[index], let low = digits[index + 1] else { return nil }
            bytes.append(high << 4 | low)
        }
        self.bytes = bytes
    }

    private static func value(ofHexDigit digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// 64 lower-case hexadecimal digits.
    public var hex: String {
        let alphabet = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [alphabet[Int($0 >> 4)], alphabet[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// Same as ``hex``.
    public var description: String { hex }

    /// Digest of bytes in memory.
    public static func of(_ bytes: [UInt8]) -> SHA256Digest {
        var hasher = SHA256Hasher()
        bytes.withUnsafeBytes { hasher.update($0) }
        return hasher.finalize()
    }

    /// Digest of a region.
    ///
    /// - Parameters:
    ///   - region: Mapped file or embedded model.
    ///   - progress: Called with the number of bytes done after each piece of 16 MiB and at the end.
    /// - Returns: The digest of all bytes.
    public static func of(_ region: ByteRegion, progress: (Int) -> Void = { _ in }) -> SHA256Digest {
        var hasher = SHA256Hasher()
        var done = 0
        while done < region.count {
            let piece = region.bytes[done..<min(done + 1 << 24, region.count)]
            hasher.update(UnsafeRawBufferPointer(rebasing: piece))
            done += piece.count
            progress(done)
        }
        return hasher.finalize()
    }

    /// Digest of a file, read in pieces so that memory stays small and a change of the file's size does no harm.
    ///
    /// - Parameters:
    ///   - path: A readable regular file.
    ///   - progress: Called with the number of bytes done after each piece.
    /// - Returns: The digest of the file's content.
    /// - Throws: ``CheckpointError`` with `.cannotOpen` when opening or reading fails.
    public static func ofFile(
        _ path: String, progress: (Int) -> Void = { _ in }
    ) throws(CheckpointError) -> SHA256Digest {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(path, errno) }
        defer { close(descriptor) }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
        defer { buffer.deallocate() }
        var hasher = SHA256Hasher()
        var done = 0
        while true {
            let received = read(descriptor, buffer.baseAddress, buffer.count)
            if received < 0 {
                if errno == EINTR { continue }
                throw unreadable(path, errno)
            }
            if received == 0 { return hasher.finalize() }
            hasher.update(UnsafeRawBufferPointer(rebasing: buffer[..<received]))
            done += received
            progress(done)
        }
    }

    private static func unreadable(_ path: String, _ number: Int32) -> CheckpointError {
        CheckpointError(
            .cannotOpen, file: path, "cannot be read: \(systemMessage(number))", systemError: number)
    }
}

/// SHA-256 over data that arrives in pieces.
public struct SHA256Hasher: ~Copyable {
    private let context: OpaquePointer

    /// Starts a digest; traps only when libcrypto has no SHA-256 or no memory is left.
    public init() {
        guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
            preconditionFailure("libcrypto offers no SHA-256")
        }
        self.context = context
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Adds bytes.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        let status = EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
        precondition(status == 1, "libcrypto refused to continue a digest")
    }

    /// Ends the digest.
    public consuming func finalize() -> SHA256Digest {
        let digest = [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            var written: UInt32 = 0
            let status = EVP_DigestFinal_ex(context, buffer.baseAddress, &written)
            precondition(status == 1 && written == 32, "libcrypto refused to finish a digest")
            count = 32
        }
        return SHA256Digest(bytes: digest)
    }
}
