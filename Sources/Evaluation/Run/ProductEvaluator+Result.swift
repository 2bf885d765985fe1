import AnomalyDetection
import Datasets
import Tensors

extension ProductEvaluator {
    /// Measures what was gathered.
    func result(
        _ tally: Tally, store: MapStore, draws: [[DatasetSample]], seconds: Double
    ) throws -> ProductResult {
        guard !tally.records.isEmpty else {
            throw EvaluationError(
                .nothingLeft, "\(product.name): expected usable test pictures, found \(tally.skipped.count) bad ones")
        }
        let records = options.scoreRule == .normalized ? Self.normalized(tally.records) : tally.records
        var settings: [SettingResult] = []
        for (index, setting) in options.settings.enumerated() {
            settings.append(
                try store.withScores(index) { scores in
                    try measure(
                        setting, index: index, scores: scores, records: records, truth: tally.truth, draws: draws)
                })
        }
        var multiType: MultiTypeMetrics?
        if measuresTypes, tally.typedPictures > 0 {
            var measured: [ClassMetrics] = []
            for label in classes.indices {
                measured.append(
                    try store.withScores(settings.count + label) { scores in
                        try ClassMetrics.measure(
                            label, scores: scores, truth: tally.classTruth, confusion: tally.confusion,
                            threads: model.threads)
                    })
            }
            multiType = MultiTypeMetrics(classes: measured, confusion: tally.confusion)
        }
        let examples = try ExamplePictures(
            dataset: dataset, records: records, samples: tally.samples, side: options.imageSide, folder: folder
        ).make(settings: settings, store: store)
        return ProductResult(
            name: product.name, types: product.defectTypes, pictures: records, skipped: tally.skipped,
            settings: settings, multiType: multiType, typedPictures: tally.typedPictures, examples: examples,
            seconds: seconds)
    }

    private func measure(
        _ setting: EvaluationSetting, index: Int, scores: UnsafeBufferPointer<Float>, records: [PictureRecord],
        truth: PixelTruth, draws: [[DatasetSample]]
    ) throws -> SettingResult {
        var curve: [CurvePoint] = []
        let pixel = try PixelMetrics.measure(
            scores: scores, truth: truth, fprLimit: options.fprLimit, threads: model.threads
        ) { curve = $0.curve(maximum: 400) }
        let image = try ImageMetrics(
            scores: records.map { $0.scores[index].score }, anomalous: records.map(\.isAnomalous))
        let used = setting.shots > 0 ? draws[setting.seed].prefix(setting.shots).map(\.picture) : []
        return SettingResult(
            setting: setting, references: used, pixel: pixel, pixelCurve: curve, image: image,
            imageAUROCByRawName: try Self.aurocByRawName(records, index))
    }

    /// Pictures with each defect name against all normal ones.
    private static func aurocByRawName(_ records: [PictureRecord], _ index: Int) throws -> [String: Double] {
        let normal = records.filter { !$0.isAnomalous }
        let anomalous = records.filter(\.isAnomalous)
        var result: [String: Double] = [:]
        for name in Set(anomalous.flatMap(\.rawNames)) {
            let compared = normal + anomalous.filter { $0.rawNames.contains(name) }
            result[name] = try ImageMetrics(
                scores: compared.map { $0.scores[index].score }, anomalous: compared.map(\.isAnomalous)
            ).auroc
        }
        return result
    }

    /// ½ (global score + map maximum scaled to the range of all pictures).
    private static func normalized(_ records: [PictureRecord]) -> [PictureRecord] {
        guard let count = records.first?.scores.count else { return records }
        let rules = (0..<count).map { index in
            let maxima = records.map { $0.scores[index].mapMaximum }
            return ImageScoreRule.normalized(minimum: maxima.min() ?? 0, maximum: maxima.max() ?? 0)
        }
        return records.map { record in
            let scores = zip(record.scores, rules).map { scores, rule in
                PictureRecord.Scores(
                    score: rule.score(
                        map: Tensor(shape: [1], [scores.mapMaximum]), globalAnomaly: record.globalScore),
                    mapMaximum: scores.mapMaximum, mapTopThree: scores.mapTopThree)
            }
            return PictureRecord(
                picture: record.picture, isAnomalous: record.isAnomalous, rawNames: record.rawNames,
                types: record.types, markedPixels: record.markedPixels, globalScore: record.globalScore, scores: scores,
                foundType: record.foundType)
        }
    }
}
