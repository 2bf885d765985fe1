/// Which calibration, and of what.
public struct CalibrationTag: Sendable, Equatable {
    /// Identity, made by the caller and growing with time (UUID version 7, RFC 9562).
    public let id: String
    /// Digest of everything that scores depend on: where it differs, the thresholds vouch for nothing.
    public let basis: SHA256Digest

    /// Makes a tag from its parts.
    public init(id: String, basis: SHA256Digest) {
        self.id = id
        self.basis = basis
    }
}

/// Thresholds that were found from pictures of good parts.
public struct CalibrationRecord: Sendable, Equatable {
    /// Identity and basis.
    public let tag: CalibrationTag
    /// When it was made.
    public let createdAt: Timestamp
    /// The JSON that was answered, byte for byte; not empty.
    public let document: [UInt8]

    /// Makes a record from its parts.
    public init(tag: CalibrationTag, createdAt: Timestamp, document: [UInt8]) {
        self.tag = tag
        self.createdAt = createdAt
        self.document = document
    }
}
