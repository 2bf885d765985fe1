import AnomalyDetection
public import ArgumentParser  // public, because conformances of public types are
import CLIP
import Datasets
public import Evaluation

extension EvaluationOptions.ScoreRule: ExpressibleByArgument {}

/// Numbers of references such as `1,2,4,8`.
struct ShotList: ExpressibleByArgument, Equatable {
    let shots: [Int]

    init?(argument: String) {
        let words = argument.split(separator: ",", omittingEmptySubsequences: false)
        let numbers = words.compactMap { Int($0) }
        guard numbers.count == words.count, numbers.allSatisfy({ $0 >= 0 }) else { return nil }
        shots = Set(numbers).sorted()
    }
}

/// What is measured, and by which variant of each formula.
struct EvaluateArguments: ParsableArguments {
    /// Without or with references.
    enum Mode: String, ExpressibleByArgument, CaseIterable {
        case zeroShot = "zero-shot"
        case fewShot = "few-shot"
    }

    /// Which phrases describe a defect type.
    enum Phrases: String, ExpressibleByArgument, CaseIterable {
        case detailed, single
    }

    @Option(
        help: "zero-shot, or few-shot, which measures zero-shot as well; by default few-shot when --shots is given.")
    var mode: Mode?

    @Option(help: ArgumentHelp("Numbers of references, such as 1,2,4,8.", valueName: "list"))
    var shots: ShotList?

    @Option(help: ArgumentHelp("Draws of references; tables show mean ± standard deviation over them.", valueName: "n"))
    var seeds = 1

    @Flag(help: "Compare with the product's own defect types only (MultiADS-F), not with all of the dataset.")
    var filter = false

    @Option(help: ArgumentHelp("Products to measure; by default all.", valueName: "list"))
    var products: NameList?

    @Option(help: "Phrases of each defect type: all of the knowledge base's, or one. (default: detailed)")
    var phrases: Phrases?

    @Option(
        help: "Image score: paper (½ global + ½ map maximum), max (without global score), top3, global, normalized.")
    var scoreRule = EvaluationOptions.ScoreRule.paper

    @Option(
        help: ArgumentHelp(
            "Side that the network sees and metrics are taken at; by default the adapter's.", valueName: "n"))
    var imageSize: Int?

    @Option(help: "How the stages' maps are joined.")
    var stageCombination: MapOptions.StageCombination = .mean

    @Option(help: "Reference patches a patch is compared with: the nearest of all, or those at its own place.")
    var referenceMatching: ReferenceMatchingName = .nearest

    @Option(help: "How text map and reference map are joined; reference takes the reference map alone.")
    var mapCombination: MapOptions.MapCombination = .mean

    @Option(
        help: ArgumentHelp(
            "What is done to maps before pixels are measured: guided gives them the picture's edges, places gives every place one defect type, guided-places does both; by default what the adapter says. Image scores are of the maps before.",
            valueName: "none|guided|places|guided-places"))
    var refinement: MapRefinement?

    @Option(help: ArgumentHelp("False-positive rate up to which AUPRO is taken.", valueName: "rate"))
    var fprLimit = PixelMetrics.fprLimit

    @Flag(help: "Do not measure the classes of the multi-type maps.")
    var noTypes = false

    @Flag(
        help:
            "Leave out pictures, masks and whole products that cannot be used, name and count them, instead of stopping."
    )
    var skipBad = false

    @Option(
        help: ArgumentHelp("Dataset the adapters were trained on, where their file does not say so.", valueName: "kind")
    )
    var source: DatasetKind?

    func validate() throws {
        guard (1...1000).contains(seeds) else {
            throw ValidationError("expected --seeds from 1 to 1000, found \(seeds)")
        }
        guard fprLimit > 0, fprLimit <= 1 else {
            throw ValidationError("expected --fpr-limit above 0 and at most 1, found \(fprLimit)")
        }
        if mode == .zeroShot, shots != nil {
            throw ValidationError("expected --shots with --mode few-shot only, found it with zero-shot")
        }
        if mode == .fewShot, shots == nil {
            throw ValidationError("expected --shots with --mode few-shot, such as --shots 1,2,4,8, found none")
        }
        if let shots, shots.shots.contains(0) {
            throw ValidationError(
                "expected --shots of 1 or more, found 0; zero-shot is measured in every run, or by --mode zero-shot")
        }
    }

    /// How the dataset's words are chosen, as far as options say so.
    func wording(_ source: DatasetArguments) -> EvaluationRun.Wording {
        var wording = EvaluationRun.Wording()
        wording.phrases = phrases?.rawValue
        wording.variant = source.variant
        wording.types = source.types
        wording.knowledgeFiles = source.knowledgeBase
        return wording
    }

    /// The dataset with the chosen products.
    func limited(_ dataset: Dataset) throws -> Dataset {
        try products.map { try dataset.limited(to: $0.names) } ?? dataset
    }

    /// The engine's form of the options.
    func options(_ model: InspectionModel) throws -> EvaluationOptions {
        var options = EvaluationOptions(imageSide: try model.imageSide(imageSize), shots: [0] + (shots?.shots ?? []))
        options.seeds = shots == nil ? 1 : seeds
        options.filtersTypes = filter
        options.scoreRule = scoreRule
        options.stageCombination = stageCombination
        options.mapCombination = mapCombination
        options.refinement = refinement
        options.matchesSamePosition = referenceMatching == .samePosition
        options.fprLimit = fprLimit
        options.measuresTypes = !noTypes
        options.skipsBadPictures = skipBad
        return options
    }
}
