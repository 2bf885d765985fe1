/// From scores to decisions: everything that can change without touching the model.
public struct DefectRules: Sendable, Equatable {
    /// Scores from here on are not ok (0…1).
    public var threshold: Float
    /// Pixels of a part that is not ok belong to a defect when their map value reaches this (0…1).
    public var mapThreshold: Float
    /// Regions smaller than this part of the picture are dropped as noise (0…1).
    public var minimumAreaFraction: Double
    /// Largest distance in pixels between a region's border and its simplified contour.
    public var contourTolerance: Double

    /// The threshold a product has until it is given or calibrated another.
    public static let defaultThreshold: Float = 0.5

    /// Makes rules; the defaults suit parts that fill most of the picture, and the map's threshold is the score's.
    public init(
        threshold: Float = Self.defaultThreshold, mapThreshold: Float? = nil, minimumAreaFraction: Double = 1e-4,
        contourTolerance: Double = 1
    ) {
        self.threshold = threshold
        self.mapThreshold = mapThreshold ?? threshold
        self.minimumAreaFraction = minimumAreaFraction
        self.contourTolerance = contourTolerance
    }
}
