/// What the service decided of a picture.
public enum Verdict: String, Sendable, CaseIterable {
    /// Nothing anomalous was found.
    case ok
    /// A defect was found.
    case notOk
    /// The picture allows no decision.
    case undecidable
}

/// A result as stored, without its pictures.
public struct ResultRecord: Sendable, Equatable {
    /// Identity, made by the caller and growing with time (UUID version 7, RFC 9562).
    public var id: String
    /// The product's id at the time; the product may be gone.
    public var product: String
    /// When the answer was made.
    public var createdAt: Timestamp
    /// What was decided.
    public var verdict: Verdict
    /// The image score that was compared with the threshold; finite.
    public var score: Double
    /// The threshold used; `nil` when there was none.
    public var threshold: Double?
    /// Scores from here on, and below the threshold, were for people to decide; `nil` when there was none, or the picture
    /// was not judged.
    public var reviewThreshold: Double?
    /// What map values were compared with; `nil` when that was the score's threshold.
    public var mapThreshold: Double?
    /// How was inspected: `multitype`, `binary`.
    public var mode: String
    /// How many references were used.
    public var shots: Int
    /// Which version of the product's references was used; `nil` when none was.
    public var referencesVersion: Int?
    /// The caller's name for the part.
    public var partID: String?
    /// The caller's name for the camera.
    public var camera: String?
    /// Width of the picture in pixels.
    public var imageWidth: Int
    /// Height of the picture in pixels.
    public var imageHeight: Int
    /// SHA-256 of the picture as received.
    public var imageDigest: SHA256Digest
    /// The caller's own JSON; `nil` when none was sent.
    public var metadata: String?
    /// The JSON that was answered, byte for byte; not empty.
    public var document: [UInt8]

    /// Makes a record from its parts.
    public init(
        id: String, product: String, createdAt: Timestamp, verdict: Verdict, score: Double, threshold: Double?,
        reviewThreshold: Double? = nil, mapThreshold: Double? = nil, mode: String, shots: Int, referencesVersion: Int?,
        partID: String?,
        camera: String?, imageWidth: Int, imageHeight: Int, imageDigest: SHA256Digest, metadata: String?,
        document: [UInt8]
    ) {
        self.id = id
        self.product = product
        self.createdAt = createdAt
        self.verdict = verdict
        self.score = score
        self.threshold = threshold
        self.reviewThreshold = reviewThreshold
        self.mapThreshold = mapThreshold
        self.mode = mode
        self.shots = shots
        self.referencesVersion = referencesVersion
        self.partID = partID
        self.camera = camera
        self.imageWidth = imageWidth
        self.imageHeight = imageHeight
        self.imageDigest = imageDigest
        self.metadata = metadata
        self.document = document
    }

    /// What became of the part.
    public var outcome: ResultOutcome { ResultOutcome(verdict, hasReviewThreshold: reviewThreshold != nil) }
}

/// What became of a part: its verdict, and whether an undecidable one was left to people because of its score.
public enum ResultOutcome: Sendable, Hashable, CaseIterable {
    case ok
    case notOk
    /// The score lay between the two thresholds.
    case review
    /// The picture allowed no judgement.
    case notJudged

    init(_ verdict: Verdict, hasReviewThreshold: Bool) {
        switch verdict {
        case .ok: self = .ok
        case .notOk: self = .notOk
        case .undecidable: self = hasReviewThreshold ? .review : .notJudged
        }
    }
}

/// A defect type that was found, kept for searching.
public struct ResultDefect: Sendable, Equatable {
    /// The type's name; at most once per result.
    public let type: String
    /// The type's score; finite.
    public let score: Double
    /// Area in pixels of the picture.
    public let areaPixels: Int

    /// Makes a defect from its parts.
    public init(type: String, score: Double, areaPixels: Int) {
        self.type = type
        self.score = score
        self.areaPixels = areaPixels
    }
}

/// A picture that belongs to a result.
public struct ResultFile: Sendable, Equatable {
    /// Which picture.
    public enum Kind: Sendable, Hashable {
        /// Where a defect type was found.
        case mask(defectType: String)
        /// The anomaly map in colours.
        case heatMap
        /// The picture with what was found drawn on it.
        case overlay
        /// The picture as received.
        case image
    }

    /// Which picture.
    public let kind: Kind
    /// Its media type, for example `image/png`.
    public let mediaType: String
    /// The encoded picture; not empty.
    public let bytes: [UInt8]

    /// Makes a file from its parts.
    public init(kind: Kind, mediaType: String, bytes: [UInt8]) {
        self.kind = kind
        self.mediaType = mediaType
        self.bytes = bytes
    }
}

/// A result to be stored with everything that belongs to it.
public struct NewResult: Sendable, Equatable {
    /// The result itself.
    public var record: ResultRecord
    /// The defect types found.
    public var defects: [ResultDefect]
    /// Its pictures, each kind at most once.
    public var files: [ResultFile]
    /// Under which of the client's keys it is found again; `nil` when there is none.
    public var idempotency: IdempotencyRecord?
    /// The calibration under which it was judged; `nil` when the thresholds were no calibration's, or not any more.
    public var calibration: String?

    /// Makes a result from its parts.
    public init(
        record: ResultRecord, defects: [ResultDefect], files: [ResultFile], idempotency: IdempotencyRecord? = nil,
        calibration: String? = nil
    ) {
        self.record = record
        self.defects = defects
        self.files = files
        self.idempotency = idempotency
        self.calibration = calibration
    }
}
