import Checkpoints
import Datasets
import Images
import Tensors

/// Chooses and draws the pictures that show best and worst what a model does.
///
/// Under the setting with the most references, first draw.
struct ExamplePictures {
    /// Side of each of the three panels, in pixels.
    static let panelSide = 256

    let dataset: Dataset
    let records: [PictureRecord]
    let samples: [DatasetSample]
    let side: Int
    let folder: String

    private struct Choice {
        let reason: ExamplePicture.Reason
        let index: Int
        let precision: Double?
    }

    /// Writes up to one picture for each reason.
    ///
    /// - Throws: ``EvaluationError`` with `.cannotStore`.
    func make(settings: [SettingResult], store: MapStore) throws -> [ExamplePicture] {
        guard let channel = settings.indices.max(by: { key(settings[$0]) < key(settings[$1]) }) else { return [] }
        return try store.withScores(channel) { scores in
            let pixels = side * side
            func map(_ index: Int) -> [Float] { Array(scores[index * pixels..<(index + 1) * pixels]) }
            let maximum = records.map { $0.scores[channel].mapMaximum }.max() ?? 1
            let threshold = settings[channel].pixel.f1Threshold ?? maximum / 2
            var examples: [ExamplePicture] = []
            for choice in try choices(channel, map: map) {
                let name = "\(choice.reason.rawValue).jpg"
                let scale = try HeatScale(
                    threshold: max(threshold, .leastNormalMagnitude), maximum: max(maximum, .leastNormalMagnitude))
                let drawn = try draw(samples[choice.index], map: map(choice.index), scale: scale)
                try write(drawn, to: "\(folder)/\(name)")
                examples.append(
                    ExamplePicture(
                        reason: choice.reason, picture: records[choice.index].picture,
                        score: records[choice.index].scores[channel].score,
                        pixelAveragePrecision: choice.precision, file: name))
            }
            return examples
        }
    }

    /// Most shots first, then the first draw.
    private func key(_ result: SettingResult) -> (Int, Int) { (result.setting.shots, -result.setting.seed) }

    private func choices(_ channel: Int, map: (Int) -> [Float]) throws -> [Choice] {
        let anomalous = records.indices.filter { records[$0].isAnomalous }
        let normal = records.indices.filter { !records[$0].isAnomalous }
        func score(_ index: Int) -> Float { records[index].scores[channel].score }
        var precisions: [Int: Double] = [:]
        for index in anomalous {
            let truth = try dataset.groundTruth(of: samples[index], types: [], side: side)
            precisions[index] = try ScoreRanking(
                scores: map(index), labels: truth.labels.map { $0 != 0 }
            ).averagePrecision
        }
        let located = precisions.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
        var choices: [Choice] = []
        if let best = located.last {
            choices.append(Choice(reason: .bestLocalized, index: best.key, precision: best.value))
        }
        if located.count > 1, let worst = located.first {
            choices.append(Choice(reason: .worstLocalized, index: worst.key, precision: worst.value))
        }
        if let missed = anomalous.min(by: { score($0) < score($1) }) {
            choices.append(Choice(reason: .missed, index: missed, precision: precisions[missed]))
        }
        if let alarm = normal.max(by: { score($0) < score($1) }) {
            choices.append(Choice(reason: .falseAlarm, index: alarm, precision: nil))
        }
        return choices
    }

    /// The picture, the picture with its true defects, and the map over the picture, side by side.
    private func draw(_ sample: DatasetSample, map: [Float], scale: HeatScale) throws -> RGBImage {
        let panel = Self.panelSide
        let picture = try Resampler.resize(dataset.picture(of: sample), width: panel, height: panel, filter: .bicubic)
        let truth = try dataset.groundTruth(of: sample, types: [], side: panel).mask
        let style = OverlayStyle(showsBoxes: false, showsLegend: false)
        let marked = try Overlay.render(
            image: picture, masks: truth.area > 0 ? [OverlayMask(name: "true", mask: RunMask(truth))] : [], style: style
        )
        let small = try MapResize.bilinear(
            map, width: side, height: side, toWidth: panel, toHeight: panel, corners: .edges)
        let heat = try HeatMap.render(map: small, width: panel, height: panel, scale: scale)
        return Self.joined([picture, marked, heat])
    }

    private static func joined(_ panels: [RGBImage]) -> RGBImage {
        let width = panels.reduce(0) { $0 + $1.width }
        let height = panels.map(\.height).min() ?? 0
        var pixels: [UInt8] = []
        pixels.reserveCapacity(width * height * 3)
        for y in 0..<height {
            for panel in panels { pixels += panel.pixels[y * panel.width * 3..<(y + 1) * panel.width * 3] }
        }
        return RGBImage(width: width, height: height, pixels: pixels)
    }

    private func write(_ picture: RGBImage, to path: String) throws {
        let file = try AtomicFile(path: path)
        try JPEGEncoder.encode(picture, quality: 88).withUnsafeBytes { try file.write($0) }
        try file.commit()
    }
}
