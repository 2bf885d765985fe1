import AnomalyDetection
import ArgumentParser
import CLIP
import Checkpoints
import Datasets
import Foundation
import Tensors
import Training

/// `multiads train`: adapters from a dataset with defects.
struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train the adapters of a model on a dataset with defects.",
        discussion: """
            On synthetic pictures, for the bundled model:
              multiads synth ./parts --seed 7
              multiads train ./parts --out ./trained
              multiads inspect part.png --adapter ./trained/adapter.safetensors

            As in the paper, on MVTec AD with a ViT-L-14-336:
              multiads train ./mvtec --dataset mvtec-ad --model ./vit-l-14-336 --activation gelu --out ./trained

            The pictures of the dataset's test folders are used: only they show defects. The model itself stays as it is; \
            its features are computed once and kept on disk, except those of mosaics, which are drawn anew every time.

            An interrupted training goes on with --resume, and with the same --threads gives the same adapters, bit for \
            bit. Adapters are written after every epoch, with loss.csv and loss.svg.

            Exit codes: 0 trained, 1 something is wrong, 64 the command line is wrong, 130 or 143 stopped by a signal.
            """)

    @OptionGroup(title: "Dataset") var dataset: DatasetArguments
    @OptionGroup(title: "Files") var files: TrainFilesArguments
    @OptionGroup(title: "Method") var method: TrainMethodArguments
    @OptionGroup(title: "Model") var tower: TowerArguments

    func validate() throws {
        guard files.saveEvery > 0, files.saveEvery <= 1e9 else {
            throw ValidationError("expected --save-every above 0, at most 1e9, found \(files.saveEvery)")
        }
        guard !files.out.isEmpty, files.featureCache != "" else {
            throw ValidationError("expected the name of a folder for --out and --feature-cache, found an empty one")
        }
        do { try options.validate() } catch { throw ValidationError(error.description) }
    }

    func run() throws {
        try Self.reporting {
            let progress = ProgressReporter()
            let signals = ShutdownSignals()
            let knowledge = try dataset.knowledge()
            let set = try TrainingSet(
                try dataset.open(knowledge), products: method.products?.names, skipsUnknown: files.skipBad)
            let report = TrainReport(progress: progress, output: .standardOutput)
            report.describe(set)

            let (encoder, start) = try model(progress)
            let states = try texts(set, knowledge, encoder, progress)
            let run = try TrainingRun(
                set, encoder: encoder, states: states, start: start, options: options,
                threads: tower.computeThreads, engine: Version.text, now: Stopwatch.uptime)
            let folder = TrainingFolder(files.out)
            try OutputFile.makeFolder(folder.path)
            let features = files.featureCache ?? folder.features
            try OutputFile.makeFolder(features)
            // From here a signal lets the step end and the state be saved; before, nothing would be lost.
            let outcome = try run.run(
                in: folder, features: features, resumes: files.resume, shouldStop: { signals.received != nil }
            ) { event in
                if case .step = event { signals.beginServing() }
                report.show(event)
            }
            progress.finish()
            if outcome.isInterrupted {
                report.interrupted(outcome, folder)
                throw ExitCode(128 + (signals.received ?? SIGINT))
            }
            if files.featureCache == nil { run.removeFeatures(from: features) }
            report.finished(outcome, folder, model: tower.model, arithmetic: encoder.clip.arithmetic)
        }
    }

    private var options: TrainingOptions {
        var options = TrainingOptions()
        options.epochs = method.epochs
        options.batchSize = method.batchSize
        options.learningRate = method.learningRate
        options.loss = SegmentationLoss(method.loss)
        options.groundTruth = method.masks
        options.mosaicRate = method.mosaicRate
        options.seed = method.seed
        options.skipsBad = files.skipBad
        options.featureBytes = files.featureCacheLimit.bytes
        options.savePeriod = .seconds(files.saveEvery)
        return options
    }

    /// The frozen model and the adapters to start from.
    private func model(_ progress: ProgressReporter) throws -> (FeatureEncoder, Adapter?) {
        let location = try ModelLocation(folder: tower.model).files()
        let region: (bytes: ByteRegion, name: String)?
        switch files.fromAdapter {
        case nil: region = nil
        case "model"?:
            guard let own = try location.region(InspectionModel.adapterFileName) else {
                throw CommandFailure("\(location.name): expected \(InspectionModel.adapterFileName), found none")
            }
            region = (own, InspectionModel.adapterFileName)
        case let path?: region = (try ByteRegion.map(path: path), path)
        }
        let source = try region.map { try CheckpointFile.open(region: $0.bytes, name: $0.name) }
        let recorded = source?.metadata ?? [:]
        let clip = try CLIPModel.load(
            location, activation: tower.activation ?? recorded["activation"].flatMap { .init(rawValue: $0) },
            arithmetic: try tower.arithmetic.resolve(for: location), threads: tower.computeThreads
        ) { progress.step($0) }
        let vision = clip.configuration.vision
        var start: Adapter?
        if let source, let region {
            start = try Adapter(
                source: source, digest: SHA256Digest.of(region.bytes).hex, width: vision.width,
                embedDim: clip.configuration.embedDim)
        }
        let side =
            method.imageSize ?? recorded["image_side"].flatMap { Int($0) }
            ?? (vision.patchSize == 14 ? 518 : vision.imageSize)
        return (
            try FeatureEncoder(clip: clip, stages: tower.stages?.blocks ?? start?.stages, side: side), start
        )
    }

    /// Text embeddings of every product, all types of the set in each.
    private func texts(
        _ set: TrainingSet, _ knowledge: KnowledgeBase, _ encoder: FeatureEncoder, _ progress: ProgressReporter
    ) throws -> [String: StateEmbeddings] {
        let folder =
            files.noCache ? nil : TextEmbeddingCache.defaultFolder(environment: ProcessInfo.processInfo.environment)
        let cache = folder.map { TextEmbeddingCache(folder: $0, modelKey: encoder.clip.textKey) }
        let types = set.dataset.knowledge.defectTypes.filter { set.types.contains($0.name) }
        var states: [String: StateEmbeddings] = [:]
        for product in set.products {
            progress.step("encoding prompts of \(product.noun)")
            let ensemble = try knowledge.promptEnsemble(
                noun: product.noun, defectTypes: types, dataset: set.dataset.knowledge)
            states[product.name] = try ProductPrompts.embeddings(
                of: ensemble, clip: encoder.clip, cache: cache, progress: progress)
        }
        return states
    }
}
