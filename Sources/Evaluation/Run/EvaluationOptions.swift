public import AnomalyDetection

/// What is evaluated, and by which variant of each formula.
public struct EvaluationOptions: Sendable, Equatable, Codable {
    /// Numbers of references, ascending, each once; 0 is zero-shot.
    public var shots: [Int]
    /// Draws of references for each number of shots, at least 1; zero-shot has none to draw.
    public var seeds: Int
    /// Whether the text map compares with the product's own defect types only (MultiADS-F) instead of the dataset's.
    public var filtersTypes: Bool
    /// Side that the network sees and metrics are taken at, in pixels.
    public var imageSide: Int
    /// How the image score is made.
    public var scoreRule: ScoreRule
    /// How the stages' maps are joined.
    public var stageCombination: MapOptions.StageCombination
    /// How text and reference map are joined.
    public var mapCombination: MapOptions.MapCombination
    /// Whether a patch is compared with the same place of each reference only.
    public var matchesSamePosition: Bool
    /// What is done to maps before pixels are measured; nil for what the adapter says.
    ///
    /// Image scores are those of the maps before.
    public var refinement: MapRefinement?
    /// Where the PRO curve ends.
    public var fprLimit: Double
    /// Whether pictures that cannot be used are left out and counted.
    public var skipsBadPictures: Bool
    /// Whether each class of the multi-type map is measured.
    public var measuresTypes: Bool

    /// How one score for a picture is made; unlike ``ImageScoreRule`` with the test set's range.
    public enum ScoreRule: String, Sendable, CaseIterable, Codable {
        /// ½ (global score + map maximum), the paper's formula.
        case paper
        /// Map maximum, without the global score (MultiADS-L).
        case max
        /// Mean of the map's three largest values.
        case top3
        /// Global score alone.
        case global
        /// ½ (global score + map maximum scaled to the range of the product's test pictures), for published tables.
        case normalized
    }

    /// Zero-shot by the paper's formulas.
    public init(imageSide: Int, shots: [Int] = [0]) {
        self.imageSide = imageSide
        self.shots = shots
        seeds = 1
        filtersTypes = false
        scoreRule = .paper
        stageCombination = .mean
        mapCombination = .mean
        matchesSamePosition = false
        refinement = nil
        fprLimit = PixelMetrics.fprLimit
        skipsBadPictures = false
        measuresTypes = true
    }

    /// The engine's form of the formulas.
    var mapOptions: MapOptions {
        MapOptions(
            stageCombination: stageCombination,
            referenceMatching: matchesSamePosition ? .samePosition : .nearest,
            mapCombination: mapCombination)
    }

    /// Every combination of shots and seed, in order.
    public var settings: [EvaluationSetting] {
        shots.flatMap { shots in
            (0..<(shots == 0 ? 1 : seeds)).map { EvaluationSetting(shots: shots, seed: $0) }
        }
    }
}

/// A number of references and the draw that chose them.
public struct EvaluationSetting: Sendable, Hashable, Codable {
    /// References; 0 for zero-shot.
    public let shots: Int
    /// Number of the draw, from 0.
    public let seed: Int

    /// Names a setting.
    public init(shots: Int, seed: Int) {
        self.shots = shots
        self.seed = seed
    }
}
