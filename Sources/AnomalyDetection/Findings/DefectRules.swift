/// From scores to decisions: everything that can change without touching the model.
public struct DefectRules: Sendable, Equatable {
    /// Scores from here on are not ok (0…1).
    public var threshold: Float
    /// Scores from here on, and below ``threshold``, leave the decision to people (above 0, up to 1); nil leaves none to them.
    public var reviewThreshold: Float?
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
        threshold: Float = Self.defaultThreshold, reviewThreshold: Float? = nil, mapThreshold: Float? = nil,
        minimumAreaFraction: Double = 1e-4,
        contourTolerance: Double = 1
    ) {
        self.threshold = threshold
        self.reviewThreshold = reviewThreshold
        self.mapThreshold = mapThreshold ?? threshold
        self.minimumAreaFraction = minimumAreaFraction
        self.contourTolerance = contourTolerance
    }

    /// Whether a score leaves the decision to people.
    public func leavesToPeople(_ score: Float) -> Bool {
        score < threshold && reviewThreshold.map { score >= $0 } ?? false
    }

    /// What map values of a part with this score are compared with.
    ///
    /// Where people are to decide, that is as much lower as the scores that they are asked about, by half at most: at the other
    /// threshold there would be nothing for them to look at.
    public func mapThreshold(for score: Float) -> Float {
        guard leavesToPeople(score), let reviewThreshold else { return mapThreshold }
        return mapThreshold * max(0.5, reviewThreshold / threshold)
    }
}
