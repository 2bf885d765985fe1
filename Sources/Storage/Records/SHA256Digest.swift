/// A SHA-256 digest: 32 bytes, written as 64 lower-case hexadecimal digits.
public struct SHA256Digest: Sendable, Hashable, CustomStringConvertible {
    /// The 32 bytes.
    public let bytes: [UInt8]

    /// Takes a digest's bytes.
    ///
    /// - Returns: `nil` unless there are exactly 32.
    public init?(bytes: some Sequence<UInt8>) {
        let bytes = [UInt8](bytes)
        guard bytes.count == 32 else { return nil }
        self.bytes = bytes
    }

    /// Reads a digest from hexadecimal digits of either case.
    ///
    /// - Returns: `nil` unless there are exactly 64.
    public init?(hex: String) {
        guard let bytes = Hexadecimal.decode(hex) else { return nil }
        self.init(bytes: bytes)
    }

    /// The digest as 64 lower-case hexadecimal digits.
    public var hex: String { Hexadecimal.encode(bytes) }

    /// Same as `hex`.
    public var description: String { hex }
}
