import AnomalyDetection
public import ArgumentParser  // public, because the conformance of a public type is
public import Tensors

extension Activation: ExpressibleByArgument {}

/// Number formats for the network's arithmetic.
enum Precision: String, CaseIterable, ExpressibleByArgument {
    case f32, bf16, int8

    /// Refuses what the engine cannot compute in.
    func requireSupport() throws {
        guard self == .f32 else {
            throw ValidationError(
                "expected --precision f32, found \(rawValue): this version computes in float32 only")
        }
    }
}

/// Block numbers such as `6,12,18,24`.
struct StageList: ExpressibleByArgument, Equatable {
    let blocks: [Int]

    init?(argument: String) {
        let numbers = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        let blocks = numbers.compactMap { $0 }
        guard blocks.count == numbers.count, blocks.allSatisfy({ $0 > 0 }) else { return nil }
        self.blocks = blocks
    }
}

/// Options that choose a model and how it is computed; the same for every command that runs one.
struct TowerArguments: ParsableArguments {
    @Option(help: ArgumentHelp("Model folder; without it the bundled model is used.", valueName: "dir"))
    var model: String?

    @Option(help: "Non-linearity of the towers; by default the one the adapter was trained with.")
    var activation: Activation?

    @Option(
        help: ArgumentHelp(
            "Blocks whose tokens the adapter takes, such as 6,12,18,24; by default those it was trained with.",
            valueName: "list"))
    var stages: StageList?

    @Option(help: "Number format of the network's arithmetic; this version has f32. (default: f32)")
    var precision: Precision?

    @Option(help: ArgumentHelp("Worker threads; by default all processors the process may use.", valueName: "n"))
    var threads: Int?

    func validate() throws {
        try precision?.requireSupport()
        if let threads, threads < 1 {
            throw ValidationError("expected --threads of 1 or more, found \(threads)")
        }
    }

    /// The workers to use.
    var computeThreads: ComputeThreads { threads.map(ComputeThreads.init(count:)) ?? .available() }
}

/// Options that choose a model with its adapter.
struct EngineArguments: ParsableArguments {
    @OptionGroup var tower: TowerArguments

    @Option(
        help: ArgumentHelp("Adapter file, when it is not adapter.safetensors in the model folder.", valueName: "file"))
    var adapter: String?

    var model: String? { tower.model }
    var activation: Activation? { tower.activation }
    var stages: StageList? { tower.stages }
    var precision: Precision? { tower.precision }
    var threads: Int? { tower.threads }
    var computeThreads: ComputeThreads { tower.computeThreads }

    /// Loads and checks the model.
    ///
    /// - Parameter progress: Told what is being done.
    /// - Returns: The model with its adapter.
    /// - Throws: ``CommandFailure`` when there is no such folder, or `InspectionModelError`.
    func load(progress: (String) -> Void) throws -> InspectionModel {
        try InspectionModel.load(
            try ModelLocation(folder: model).files(), adapterPath: adapter, activation: activation,
            stages: stages?.blocks, threads: computeThreads, progress: progress)
    }
}
