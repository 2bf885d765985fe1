import AnomalyDetection
import Checkpoints
import Datasets
import Tensors

/// The pictures of a training set with labels in memory and features on disk, as far as these may take room.
///
/// Pictures beyond the limit, and all mosaics, are encoded when their turn comes.
struct PreparedPictures: Sendable {
    /// In the set's order, without those left out.
    let pictures: [TrainingPicture]
    /// Number of pictures left out as unusable.
    let skippedCount: Int
    private let reader: PictureReader
    private let encoder: FeatureEncoder
    private let store: FeatureStore
    private let keptDigests: Set<String>
    private let mosaics: [String: Mosaic]

    /// Reads masks, then computes the features that are not on disk yet.
    ///
    /// - Parameters:
    ///   - set: The pictures.
    ///   - encoder: The frozen tower.
    ///   - store: Where features are kept.
    ///   - options: Rule for labels, limit for features, what to do with unusable pictures.
    ///   - threads: Workers for reading masks; the tower has its own.
    ///   - report: Told what is being done.
    /// - Throws: ``TrainingError`` for the first unusable picture unless those are left out, `.noSpace`, `.badFeatures`,
    ///   `.noPictures` and `.noDefects` when too few are left.
    init(
        _ set: TrainingSet, encoder: FeatureEncoder, store: FeatureStore, options: TrainingOptions,
        threads: ComputeThreads, report: (TrainingEvent) -> Void
    ) throws(TrainingError) {
        reader = PictureReader(set: set, rule: options.groundTruth, side: encoder.side)
        self.encoder = encoder
        self.store = store
        let read = try Self.readMasks(set, reader, options, threads, report)
        let room = options.featureBytes / encoder.bytesPerPicture
        var kept: Set<String> = []
        for picture in read where kept.count < room { kept.insert(picture.digest) }
        keptDigests = kept
        let missing = try Self.plan(read, kept, encoder, store, report)

        // Pictures that are never kept are decoded once now, so that a damaged one does not end the run hours later.
        let pending = read.filter { missing.contains($0.digest) || !kept.contains($0.digest) }
        var unusable: Set<String> = []
        var done: Set<String> = []
        for (index, picture) in pending.enumerated() {
            report(.encoding(done: index, total: pending.count))
            guard done.insert(picture.digest).inserted else { continue }
            do throws(TrainingError) {
                let pixels = try reader.pixels(picture)
                guard kept.contains(picture.digest) else { continue }
                try store.keep(
                    try encoder.features(of: pixels, name: picture.sample.picture), digest: picture.digest)
            } catch {
                guard options.skipsBad, error.code == .badPicture else { throw error }
                report(.skipped(error))
                unusable.insert(picture.digest)
            }
        }
        if !pending.isEmpty { report(.encoding(done: pending.count, total: pending.count)) }
        let usable = read.filter { !unusable.contains($0.digest) }
        try Self.check(usable, set)
        pictures = usable
        skippedCount = set.samples.count - usable.count
        mosaics = Dictionary(grouping: usable.indices, by: { usable[$0].sample.product }).mapValues { members in
            Mosaic(members.map { ($0, Mosaic.content(of: usable[$0].sample)) })
        }
    }

    /// All that results depend on about these pictures: 64 hexadecimal digits.
    var digest: String {
        var bytes: [UInt8] = []
        for picture in pictures {
            bytes += Array("\(picture.sample.product)\0\(picture.digest)\0\(Mosaic.content(of: picture.sample))\0".utf8)
            bytes += picture.labels.digestInput
        }
        return SHA256Digest.of(bytes).hex
    }

    /// The picture at `index`, or the mosaic that replaces it.
    ///
    /// - Parameters:
    ///   - index: Position among ``pictures``.
    ///   - epoch: From 1.
    ///   - states: By product.
    ///   - options: Seed and mosaic rate.
    /// - Returns: An example for the optimiser.
    /// - Throws: ``TrainingError`` when a file changed since it was read.
    func example(
        _ index: Int, epoch: Int, states: StateEmbeddings, options: TrainingOptions
    ) throws(TrainingError) -> TrainingExample {
        let picture = pictures[index]
        var generator = SplitMix64(seed: options.seed, .mosaic, epoch, index)
        if Double(generator.unit()) < options.mosaicRate, let mosaic = mosaics[picture.sample.product] {
            let tiles = mosaic.draw(&generator).map { pictures[$0] }
            let (pixels, labels) = try reader.mosaic(tiles)
            let name = "mosaic of \(tiles.map(\.sample.picture).joined(separator: ", "))"
            let features = try encoder.features(of: pixels, name: name)
            return try TrainingExample(name: name, states: states, labels: labels) { features[$0] }
        }
        if keptDigests.contains(picture.digest) {
            let (store, digest) = (store, picture.digest)
            return try TrainingExample(
                name: picture.sample.picture, states: states, labels: picture.labels
            ) { stage throws(TrainingError) in try store.tokens(digest, stage: stage) }
        }
        let features = try encoder.features(of: try reader.pixels(picture), name: picture.sample.picture)
        return try TrainingExample(name: picture.sample.picture, states: states, labels: picture.labels) {
            features[$0]
        }
    }

    private static func readMasks(
        _ set: TrainingSet, _ reader: PictureReader, _ options: TrainingOptions, _ threads: ComputeThreads,
        _ report: (TrainingEvent) -> Void
    ) throws(TrainingError) -> [TrainingPicture] {
        var read: [TrainingPicture] = []
        let piece = threads.count * 8
        for start in stride(from: 0, to: set.samples.count, by: piece) {
            report(.readingMasks(done: start, total: set.samples.count))
            let part = Array(set.samples[start..<min(start + piece, set.samples.count)])
            for result in threads.map(part.count, { reader.prepare(part[$0]) }) {
                switch result {
                case .success(let picture): read.append(picture)
                case .failure(let error):
                    guard options.skipsBad else { throw error }
                    report(.skipped(error))
                }
            }
        }
        report(.readingMasks(done: set.samples.count, total: set.samples.count))
        try check(read, set)
        return read
    }

    /// Announces the size of the features and refuses what the disk cannot hold; returns the digests to compute.
    private static func plan(
        _ pictures: [TrainingPicture], _ kept: Set<String>, _ encoder: FeatureEncoder, _ store: FeatureStore,
        _ report: (TrainingEvent) -> Void
    ) throws(TrainingError) -> Set<String> {
        var missing: Set<String> = []
        for (index, digest) in kept.enumerated() {
            report(.checkingFeatures(done: index, total: kept.count))
            if !store.holds(digest) { missing.insert(digest) }
        }
        report(
            .features(
                TrainingEvent.FeaturePlan(
                    pictures: pictures.count, kept: pictures.count { kept.contains($0.digest) },
                    present: kept.count - missing.count, bytes: kept.count * encoder.bytesPerPicture,
                    folder: store.folder)))
        let needed = missing.count * encoder.bytesPerPicture
        if let free = DiskSpace.freeBytes(in: store.folder), needed > free {
            throw TrainingError(
                .noSpace,
                "\(store.folder): expected room for \(needed / 1_000_000) MB of features, found "
                    + "\(free / 1_000_000) MB; give another --feature-cache or a lower --feature-cache-limit")
        }
        return missing
    }

    private static func check(_ pictures: [TrainingPicture], _ set: TrainingSet) throws(TrainingError) {
        guard !pictures.isEmpty else {
            throw TrainingError(.noPictures, "\(set.dataset.root): expected usable pictures, found none")
        }
        guard pictures.contains(where: { $0.labels.showsDefect }) else {
            throw TrainingError(
                .noDefects,
                "\(set.dataset.root): expected masks with defects, found none in \(pictures.count) usable pictures")
        }
    }
}
