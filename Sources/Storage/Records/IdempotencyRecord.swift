/// A client's name for a request, kept with the result that answered it.
public struct IdempotencyRecord: Sendable, Equatable {
    /// The client's key; not empty.
    public var key: String
    /// Digest of everything that the answer depends on.
    public var fingerprint: SHA256Digest

    /// Makes a record from its parts.
    public init(key: String, fingerprint: SHA256Digest) {
        self.key = key
        self.fingerprint = fingerprint
    }
}

/// A result that was stored under a client's key.
public struct KeyedResult: Sendable, Equatable {
    /// What the first request's answer depended on.
    public let fingerprint: SHA256Digest
    /// The result.
    public let record: ResultRecord
}
