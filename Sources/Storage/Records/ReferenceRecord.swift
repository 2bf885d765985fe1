/// A reference picture as stored, without its bytes.
public struct ReferenceRecord: Sendable, Equatable {
    /// SHA-256 of the picture as received: the reference's identity within its product.
    public let id: SHA256Digest
    /// Name of the picture's format, for example `jpeg`.
    public let format: String
    /// Width in pixels.
    public let width: Int
    /// Height in pixels.
    public let height: Int
    /// Size of the picture as received, in bytes.
    public let byteCount: Int
    /// When the product first got this picture.
    public let createdAt: Timestamp
}

/// A reference picture with its bytes.
public struct ReferencePicture: Sendable, Equatable {
    /// What is known of the picture.
    public let record: ReferenceRecord
    /// The picture as received.
    public let bytes: [UInt8]
}

/// A reference to be stored.
public struct NewReference: Sendable {
    /// SHA-256 of `bytes`.
    public let id: SHA256Digest
    /// Name of the picture's format, for example `jpeg`.
    public let format: String
    /// Width in pixels.
    public let width: Int
    /// Height in pixels.
    public let height: Int
    /// The picture as received; not empty.
    public let bytes: [UInt8]
    /// The memory banks made from it.
    public let encoding: ReferenceEncoding

    /// Makes a reference from its parts.
    public init(
        id: SHA256Digest, format: String, width: Int, height: Int, bytes: [UInt8], encoding: ReferenceEncoding
    ) {
        self.id = id
        self.format = format
        self.width = width
        self.height = height
        self.bytes = bytes
        self.encoding = encoding
    }
}

/// A version of a product's set, in two numbers.
public struct ReferenceSetSummary: Sendable, Equatable {
    /// From 1, growing with each change; 0 before the first.
    public let version: Int
    /// How many pictures are in it.
    public let count: Int
}

/// A version of a product's set: it never changes.
public struct ReferenceSet: Sendable, Equatable {
    /// From 1, growing with each change.
    public let version: Int
    /// When this version was made.
    public let createdAt: Timestamp
    /// Its pictures, in the order in which they were added.
    public let members: [ReferenceRecord]
}

/// Bounds of a product's reference set; `nil` means none.
public struct ReferenceLimits: Sendable, Equatable {
    /// Most pictures in a set.
    public var count: Int?
    /// Most bytes of memory banks in a set.
    public var bankBytes: Int?

    /// Makes limits from their parts.
    public init(count: Int? = nil, bankBytes: Int? = nil) {
        self.count = count
        self.bankBytes = bankBytes
    }
}

/// Outcome of adding references.
public struct ReferenceChange: Sendable, Equatable {
    /// The current set afterwards.
    public let references: ReferenceSetSummary
    /// Those that were not in the set before; none when no new version was made.
    public let added: [SHA256Digest]
}

/// One version in the list of a product's sets.
public struct ReferenceVersion: Sendable, Equatable {
    /// Number and count of pictures.
    public let references: ReferenceSetSummary
    /// When this version was made.
    public let createdAt: Timestamp
}

/// How far the patches of a picture lie from the nearest ones of another picture.
public struct ReferenceDistance: Sendable, Equatable {
    /// The picture whose patches are compared: the later one of the two.
    public let from: SHA256Digest
    /// The picture they are compared with.
    public let to: SHA256Digest
    /// Mean over the patches.
    public let mean: Double
    /// Largest of all patches.
    public let peak: Double

    /// Makes a distance from its parts.
    public init(from: SHA256Digest, to: SHA256Digest, mean: Double, peak: Double) {
        self.from = from
        self.to = to
        self.mean = mean
        self.peak = peak
    }
}

/// Which rows stand for a set's bank.
public struct ReferenceCoreset: Sendable, Equatable {
    /// The rows of one stage.
    public struct Stage: Sendable, Equatable {
        /// 1-based block number.
        public let stage: Int
        /// Rows of the whole bank, before the choice.
        public let rowCount: Int
        /// Positions in the stage's joined bank, ascending.
        public let rows: [UInt32]

        /// Makes a choice from its parts.
        public init(stage: Int, rowCount: Int, rows: [UInt32]) {
            self.stage = stage
            self.rowCount = rowCount
            self.rows = rows
        }
    }

    /// Most rows per stage that were asked for.
    public let maxRows: Int
    /// One per stage of the key, in its order.
    public let stages: [Stage]

    /// Makes a coreset from its parts.
    public init(maxRows: Int, stages: [Stage]) {
        self.maxRows = maxRows
        self.stages = stages
    }
}
