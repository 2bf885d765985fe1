public import ArgumentParser  // public, because the conformance of a public type is
public import Training

extension SegmentationLoss.Variant: ExpressibleByArgument {}
extension GroundTruthRule: ExpressibleByArgument {}

/// Where a training starts and what it leaves behind.
struct TrainFilesArguments: ParsableArguments {
    @Option(help: ArgumentHelp("Folder for the adapters, the loss curve and the saved state.", valueName: "dir"))
    var out: String

    @Flag(help: "Go on with the training that was begun in --out; start it when there is none.")
    var resume = false

    @Option(
        help: ArgumentHelp(
            "Adapters to start from instead of random ones; `model` takes those of the model itself.", valueName: "file"
        ),
        completion: .file(extensions: ["safetensors"]))
    var fromAdapter: String?

    @Option(
        help: ArgumentHelp(
            "Folder for the features of the pictures, which several trainings may share; by default inside --out, and "
                + "removed in the end.", valueName: "dir"))
    var featureCache: String?

    @Option(
        help: ArgumentHelp(
            "Most disk space for features; pictures beyond it are encoded anew in every epoch.", valueName: "size"))
    var featureCacheLimit = ByteCount(20_000_000_000)

    @Option(help: ArgumentHelp("Seconds between saved states; one more is saved after each epoch.", valueName: "s"))
    var saveEvery = 60.0

    @Flag(help: "Leave out and count pictures and masks that cannot be used, instead of ending at the first.")
    var skipBad = false

    @Flag(help: "Neither read nor write the cache of text embeddings.")
    var noCache = false
}

/// How adapters are trained.
struct TrainMethodArguments: ParsableArguments {
    @Option(help: "Passes over the pictures.")
    var epochs = 10

    @Option(help: ArgumentHelp("Pictures per step.", valueName: "n"))
    var batchSize = 8

    @Option(help: ArgumentHelp("Adam's step length.", valueName: "rate"))
    var learningRate = 0.001

    @Option(
        help: ArgumentHelp(
            "What is minimised: paper (sum over stages of focal + Dice), averaged (half its mean over stages), focal (no "
                + "Dice), plain-dice (Dice without the factor 5, as in April-GAN).", valueName: "variant"))
    var loss = SegmentationLoss.Variant.paper

    @Option(
        help: ArgumentHelp(
            "How masks are resized: coverage (area, cut at one half), nearest (labels by nearest pixel), nearest-dilated "
                + "(and marks wherever the mask reaches).", valueName: "rule"))
    var masks = GroundTruthRule.coverage

    @Option(help: ArgumentHelp("Share of pictures replaced by a 2×2 mosaic of the same product.", valueName: "0…1"))
    var mosaicRate = 0.2

    @Option(help: ArgumentHelp("Start of everything that is drawn at random.", valueName: "n"))
    var seed: UInt64 = 1

    @Option(
        help: ArgumentHelp(
            "Side that pictures are squashed to; by default that of the adapters started from, 518 for patches of 14 "
                + "pixels as in the paper, else the model's own.", valueName: "px"))
    var imageSize: Int?

    @Option(help: ArgumentHelp("Products to train on; by default all of the dataset.", valueName: "list"))
    var products: NameList?
}
