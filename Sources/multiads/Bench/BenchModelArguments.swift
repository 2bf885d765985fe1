import ArgumentParser
import CLIP
import Tensors

/// Options of measurements that run one of the towers.
struct BenchModelArguments: ParsableArguments {
    @Option(help: ArgumentHelp("Model folder; without it the bundled model is used.", valueName: "dir"))
    var model: String?

    @Option(help: ArgumentHelp("Worker threads; by default all processors the process may use.", valueName: "n"))
    var threads: Int?

    @Option(help: "Number format of the network's matrix products.")
    var precision = ArithmeticChoice.Format.f32

    @Option(help: "Library that computes them.")
    var engine = ArithmeticChoice.Engine.auto

    func validate() throws {
        if let threads, threads < 1 { throw ValidationError("expected --threads of 1 or more, found \(threads)") }
    }

    /// The workers to use.
    var computeThreads: ComputeThreads { threads.map(ComputeThreads.init(count:)) ?? .available() }

    /// Loads and checks the model.
    ///
    /// - Throws: ``CommandFailure`` when there is no such folder or arithmetic, or `CLIPError`.
    func load(_ progress: ProgressReporter) throws -> CLIPModel {
        let files = try ModelLocation(folder: model).files()
        return try CLIPModel.load(
            files, arithmetic: try ArithmeticChoice(format: precision, engine: engine).resolve(for: files),
            threads: computeThreads
        ) { progress.step($0) }
    }
}
