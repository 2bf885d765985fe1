import AnomalyDetection
import Datasets
import Tensors
import Training

/// What `multiads train` tells: progress on standard error, results on standard output.
final class TrainReport {
    private let progress: ProgressReporter
    private let output: Terminal
    private var encodingWatch: Stopwatch?
    /// When recent steps ended, and how many pictures each had.
    private var recent: [(time: Duration, pictures: Int)] = []

    /// Steps that the rate is taken from.
    private static let window = 64

    init(progress: ProgressReporter, output: Terminal) {
        self.progress = progress
        self.output = output
    }

    /// What is trained on.
    func describe(_ set: TrainingSet) {
        let anomalous = set.samples.count - set.normalCount
        progress.note(
            "\(TextLayout.counted(set.samples.count, "picture")) of \(TextLayout.counted(set.products.count, "product")): "
                + "\(anomalous) with defects of \(TextLayout.counted(set.types.count, "type")) (\(set.types.joined(separator: ", "))), \(set.normalCount) without"
        )
        if set.untypedCount > 0 {
            let unknown = set.dataset.unknownNames
            progress.note(
                "\(TextLayout.counted(set.untypedCount, "picture")) left out: "
                    + (unknown.isEmpty
                        ? "one mask stands for several types"
                        : "their type is unknown (\(unknown.joined(separator: ", "))), or one mask stands for several types")
            )
        }
        if set.normalCount == 0 {
            progress.note("no picture is without defects; only their backgrounds teach what is normal")
        }
    }

    /// Shows an event.
    func show(_ event: TrainingEvent) {
        switch event {
        case .readingMasks(let done, let total): progress.advance("reading masks", done, of: total)
        case .skipped(let error): progress.note("warning: left out: \(error)")
        case .checkingFeatures(let done, let total): progress.advance("checking features", done, of: total)
        case .features(let plan): progress.note(Self.words(plan))
        case .encoding(let done, let total): encoding(done, total)
        case .resumed(let steps, let epoch):
            progress.note("going on after \(TextLayout.counted(steps, "step")), in epoch \(epoch)")
        case .step(let step): show(step)
        case .epoch(let epoch):
            progress.finish()
            let dice = epoch.terms.dice == 0 ? "" : ", Dice \(TextLayout.decimal(epoch.terms.dice, 4))"
            output.write(
                "epoch \(epoch.epoch) of \(epoch.epochs)  loss \(TextLayout.decimal(epoch.loss, 4))  (focal "
                    + "\(TextLayout.decimal(epoch.terms.focal, 5))\(dice))  \(epoch.file)\n")
        }
    }

    /// Where everything is, and how to use it.
    func finished(_ outcome: TrainingRun.Outcome, _ folder: TrainingFolder, model: String?, arithmetic: Arithmetic) {
        var lines = [
            TextLayout.counted(outcome.steps, "step")
                + (outcome.skipped > 0 ? ", \(TextLayout.counted(outcome.skipped, "picture")) left out" : ""),
            "features  \(arithmetic.description)", "adapters  \(folder.adapter)",
            "loss      \(folder.lossTable), \(folder.lossChart)",
        ]
        let option = model.map { " --model \($0)" } ?? ""
        lines.append("try them  multiads inspect PICTURE\(option) --adapter \(folder.adapter)")
        output.write(lines.map { $0 + "\n" }.joined())
    }

    /// How to go on.
    func interrupted(_ outcome: TrainingRun.Outcome, _ folder: TrainingFolder) {
        progress.note(
            "stopped after \(TextLayout.counted(outcome.steps, "step")); everything is saved in \(folder.path), go on with the same command and "
                + "--resume")
    }

    private static func words(_ plan: TrainingEvent.FeaturePlan) -> String {
        let size = TextLayout.bytes(plan.bytes)
        let rest = plan.pictures - plan.kept
        return "features of \(plan.kept) of \(plan.pictures) pictures take \(size) in \(plan.folder)"
            + (plan.present > 0 ? ", \(plan.present) are there" : "")
            + (rest > 0 ? "; \(rest) are beyond --feature-cache-limit and encoded anew in every epoch" : "")
    }

    private func encoding(_ done: Int, _ total: Int) {
        let watch = encodingWatch ?? Stopwatch()
        encodingWatch = watch
        let rate = Double(done) / max(watch.seconds, 1e-9)
        let note =
            done > 0
            ? "\(TextLayout.decimal(rate, 1)) pictures/s, \(TextLayout.duration(Double(total - done) / rate)) left" : ""
        progress.advance("encoding pictures", done, of: total, note: note)
    }

    private func show(_ step: TrainingEvent.StepReport) {
        recent.append((Stopwatch.uptime(), step.pictures))
        if recent.count > Self.window { recent.removeFirst() }
        var note = "loss \(TextLayout.decimal(step.loss, 4))"
        if let first = recent.first, recent.count > 1 {
            let seconds = (recent[recent.count - 1].time - first.time) / .seconds(1)
            let pictures = recent.dropFirst().reduce(0) { $0 + $1.pictures }
            let left = seconds / Double(recent.count - 1) * Double(step.steps - step.step)
            note +=
                ", \(TextLayout.decimal(Double(pictures) / max(seconds, 1e-9), 1)) pictures/s, "
                + "\(TextLayout.duration(left)) left"
        }
        progress.advance("epoch \(step.epoch), step", step.step, of: step.steps, note: note)
    }
}
