/// How many results a store holds, and what they take.
public struct ResultTotals: Sendable, Equatable {
    /// Results and their size, of one verdict or of all.
    public struct Amount: Sendable, Equatable {
        /// Number of results.
        public var results: Int
        /// Bytes of documents and pictures, and about a kilobyte per result for its rows and index entries.
        public var bytes: Int

        /// Makes an amount from its parts.
        public init(results: Int = 0, bytes: Int = 0) {
            self.results = results
            self.bytes = bytes
        }

        /// The sum.
        public static func + (a: Amount, b: Amount) -> Amount {
            Amount(results: a.results + b.results, bytes: a.bytes + b.bytes)
        }
    }

    /// By verdict; one that no result ever had is missing.
    public let byVerdict: [Verdict: Amount]

    /// All together.
    public var all: Amount { byVerdict.values.reduce(Amount(), +) }

    /// Those of one verdict.
    public subscript(verdict: Verdict) -> Amount { byVerdict[verdict] ?? Amount() }
}

/// What giving room back did.
public struct ReleasedSpace: Sendable, Equatable {
    /// Bytes given back to the device.
    public let bytes: Int
    /// Unused bytes that are still in the database.
    public let unusedBytes: Int
}
