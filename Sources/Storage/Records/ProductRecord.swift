/// A product as stored.
public struct ProductRecord: Sendable, Equatable {
    /// The product's identity, chosen by its maker.
    public let id: String
    /// What the operator set.
    public let settings: ProductSettings
    /// When the product was made.
    public let createdAt: Timestamp
    /// When its settings were last written.
    public let updatedAt: Timestamp
    /// Grows with each write of the settings, and is never used twice for an id, even after deletion: an ETag.
    public let revision: Int
    /// The current set of references; version 0 and count 0 when there never was one.
    public let references: ReferenceSetSummary
    /// The calibration whose thresholds the settings have; `nil` when they were set by hand or never.
    public let calibration: CalibrationTag?
}

/// What an operator sets for a product.
public struct ProductSettings: Sendable, Equatable {
    /// The word for the product in prompts.
    public var noun: String
    /// The defects that are looked for, in the operator's order.
    public var defectTypes: [ProductDefectType]
    /// Image scores from here on are anomalous; `nil` leaves it to the service.
    public var threshold: Double?
    /// Image scores from here on, and below the threshold, are for people to decide; `nil` for none.
    public var reviewThreshold: Double?
    /// Map values from here on are marked; `nil` takes the score's threshold.
    public var mapThreshold: Double?
    /// What decides; `nil` leaves it to the service.
    public var decision: Decision?
    /// What pictures must be like to be judged; `nil` leaves it to the service.
    public var pictureCheck: PictureCheck?
    /// Side of the square that pictures are resized to, in pixels; `nil` leaves it to the model.
    public var imageSide: Int?
    /// Regions left out of the decision, as closed polygons in pixels of the picture.
    public var ignore: [[PixelPoint]]
    /// When not empty, only these regions count.
    public var include: [[PixelPoint]]
    /// Size of a pixel in millimetres; `nil` when unknown.
    public var mmPerPixel: Double?
    /// Which inspected pictures are kept; `nil` leaves it to the service.
    public var keepImages: KeepImages?
    /// Rows per stage that stand for the references' banks; `nil` for all of them.
    public var maxBankRows: Int?

    /// Makes settings from their parts.
    public init(
        noun: String, defectTypes: [ProductDefectType] = [], threshold: Double? = nil, reviewThreshold: Double? = nil,
        mapThreshold: Double? = nil, decision: Decision? = nil, pictureCheck: PictureCheck? = nil,
        imageSide: Int? = nil,
        ignore: [[PixelPoint]] = [], include: [[PixelPoint]] = [],
        mmPerPixel: Double? = nil, keepImages: KeepImages? = nil, maxBankRows: Int? = nil
    ) {
        self.noun = noun
        self.defectTypes = defectTypes
        self.threshold = threshold
        self.reviewThreshold = reviewThreshold
        self.mapThreshold = mapThreshold
        self.decision = decision
        self.pictureCheck = pictureCheck
        self.imageSide = imageSide
        self.ignore = ignore
        self.include = include
        self.mmPerPixel = mmPerPixel
        self.keepImages = keepImages
        self.maxBankRows = maxBankRows
    }
}

/// A defect type of a product: a built-in one by its name, or an own one with its phrases.
public struct ProductDefectType: Sendable, Equatable, Codable {
    /// The type's name.
    public var name: String
    /// Prompt phrases with `{}` for the noun; `nil` when the type is a built-in one.
    public var phrases: [String]?

    /// Makes a defect type from its parts.
    public init(name: String, phrases: [String]? = nil) {
        self.name = name
        self.phrases = phrases
    }
}

/// A point in pixels of the picture that was sent; the origin is the top left corner.
public struct PixelPoint: Sendable, Hashable, Codable {
    /// Distance from the left edge.
    public var x: Double
    /// Distance from the top edge.
    public var y: Double

    /// Makes a point from its coordinates.
    public init(x: Double, y: Double) {
        self.x = x
        self.y = y
    }

    /// Reads a point from an array of two numbers.
    public init(from decoder: any Decoder) throws {
        var pair = try decoder.unkeyedContainer()
        x = try pair.decode(Double.self)
        y = try pair.decode(Double.self)
    }

    /// Writes the point as an array of two numbers.
    public func encode(to encoder: any Encoder) throws {
        var pair = encoder.unkeyedContainer()
        try pair.encode(x)
        try pair.encode(y)
    }
}

/// What decides about a picture.
public enum Decision: String, Sendable, CaseIterable {
    /// Texts and references together (MultiADS, section 4.2.2).
    case combined
    /// The distance from the references alone; texts only name what was found.
    case references

    /// What decides of products that do not say it.
    public static let standard = Decision.combined
}

/// What an inspected picture must be like to be judged.
public enum PictureCheck: String, Sendable, CaseIterable {
    /// Anything.
    case none
    /// It shows something.
    case blank
    /// It is not much darker, brighter, flatter or less sharp than all references.
    case references

    /// What holds for products that do not say it.
    public static let standard = PictureCheck.references
}

/// Which inspected pictures are kept with their results.
public enum KeepImages: String, Sendable, CaseIterable {
    /// No picture.
    case none
    /// Pictures whose verdict is "not ok".
    case notOk
    /// Every picture.
    case all
}

/// What must hold of a stored product before it is written: both conditions, where both are given.
public struct ProductPrecondition: Sendable, Equatable {
    /// Products that a condition speaks of.
    public enum Match: Sendable, Equatable {
        /// Whatever is stored (`*`).
        case any
        /// One of these revisions.
        case revisions([Int])
    }

    /// The stored product must be one of these (`If-Match`, RFC 9110, section 13.1.1).
    public var match: Match?
    /// The stored product must be none of these (`If-None-Match`, section 13.1.2).
    public var noneMatch: Match?

    /// Makes a precondition from its parts.
    public init(match: Match? = nil, noneMatch: Match? = nil) {
        self.match = match
        self.noneMatch = noneMatch
    }

    /// Nothing: the last writer wins.
    public static let none = ProductPrecondition()
    /// The product does not exist.
    public static let absent = ProductPrecondition(noneMatch: .any)

    /// The product exists with this revision.
    public static func revision(_ revision: Int) -> ProductPrecondition {
        ProductPrecondition(match: .revisions([revision]))
    }

    /// Compares with a stored revision.
    ///
    /// - Parameter revision: `nil` where there is no product.
    /// - Throws: `.revisionMismatch`, with the revision demanded where it is a single one.
    public func check(_ revision: Int?) throws(StorageError) {
        if let match, !match.holds(revision) {
            throw StorageError(
                .revisionMismatch, "If-Match: the product was changed since it was read",
                expected: match.onlyRevision, found: revision)
        }
        if let noneMatch, noneMatch.holds(revision) {
            throw StorageError(.revisionMismatch, "If-None-Match: the product exists already", found: revision)
        }
    }
}

extension ProductPrecondition.Match {
    fileprivate func holds(_ revision: Int?) -> Bool {
        guard let revision else { return false }
        return switch self {
        case .any: true
        case .revisions(let revisions): revisions.contains(revision)
        }
    }

    fileprivate var onlyRevision: Int? {
        if case .revisions(let revisions) = self, revisions.count == 1 { revisions[0] } else { nil }
    }
}

/// Outcome of writing a product.
public struct ProductWrite: Sendable, Equatable {
    /// The product as it is stored now.
    public let product: ProductRecord
    /// Whether it did not exist before.
    public let isNew: Bool
}
