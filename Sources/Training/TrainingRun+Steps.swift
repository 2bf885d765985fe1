import AnomalyDetection
import CLIP
import Checkpoints
import Datasets
import Tensors

extension TrainingRun {
    /// Positions of the pictures of one batch.
    ///
    /// - Parameters:
    ///   - prepared: The pictures.
    ///   - epoch: From 1.
    ///   - index: Of the step within the epoch, from 0.
    /// - Returns: Up to ``TrainingOptions/batchSize`` positions; the last batch of an epoch may be smaller.
    func batch(_ prepared: PreparedPictures, epoch: Int, index: Int) -> ArraySlice<Int> {
        var generator = SplitMix64(seed: options.seed, .order, epoch)
        return generator.permutation(prepared.pictures.count).dropFirst(index * options.batchSize)
            .prefix(options.batchSize)
    }

    /// Takes one step.
    func step(
        _ prepared: PreparedPictures, _ optimizer: AdapterOptimizer, epoch: Int, index: Int
    ) throws(TrainingError) -> LossTerms {
        var examples: [TrainingExample] = []
        for picture in batch(prepared, epoch: epoch, index: index) {
            guard let product = states[prepared.pictures[picture].sample.product] else { continue }
            examples.append(try prepared.example(picture, epoch: epoch, states: product, options: options))
        }
        do {
            return try optimizer.step(examples)
        } catch {
            throw TrainingError(error.code, "epoch \(epoch), step \(index + 1): \(error.description)")
        }
    }

    /// Writes what an epoch gave.
    func finish(
        _ epoch: Int, _ weights: AdapterWeights, _ history: LossHistory, _ prepared: PreparedPictures,
        _ folder: TrainingFolder, _ report: (TrainingEvent) -> Void
    ) throws(TrainingError) {
        guard let mean = history.mean(epoch: epoch) else { return }
        var metadata = ownMetadata
        metadata.merge([
            "engine": engine, "epoch": "\(epoch)", "steps": "\(history.terms.count)",
            "pictures": "\(prepared.pictures.count)", "loss_mean": "\(Float(mean.total))",
            "focal_mean": "\(Float(mean.terms.focal))",
        ]) { _, new in new }
        if options.loss.usesDice { metadata["dice_mean"] = "\(Float(mean.terms.dice))" }
        metadata["map_refinement"] = start?.metadata["map_refinement"]
        try folder.write(weights, metadata: metadata, epoch: epoch, history: history)
        report(
            .epoch(
                TrainingEvent.EpochReport(
                    epoch: epoch, epochs: options.epochs, loss: mean.total, terms: mean.terms,
                    file: folder.adapter(epoch: epoch))))
    }

    /// What the adapters of every epoch record alike, and those of other trainings do not.
    var ownMetadata: [String: String] {
        var metadata = [
            "source_dataset": set.dataset.knowledge.name == KnowledgeBase.generalDataset
                ? lastComponent(set.dataset.root) : set.dataset.knowledge.name,
            "stages": encoder.stages.map(String.init).joined(separator: ","),
            "activation": encoder.clip.configuration.activation.rawValue,
            "image_side": "\(encoder.side)", "defect_types": set.types.joined(separator: ","),
            "precision": encoder.clip.arithmetic.precision.rawValue, "model": encoder.clip.digest,
            "loss": options.loss.variant.rawValue, "seed": "\(options.seed)", "batch_size": "\(options.batchSize)",
            "learning_rate": "\(options.learningRate)", "mosaic_rate": "\(options.mosaicRate)",
            "ground_truth": options.groundTruth.rawValue,
        ]
        if let start { metadata["started_from"] = start.digest }
        return metadata
    }

    func history(_ losses: [SIMD2<Float>], _ stepsPerEpoch: Int) -> LossHistory {
        LossHistory(terms: losses, stepsPerEpoch: stepsPerEpoch, loss: options.loss, stages: encoder.stages.count)
    }

    /// The optimiser of a saved state, whose losses go to `losses`, or a new one.
    func optimizer(
        _ folder: TrainingFolder, _ identity: TrainingIdentity, _ losses: inout [SIMD2<Float>]
    ) throws(TrainingError) -> AdapterOptimizer {
        let saved = try savedState(folder, identity)
        losses = saved?.losses ?? []
        let weights =
            saved?.weights ?? start.map(AdapterWeights.init)
            ?? AdapterWeights(
                stages: encoder.stages.count, width: encoder.width, embedDim: encoder.clip.configuration.embedDim,
                seed: options.seed)
        return AdapterOptimizer(
            weights: weights, moments: saved.map { ($0.mean, $0.square) }, stepCount: losses.count,
            gridSize: encoder.gridSize, learningRate: options.learningRate, loss: options.loss, threads: threads)
    }

    /// The saved state, or nil when there is none.
    func savedState(
        _ folder: TrainingFolder, _ identity: TrainingIdentity
    ) throws(TrainingError) -> TrainingState? {
        try TrainingState.load(
            folder.state, identity: identity, stages: encoder.stages.count, width: encoder.width,
            embedDim: encoder.clip.configuration.embedDim)
    }

    /// What a saved state must agree with; `pictures` is their digest once they were read.
    func identity(pictures: String?) -> TrainingIdentity {
        let texts = set.products.flatMap { product in
            (states[product.name]?.matrix.values ?? []).flatMap { value in
                withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
            }
        }
        var values = [
            "model": encoder.clip.digest, "activation": encoder.clip.configuration.activation.rawValue,
            "precision": encoder.clip.arithmetic.precision.rawValue,
            "matrix_engine": encoder.clip.arithmetic.engine.rawValue, "threads": threadCounts,
            "stages": encoder.stages.map(String.init).joined(separator: ","), "image_side": "\(encoder.side)",
            "start": start?.digest ?? "random", "states": SHA256Digest.of(texts).hex,
            "seed": "\(options.seed)", "batch_size": "\(options.batchSize)",
            "learning_rate": "\(options.learningRate)", "loss": options.loss.variant.rawValue,
            "ground_truth": options.groundTruth.rawValue, "mosaic_rate": "\(options.mosaicRate)",
        ]
        values["pictures"] = pictures
        return TrainingIdentity(values: values)
    }

    /// The tower's workers, and those of the gradients where they are others.
    private var threadCounts: String {
        let (tower, gradients) = (encoder.threadCount, threads.count)
        return tower == gradients ? "\(tower)" : "\(tower) and \(gradients)"
    }

    /// Refuses adapters of another model, other stages or another side; those that record nothing are taken.
    static func check(_ adapter: Adapter, _ encoder: FeatureEncoder) throws(TrainingError) {
        let vision = encoder.clip.configuration.vision
        let expected = [encoder.clip.configuration.embedDim, vision.width]
        let recorded: [(name: String, expected: String, found: String?)] = [
            ("model", encoder.clip.digest, adapter.metadata["model"]),
            ("stages", "\(encoder.stages)", adapter.stages.map { "\($0)" }),
            ("image side", "\(encoder.side)", adapter.metadata["image_side"]),
            ("activation", encoder.clip.configuration.activation.rawValue, adapter.metadata["activation"]),
        ]
        guard adapter.weights.count == encoder.stages.count, adapter.weights.allSatisfy({ $0.shape == expected }) else {
            throw TrainingError(
                .badAdapter,
                "adapters to start from: expected \(encoder.stages.count) maps of shape \(expected), found "
                    + "\(adapter.weights.count) of \(adapter.weights[0].shape)")
        }
        if let wrong = recorded.first(where: { $0.found != nil && $0.found != $0.expected }) {
            throw TrainingError(
                .badAdapter,
                "adapters to start from: expected \(wrong.name) \(wrong.expected), found \(wrong.found ?? "none")")
        }
    }

    private func lastComponent(_ path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }
}
