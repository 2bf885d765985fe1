import Tensors

/// How the focal and Dice terms of the stages become one number to minimise.
///
/// Focal (Lin et al. 2017, γ = 2, no class weights): mean over all pixels of −(1 − u)²·ln u. Dice (binary): per picture
/// D = (2·Σ p·t + 1)/(Σ p + Σ t + 1) with the target t = k·g, g marking defect pixels; the term is 1 − the mean of D. With
/// k = 5, as the released MultiADS programs have it, D reaches 10/6, so the term may be as low as −⅔.
public struct SegmentationLoss: Sendable, Equatable {
    /// The published combinations.
    public enum Variant: String, Sendable, CaseIterable {
        /// Σ over stages of focal + Dice: Eq. 2 of the MultiADS paper, and its first released program.
        case paper
        /// Half the mean over stages of focal + Dice: the later released program; the former divided by twice the stages.
        case averaged
        /// Σ over stages of focal alone: the released multi-type training program.
        case focal
        /// Σ over stages of focal + Dice with k = 1: April-GAN.
        case plainDice = "plain-dice"
    }

    /// Which combination.
    public let variant: Variant

    /// Takes a published combination.
    public init(_ variant: Variant = .paper) { self.variant = variant }

    /// k in t = k·g.
    var diceTarget: Double { variant == .plainDice ? 1 : 5 }
    var usesDice: Bool { variant != .focal }

    /// Factor of every stage's terms.
    func scale(stages: Int) -> Double { variant == .averaged ? 1 / Double(2 * stages) : 1 }

    /// Dice's D of one picture and stage and its derivatives by area and overlap.
    func dice(
        _ sums: UpsampledSegmentationLoss.Sums, foreground: Int
    ) -> (value: Double, byArea: Double, byOverlap: Double) {
        let numerator = 2 * diceTarget * sums.overlap + 1
        let denominator = sums.area + diceTarget * Double(foreground) + 1
        return (numerator / denominator, -numerator / (denominator * denominator), 2 * diceTarget / denominator)
    }
}

/// The terms of one stage, or of several averaged.
public struct LossTerms: Sendable, Equatable {
    /// Focal term, at least 0.
    public var focal = 0.0
    /// Dice term, −⅔…1; 0 where the variant has none.
    public var dice = 0.0

    /// No loss.
    public init() {}
}
