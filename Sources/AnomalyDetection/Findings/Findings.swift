public import Images

/// The decision about one part, in the terms of OPC 40001-101.
public enum Verdict: String, Sendable, Codable, CaseIterable {
    /// The score lies below the thresholds.
    case ok
    /// The score reaches the threshold.
    case notOk
    /// No decision could be made.
    case undecidable

    /// As people are told: in an overlay, on the terminal.
    public var words: String {
        switch self {
        case .ok: "OK"
        case .notOk: "NOT OK"
        case .undecidable: "UNDECIDABLE"
        }
    }
}

/// What an inspection distinguishes.
public enum InspectionMode: String, Sendable, Codable, CaseIterable {
    /// Defects by type, one mask each.
    case multitype
    /// Defective or not, one mask of type ``Findings/binaryType``.
    case binary
}

/// A defect type that a region may be of.
public struct RankedType: Sendable, Equatable {
    /// Name of the defect type.
    public let type: String
    /// Mean probability of the type over the region's pixels (0…1).
    public let score: Float
}

/// All regions of one defect type found on a part, in the pixels of the picture that was sent.
public struct Defect: Sendable, Equatable {
    /// Name of the defect type.
    public let type: String
    /// Largest probability of this type among its pixels (0…1).
    public let score: Float
    /// Marked where the type was found; the union of ``regions``.
    public let mask: RunMask
    /// 8-connected regions, largest first; `peak` is the largest value of the deciding map.
    public let regions: [Region]
    /// What each of ``regions`` may be, in their order: defect types by falling ``RankedType/score``, this defect's first.
    public let rankedTypes: [[RankedType]]

    /// Number of marked pixels.
    public var areaPixels: Int { regions.reduce(0) { $0 + $1.areaPixels } }
    /// ``areaPixels`` relative to the whole picture (0…1).
    public var areaFraction: Double { Double(areaPixels) / Double(mask.width * mask.height) }
}

/// What was decided about one picture and where.
public struct Findings: Sendable {
    /// Name of the only defect type in binary mode.
    public static let binaryType = "defect"

    /// The decision.
    public let verdict: Verdict
    /// The image score that was compared with the threshold.
    public let score: Float
    /// The score's threshold.
    public let threshold: Float
    /// From which score on, below the threshold, the decision is left to people; nil where it never is.
    public let reviewThreshold: Float?
    /// What the map's values were compared with.
    public let mapThreshold: Float
    /// What makes the part not ok, or people look at it, the highest score first.
    ///
    /// Empty for an ok part and a picture that was not judged, and when only the global score, not any place, reached the
    /// threshold.
    public let defects: [Defect]
    /// Why no decision could be made; empty for a decided part.
    public let faults: [PictureFault]

    /// Whether the score says something about the part, be it that people must decide.
    public var isJudged: Bool { faults.allSatisfy { $0.kind == .closeToThreshold } }
}
