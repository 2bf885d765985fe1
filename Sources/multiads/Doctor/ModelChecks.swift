import AnomalyDetection
import CLIP
import Checkpoints
import Images
import Tensors

/// Model folder, adapter, activation, and one real pass.
struct ModelChecks {
    let engine: EngineArguments
    let progress: ProgressReporter

    /// The checks, and the model's configuration when it could be read.
    func run() -> (checks: [DoctorCheck], configuration: CLIPConfiguration?) {
        let files: ModelFiles
        do {
            files = try ModelLocation(folder: engine.model).files()
        } catch {
            return ([.fail("model", "\(error)", hint: Self.modelHint)], nil)
        }
        let report = ModelReport(folder: files, path: engine.model, progress: progress)
        var checks = report.problems.map { DoctorCheck.fail("model", $0, hint: Self.modelHint) }
        if checks.isEmpty, let configuration = report.configuration {
            let size = TextLayout.bytes(report.files.map(\.byteCount).reduce(0, +))
            checks.append(.ok("model", "\(report.name): CLIP \(configuration.architectureName), \(size)"))
        }
        if let path = engine.model { checks.append(digests(path)) }
        checks.append(adapter(report))
        if let configuration = report.configuration { checks.append(activation(configuration, report)) }
        do {
            // As the service would choose it.
            let choice = engine.tower.arithmetic(unlessGiven: .auto)
            let selection = try choice.select(for: files)
            checks.append(Self.arithmetic(selection))
            if !checks.contains(where: { $0.status == .fail }) { checks.append(selfTest(choice)) }
        } catch {
            checks.append(
                .fail("arithmetic", "\(error)", hint: "leave --precision and --engine to auto, or choose others"))
        }
        return (checks, report.configuration)
    }

    static func arithmetic(_ selection: ArithmeticSelection) -> DoctorCheck {
        let finding = "\(selection.arithmetic.description): \(selection.reason)"
        guard !selection.rejected.isEmpty else { return .ok("arithmetic", finding) }
        return .warn(
            "arithmetic", "\(finding); not used: \(selection.rejected.joined(separator: "; "))",
            hint: "suspect the memory or the processor of this machine, or the library; results are right, but slower")
    }

    private static let modelHint =
        "see `multiads model inspect`; fetch the model again, or leave --model away for the bundled one"

    private func digests(_ path: String) -> DoctorCheck {
        // A mismatch was reported with the model's own problems.
        guard let recorded = try? FileDigests.read(folder: path) else {
            return .warn(
                "digests", "no \(FileDigests.fileName): nobody would notice a changed file",
                hint: "write the folder with `multiads model convert` or `multiads model fetch`, which record digests")
        }
        return .ok("digests", "\(recorded.files.count) files compared with \(FileDigests.fileName)")
    }

    private func adapter(_ report: ModelReport) -> DoctorCheck {
        if let path = engine.adapter { return .ok("adapter", "\(path), tried in the self-test") }
        guard let adapter = report.adapter else {
            return .fail(
                "adapter", "no \(InspectionModel.adapterFileName) in the model folder",
                hint: "name one with --adapter, or convert a trained one with `multiads model convert`")
        }
        let dataset = adapter.metadata["source_dataset"].map { ", trained on \($0)" } ?? ""
        return .ok("adapter", "\(adapter.shape.stages) stages\(dataset)")
    }

    private func activation(_ configuration: CLIPConfiguration, _ report: ModelReport) -> DoctorCheck {
        let trained = report.adapter?.metadata["activation"].flatMap(Activation.init(rawValue:))
        let own = configuration.activation
        if let chosen = engine.activation, let trained, chosen != trained {
            return .warn(
                "activation", "--activation \(chosen.rawValue), but the adapter was trained with \(trained.rawValue)",
                hint: "leave --activation away, unless this is an experiment")
        }
        if let trained, trained != own {
            return .ok("activation", "\(trained.rawValue), the adapter's; the configuration says \(own.rawValue)")
        }
        if trained == nil, report.adapter != nil {
            return .warn(
                "activation", "\(own.rawValue) by the configuration; the adapter does not say what it was trained with",
                hint: "record it with `multiads model convert … --activation`; the wrong one gives wrong maps")
        }
        return .ok("activation", (engine.activation ?? trained ?? own).rawValue)
    }

    /// Loads the model and runs one picture twice: finite, and the same bits.
    private func selfTest(_ choice: ArithmeticChoice) -> DoctorCheck {
        do {
            let model = try engine.load(choice) { progress.step($0) }
            progress.step("running the self-test")
            let picture = SyntheticPicture.make(side: 256)
            let first = try model.features(of: picture, imageSide: model.defaultImageSide)
            let watch = Stopwatch()
            let second = try model.features(of: picture, imageSide: model.defaultImageSide)
            let seconds = watch.seconds
            let tensors = first.stageTokens + [first.embedding]
            if tensors.contains(where: { $0.firstNonFinite != nil }) {
                return .fail("self-test", "the image tower gives NaN or infinity", hint: Self.modelHint)
            }
            guard zip(tensors, second.stageTokens + [second.embedding]).allSatisfy({ $0.values == $1.values }) else {
                return .fail(
                    "self-test", "two passes over one picture differ",
                    hint: "suspect the memory or the processor of this machine")
            }
            return .ok(
                "self-test",
                "finite and repeatable, \(TextLayout.decimal(seconds, 2)) s per picture at \(model.defaultImageSide) pixels"
            )
        } catch {
            return .fail("self-test", "\(error)", hint: Self.modelHint)
        }
    }
}
