import AnomalyDetection
import CLIP
import Datasets
import Images
import Tensors

/// Evaluates one product: one forward pass per picture serves every setting and the multi-type metrics.
///
/// Memory: one picture's features, the references of all draws (16 bytes per patch and channel of the towers' four
/// stages each), and one channel's maps while it is measured (20 bytes per pixel of all pictures). Maps of all channels
/// are on disk meanwhile.
struct ProductEvaluator {
    let model: InspectionModel
    let dataset: Dataset
    let product: DatasetProduct
    let options: EvaluationOptions
    let states: ProductStates
    /// Where maps are kept while the product is evaluated, and example pictures afterwards.
    let folder: String

    /// Text embeddings of a product.
    struct ProductStates {
        /// The states of the binary map.
        let binary: StateEmbeddings
        /// The product's own states, for the multi-type map.
        let own: StateEmbeddings
    }

    var classes: [String] { states.own.states }
    var measuresTypes: Bool { options.measuresTypes && !product.defectTypes.isEmpty }

    /// What is gathered while pictures pass by.
    struct Tally {
        var records: [PictureRecord] = []
        var samples: [DatasetSample] = []
        var skipped: [SkippedPicture] = []
        var truth = PixelTruth()
        var classTruth = ClassTruth()
        var confusion: ConfusionMatrix
        var typedPictures = 0
    }

    /// Evaluates the product.
    ///
    /// - Parameter progress: Told how many pictures are done.
    /// - Returns: The product's result.
    /// - Throws: ``EvaluationError``, or `InspectionModelError` when model and options do not fit.
    func run(progress: (_ done: Int, _ total: Int) -> Void) throws -> ProductResult {
        let watch = ContinuousClock().now
        let settings = options.settings
        let draws = try Self.referenceDraws(from: product, options)
        let bank = try encode(draws)
        let store = try MapStore(
            folder: "\(folder)/maps", channels: settings.count + (measuresTypes ? classes.count : 0))
        var tally = Tally(confusion: ConfusionMatrix(classes: classes))
        for (index, sample) in product.test.enumerated() {
            progress(index, product.test.count)
            do {
                try evaluate(sample, draws: draws, bank: bank, store: store, tally: &tally)
            } catch let error as DatasetError {
                try skip(sample, error, &tally)
            }
        }
        progress(product.test.count, product.test.count)
        return try result(
            tally, store: store, draws: draws, seconds: (ContinuousClock().now - watch) / .seconds(1))
    }

    private func skip(_ sample: DatasetSample, _ error: DatasetError, _ tally: inout Tally) throws {
        guard options.skipsBadPictures else {
            throw EvaluationError(.badPicture, "\(error); leave such pictures out with --skip-bad")
        }
        tally.skipped.append(SkippedPicture(picture: sample.picture, reason: "\(error)"))
    }

    // MARK: - References

    /// The references of each seed; the longest draw, since shorter ones are its beginning.
    private static func referenceDraws(
        from product: DatasetProduct, _ options: EvaluationOptions
    ) throws -> [[DatasetSample]] {
        let most = options.shots.max() ?? 0
        guard most > 0 else { return [] }
        return try (0..<options.seeds).map { try ReferenceDraw.draw(from: product, shots: most, seed: $0) }
    }

    /// Decodes every reference that will be needed.
    ///
    /// - Throws: ``EvaluationError`` with `.badReference` or `.tooFewReferences`.
    static func checkReferences(of product: DatasetProduct, in dataset: Dataset, options: EvaluationOptions) throws {
        var seen: Set<String> = []
        for sample in try referenceDraws(from: product, options).joined() where seen.insert(sample.picture).inserted {
            _ = try reference(sample, dataset, options)
        }
    }

    private static func reference(
        _ sample: DatasetSample, _ dataset: Dataset, _ options: EvaluationOptions
    ) throws(EvaluationError) -> RGBImage {
        do {
            return try dataset.picture(of: sample)
        } catch {
            // A draw that skipped a picture would be another draw.
            throw EvaluationError(
                .badReference,
                "\(error); it was drawn as a reference"
                    + (options.skipsBadPictures ? "" : ": mend it, or leave the product out with --skip-bad"))
        }
    }

    private func encode(_ draws: [[DatasetSample]]) throws -> [String: ReferenceBank] {
        var bank: [String: ReferenceBank] = [:]
        for sample in draws.joined() where bank[sample.picture] == nil {
            let picture = try Self.reference(sample, dataset, options)
            let features = try model.features(of: picture, imageSide: options.imageSide)
            // Every test picture is compared with each.
            bank[sample.picture] = ReferenceBank(
                indexing: [model.reference(from: features)], options: options.mapOptions, threads: model.threads)
        }
        return bank
    }

    // MARK: - Pictures

    private func evaluate(
        _ sample: DatasetSample, draws: [[DatasetSample]], bank: [String: ReferenceBank], store: MapStore,
        tally: inout Tally
    ) throws {
        let picture = try dataset.picture(of: sample)
        let truth = try dataset.groundTruth(
            of: sample, types: product.defectTypes, side: options.imageSide, picture: (picture.width, picture.height))
        let features = try model.features(of: picture, imageSide: options.imageSide)
        let maps = try model.maps(
            features: features, imageSide: options.imageSide, states: states.binary, options: options.mapOptions)
        let refiner = model.refiner(for: features, options.refinement)
        var scores: [PictureRecord.Scores] = []
        var channel = 0
        for map in try decidingMaps(maps, features: features, draws: draws, bank: bank) {
            let shown = refiner?.refined(map) ?? map
            try shown.withUnsafeBufferPointer { try store.append($0, to: channel) }
            channel += 1
            let maximum = ImageScoreRule.mapMaximum.score(map: map, globalAnomaly: 0)
            guard maximum.isFinite else {
                throw EvaluationError(.notANumber, "\(sample.picture): expected numbers in its map, found \(maximum)")
            }
            scores.append(
                PictureRecord.Scores(
                    score: score(maximum, map, global: maps.globalAnomaly), mapMaximum: maximum,
                    mapTopThree: ImageScoreRule.topThree.score(map: map, globalAnomaly: 0)))
        }
        let found = try addTypes(
            sample, truth, features: features, maps: maps, refiner: refiner, store: store, firstChannel: channel, &tally
        )
        let mask = truth.mask
        tally.truth.append(mask)
        tally.samples.append(sample)
        tally.records.append(
            PictureRecord(
                picture: sample.picture, isAnomalous: sample.isAnomalous, rawNames: sample.rawNames,
                types: sample.types, markedPixels: mask.area, globalScore: maps.globalAnomaly, scores: scores,
                foundType: found))
    }

    /// The deciding map of each setting, in order.
    private func decidingMaps(
        _ maps: AnomalyMaps, features: VisionTower.Features, draws: [[DatasetSample]], bank: [String: ReferenceBank]
    ) throws -> [Tensor] {
        var distances: [String: ReferenceDistances] = [:]
        for (name, reference) in bank {
            distances[name] = try model.distances(of: features, to: reference, options: options.mapOptions)
        }
        return try options.settings.map { setting in
            let used = setting.shots > 0 ? draws[setting.seed].prefix(setting.shots) : []
            var joined: ReferenceDistances?
            for sample in used {
                guard let next = distances[sample.picture] else { continue }
                if joined == nil { joined = next } else { joined?.formMinimum(with: next) }
            }
            return try joined.map { try maps.final(with: $0, options: options.mapOptions) } ?? maps.anomaly
        }
    }

    /// Adds a picture to the multi-type metrics if every pixel's type is known, and gives its most frequent found type.
    private func addTypes(
        _ sample: DatasetSample, _ truth: GroundTruth, features: VisionTower.Features, maps: AnomalyMaps,
        refiner: MapRefiner?, store: MapStore, firstChannel: Int, _ tally: inout Tally
    ) throws -> String? {
        guard measuresTypes else { return nil }
        let own =
            states.own.states == states.binary.states
            ? maps
            : try model.maps(
                features: features, imageSide: options.imageSide, states: states.own, options: options.mapOptions)
        let multitype = refiner?.refinedStates(of: own) ?? own.multitype
        let predicted = Self.mostProbable(multitype)
        if sample.isFullyTyped, !truth.labels.contains(GroundTruth.untyped) {
            tally.typedPictures += 1
            tally.classTruth.append(truth.labels)
            tally.confusion.add(truth: truth.labels, predicted: predicted)
            let pixels = own.side * own.side
            try multitype.withUnsafeBufferPointer { values in
                for label in classes.indices {
                    let plane = UnsafeBufferPointer(rebasing: values[label * pixels..<(label + 1) * pixels])
                    try store.append(plane, to: firstChannel + label)
                }
            }
        }
        var counts = [Int](repeating: 0, count: classes.count)
        for label in predicted { counts[Int(label)] += 1 }
        guard let best = (1..<classes.count).max(by: { counts[$0] < counts[$1] }), counts[best] > 0 else { return nil }
        return classes[best]
    }

    /// The class with the largest value of each pixel; of equal ones the first.
    static func mostProbable(_ multitype: Tensor) -> [UInt8] {
        let (classes, pixels) = (multitype.shape[0], multitype.shape[1] * multitype.shape[2])
        return multitype.withUnsafeBufferPointer { values in
            var best = Array(values[0..<pixels])
            var labels = [UInt8](repeating: 0, count: pixels)
            for label in 1..<classes {
                for pixel in 0..<pixels where values[label * pixels + pixel] > best[pixel] {
                    best[pixel] = values[label * pixels + pixel]
                    labels[pixel] = UInt8(label)
                }
            }
            return labels
        }
    }

    private func score(_ maximum: Float, _ map: Tensor, global: Float) -> Float {
        switch options.scoreRule {
        case .paper: ImageScoreRule.paper.score(map: map, globalAnomaly: global)
        case .max, .normalized: maximum
        case .top3: ImageScoreRule.topThree.score(map: map, globalAnomaly: global)
        case .global: global
        }
    }
}
