public import AnomalyDetection
import Datasets
public import Tensors

/// Trains the adapters of a frozen model on a dataset.
///
/// A run that was interrupted at any moment, even by `kill -9`, gives the same files bit for bit when it is resumed on the
/// same machine with the same number of threads: nothing is drawn from a sequence that could get out of step, and the
/// state (maps, moments, losses) is saved atomically.
public struct TrainingRun {
    let set: TrainingSet
    let encoder: FeatureEncoder
    let states: [String: StateEmbeddings]
    let start: Adapter?
    let options: TrainingOptions
    let threads: ComputeThreads
    let engine: String
    let now: () -> Duration

    /// What a run leaves behind.
    public struct Outcome: Sendable, Equatable {
        /// Steps taken in all, those before an interruption included.
        public let steps: Int
        /// Whether it was asked to stop before the last step.
        public let isInterrupted: Bool
        /// Pictures left out as unusable.
        public let skipped: Int
        /// Maps with their names in files.
        public let adapter: [String: Tensor]

        init(steps: Int, isInterrupted: Bool, skipped: Int, weights: AdapterWeights) {
            self.steps = steps
            self.isInterrupted = isInterrupted
            self.skipped = skipped
            adapter = Dictionary(uniqueKeysWithValues: weights.tensors.map { ($0.name, $0.tensor) })
        }

        /// Equal to the last bit of every map.
        public static func == (a: Outcome, b: Outcome) -> Bool {
            a.steps == b.steps && a.isInterrupted == b.isInterrupted && a.skipped == b.skipped
                && a.adapter.mapValues(\.values) == b.adapter.mapValues(\.values)
        }
    }

    /// Prepares a run.
    ///
    /// - Parameters:
    ///   - set: The pictures.
    ///   - encoder: The frozen tower.
    ///   - states: Text embeddings of every product by its name, all with ``TrainingSet/types`` in order.
    ///   - start: Adapters to continue from; nil for random ones.
    ///   - options: How to train.
    ///   - threads: Workers for the gradients; the tower has its own.
    ///   - engine: Name and version of this program, for the adapters' metadata.
    ///   - now: Monotonic time, for the period between saved states.
    /// - Throws: ``TrainingError``: `.badOption`, `.badAdapter`, `.unknownType` when a product lacks states.
    public init(
        _ set: TrainingSet, encoder: FeatureEncoder, states: [String: StateEmbeddings], start: Adapter? = nil,
        options: TrainingOptions, threads: ComputeThreads, engine: String, now: @escaping () -> Duration
    ) throws(TrainingError) {
        try options.validate()
        for product in set.products {
            let found = states[product.name]?.states.dropFirst().map { $0 }
            guard found == set.types else {
                throw TrainingError(
                    .unknownType,
                    "\(product.name): expected texts of the types \(set.types.joined(separator: ", ")), found "
                        + (found?.joined(separator: ", ") ?? "none"))
            }
        }
        if let start { try Self.check(start, encoder) }
        self.set = set
        self.encoder = encoder
        self.states = states
        self.start = start
        self.options = options
        self.threads = threads
        self.engine = engine
        self.now = now
    }

    /// Trains.
    ///
    /// - Parameters:
    ///   - folder: Where results go; must exist.
    ///   - features: Where features are kept; its parent must exist.
    ///   - resumes: Goes on from a saved state in the folder, or starts when there is none; without it a folder with a
    ///     saved state is refused, and with or without it one with results of something else.
    ///   - shouldStop: Asked between steps; true saves the state and ends.
    ///   - report: Told what is being done.
    /// - Returns: What was reached.
    /// - Throws: ``TrainingError``; a saved state stays as it was last saved.
    public func run(
        in folder: TrainingFolder, features: String, resumes: Bool = false, shouldStop: () -> Bool = { false },
        report: (TrainingEvent) -> Void = { _ in }
    ) throws(TrainingError) -> Outcome {
        let claim = try folder.claim()
        defer { withExtendedLifetime(claim) {} }
        if !resumes { try folder.checkUnused(epochs: options.epochs) }
        // Differences that are known already must not cost hours of encoding first, nor must a training that is finished.
        let saved = try savedState(folder, identity(pictures: nil))
        if let saved, folder.holdsAdapters(epoch: options.epochs, steps: saved.losses.count) {
            return Outcome(steps: saved.losses.count, isInterrupted: false, skipped: 0, weights: saved.weights)
        }
        if saved == nil { try folder.checkUnused(epochs: options.epochs, except: ownMetadata) }
        if saved != nil, let done = folder.adaptersEpoch, done > options.epochs { throw tooFewEpochs(folder, done) }
        let store = try FeatureStore(folder: features, encoder: encoder)
        let prepared = try PreparedPictures(
            set, encoder: encoder, store: store, options: options, threads: threads, report: report)
        let identity = identity(pictures: prepared.digest)
        var losses: [SIMD2<Float>] = []
        let optimizer = try optimizer(folder, identity, &losses)
        let stepsPerEpoch = (prepared.pictures.count + options.batchSize - 1) / options.batchSize
        let steps = stepsPerEpoch * options.epochs
        // Steps of an epoch that has no adapters yet count as well.
        guard losses.count <= steps else {
            throw tooFewEpochs(folder, (losses.count + stepsPerEpoch - 1) / stepsPerEpoch)
        }
        if !losses.isEmpty { report(.resumed(steps: losses.count, epoch: losses.count / stepsPerEpoch + 1)) }

        var lastSave = now()
        func state() -> TrainingState {
            TrainingState(
                weights: optimizer.weights, mean: optimizer.adam.mean, square: optimizer.adam.square, losses: losses)
        }
        var stops = false
        while losses.count < steps, !stops {
            let (epoch, index) = (losses.count / stepsPerEpoch + 1, losses.count % stepsPerEpoch)
            let terms = try step(prepared, optimizer, epoch: epoch, index: index)
            losses.append(SIMD2(Float(terms.focal), Float(terms.dice)))
            let history = history(losses, stepsPerEpoch)
            report(
                .step(
                    TrainingEvent.StepReport(
                        step: losses.count, steps: steps, epoch: epoch,
                        pictures: batch(prepared, epoch: epoch, index: index).count,
                        loss: history.total(SIMD2(Float(terms.focal), Float(terms.dice))), terms: terms)))
            stops = shouldStop()
            let endsEpoch = index == stepsPerEpoch - 1
            if endsEpoch { try finish(epoch, optimizer.weights, history, prepared, folder, report) }
            if endsEpoch || stops || now() - lastSave >= options.savePeriod {
                try state().save(to: folder.state, identity: identity)
                lastSave = now()
            }
        }
        return Outcome(
            steps: losses.count, isInterrupted: losses.count < steps, skipped: prepared.skippedCount,
            weights: optimizer.weights)
    }

    private func tooFewEpochs(_ folder: TrainingFolder, _ begun: Int) -> TrainingError {
        TrainingError(
            .badOption,
            "\(folder.path): expected at least the \(begun) epochs that were begun, found \(options.epochs); adapters of "
                + "earlier epochs are in files of their own")
    }

    /// Removes the features that runs like this one kept in a folder, and the folder unless something else is in it.
    public func removeFeatures(from folder: String) {
        (try? FeatureStore(folder: folder, encoder: encoder))?.removeAll(parent: folder)
    }
}
