public import AnomalyDetection
public import ArgumentParser  // public, because conformances of public types are

extension InspectionMode: ExpressibleByArgument {}
extension MapOptions.StageCombination: ExpressibleByArgument {}
extension MapOptions.MapCombination: ExpressibleByArgument {}
extension MapRefinement: ExpressibleByArgument {}
extension PictureCheck: ExpressibleByArgument {}

/// Names of the image score rules.
enum ScoreRuleName: String, CaseIterable, ExpressibleByArgument {
    case paper, max, top3, global

    var rule: ImageScoreRule {
        switch self {
        case .paper: .paper
        case .max: .mapMaximum
        case .top3: .topThree
        case .global: .global
        }
    }
}

/// Names of the ways to compare with references.
enum ReferenceMatchingName: String, CaseIterable, ExpressibleByArgument {
    case nearest
    case samePosition = "same-position"

    var matching: MapOptions.ReferenceMatching { self == .nearest ? .nearest : .samePosition }
}

/// How a picture's maps become a decision; the defaults are the paper's formulas.
struct FormulaArguments: ParsableArguments {
    @Option(help: "multitype tells defect types apart; binary only says where something is wrong.")
    var mode: InspectionMode = .multitype

    @Option(help: ArgumentHelp("Scores from here on are not ok.", valueName: "score"))
    var threshold: Float = DefectRules.defaultThreshold

    @Option(
        help: ArgumentHelp(
            "Scores from here on, and below --threshold, are undecidable: somebody must look; by default none.",
            valueName: "score"))
    var reviewThreshold: Float?

    @Option(
        help: ArgumentHelp(
            "Side in pixels that the network sees, a multiple of its patch size; by default the adapter's.",
            valueName: "n"))
    var imageSize: Int?

    @Option(help: "Image score: mean of global score and map maximum, either alone, or the mean of the top three.")
    var scoreRule: ScoreRuleName = .paper

    @Option(help: "How the stages' maps are joined.")
    var stageCombination: MapOptions.StageCombination = .mean

    @Option(help: "Reference patches a patch is compared with: the nearest of all, or those at its own place.")
    var referenceMatching: ReferenceMatchingName = .nearest

    @Option(help: "How text map and reference map are joined; reference takes the reference map alone.")
    var mapCombination: MapOptions.MapCombination = .mean

    @Option(
        help: ArgumentHelp(
            "What is done to maps before places are marked: guided gives them the picture's edges, places gives every place one defect type, guided-places does both; by default what the adapter says.",
            valueName: "none|guided|places|guided-places"))
    var refinement: MapRefinement?

    @Option(
        help: ArgumentHelp(
            "Pictures that are not judged: those that show nothing (blank), also those that look unlike all references, or none.",
            valueName: "none|blank|references"))
    var pictureCheck: PictureCheck = .references

    func validate() throws {
        guard threshold.isFinite, threshold > 0 else {
            throw ValidationError("expected --threshold above 0, found \(threshold)")
        }
        if let reviewThreshold, !(reviewThreshold > 0 && reviewThreshold < threshold) {
            throw ValidationError(
                "expected --review-threshold above 0 and below --threshold, \(threshold), found \(reviewThreshold)")
        }
        if let imageSize, imageSize < 1 {
            throw ValidationError("expected --image-size of 1 or more, found \(imageSize)")
        }
    }

    /// What decides and is marked.
    var rules: DefectRules { DefectRules(threshold: threshold, reviewThreshold: reviewThreshold) }

    /// The engine's form of the options.
    var mapOptions: MapOptions {
        MapOptions(
            stageCombination: stageCombination, referenceMatching: referenceMatching.matching,
            mapCombination: mapCombination, imageScore: scoreRule.rule)
    }
}
