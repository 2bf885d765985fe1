/// The choices that published descriptions and released programs of MultiADS make differently.
///
/// The defaults are the paper's formulas where it gives them, with means over stages so that every map stays in a fixed
/// range; the others reproduce published tables.
public struct MapOptions: Sendable, Equatable {
    /// How the stages' maps become one.
    public enum StageCombination: String, Sendable, CaseIterable, Codable {
        /// Arithmetic mean (paper, Eq. 3 and 4): probabilities stay in 0…1.
        case mean
        /// Plain sum: the mean times the number of stages; same ranking.
        case sum
    }

    /// Which reference patches a query patch is compared with.
    public enum ReferenceMatching: String, Sendable, CaseIterable {
        /// The nearest of all patches of all references.
        case nearest
        /// The patch at the same place of each reference, nearest reference (paper, Eq. 5).
        case samePosition
    }

    /// How the text map and the reference map are joined.
    public enum MapCombination: String, Sendable, CaseIterable, Codable {
        /// ½ (text map + reference map), the paper's formula.
        case mean
        /// Text map + reference map.
        case sum
        /// The reference map alone, as methods without texts decide (PatchCore, Roth et al. 2022); the text map where there are no references.
        case reference
    }

    /// How the stages' maps become one.
    public var stageCombination: StageCombination
    /// Which reference patches a query patch is compared with.
    public var referenceMatching: ReferenceMatching
    /// How the text map and the reference map are joined.
    public var mapCombination: MapCombination
    /// Where the image score comes from.
    public var imageScore: ImageScoreRule

    /// The paper's formulas unless told otherwise.
    public init(
        stageCombination: StageCombination = .mean, referenceMatching: ReferenceMatching = .nearest,
        mapCombination: MapCombination = .mean, imageScore: ImageScoreRule = .paper
    ) {
        self.stageCombination = stageCombination
        self.referenceMatching = referenceMatching
        self.mapCombination = mapCombination
        self.imageScore = imageScore
    }
}
