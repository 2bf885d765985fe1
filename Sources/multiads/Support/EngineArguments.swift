import AnomalyDetection
public import ArgumentParser  // public, because the conformance of a public type is
import CLIP
public import Tensors

extension Activation: ExpressibleByArgument {}

/// How the network's matrix products are computed, as far as a person decides.
struct ArithmeticChoice: Sendable, Equatable {
    /// What may be asked for as number format.
    enum Format: String, CaseIterable, ExpressibleByArgument {
        case auto, f32, bf16, int8

        /// nil lets the processor decide.
        var precision: Precision? { Precision(rawValue: rawValue) }
    }

    /// What may be asked for as matrix engine.
    enum Engine: String, CaseIterable, ExpressibleByArgument {
        case auto, tiles, openblas, onednn

        /// nil lets the processor decide.
        var engine: MatrixEngine? { MatrixEngine(rawValue: rawValue) }
    }

    var format = Format.auto
    var engine = Engine.auto

    /// What this processor runs of it, and why.
    ///
    /// - Parameter files: The model to be computed; one that cannot be read is chosen for as if nothing were known of it.
    /// - Returns: Engine and format, with the reason.
    /// - Throws: ``CommandFailure`` that says what is missing, or what computes wrongly.
    func select(for files: ModelFiles) throws -> ArithmeticSelection {
        do {
            let width = (try? CLIPConfiguration.load(files))?.vision.width
            return try Arithmetic.select(engine: engine.engine, precision: format.precision, width: width)
        } catch {
            throw CommandFailure(error.description)
        }
    }

    /// The same without the reason.
    ///
    /// - Parameter files: The model to be computed.
    /// - Returns: Engine and format.
    /// - Throws: ``CommandFailure`` as ``select(for:)``.
    func resolve(for files: ModelFiles) throws -> Arithmetic { try select(for: files).arithmetic }
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

    @Option(
        help: ArgumentHelp(
            "Number format of matrix products; where the processor has them, bf16 is about twice and int8 four times as fast as f32. (default: f32, whose numbers differ by about 1e-6 between machines and numbers of threads; serve and doctor: auto, which is bf16 where the processor has it and else f32)",
            valueName: "auto|f32|bf16|int8"))
    var precision: ArithmeticChoice.Format?

    @Option(
        help: ArgumentHelp(
            "What computes them: this program's own kernels (tiles), OpenBLAS or oneDNN; auto takes the fastest here. (default: auto)",
            valueName: "auto|tiles|openblas|onednn"))
    var engine: ArithmeticChoice.Engine?

    @Option(help: ArgumentHelp("Worker threads; by default all processors the process may use.", valueName: "n"))
    var threads: Int?

    func validate() throws {
        if let threads, !(1...ComputeThreads.maximum).contains(threads) {
            throw ValidationError("expected --threads from 1 to \(ComputeThreads.maximum), found \(threads)")
        }
    }

    /// Engine and precision, as given or by default: float32, so that what is compared, published or trained depends on the processor in the last digits only.
    var arithmetic: ArithmeticChoice { arithmetic(unlessGiven: .f32) }

    /// The same with another default.
    func arithmetic(unlessGiven format: ArithmeticChoice.Format) -> ArithmeticChoice {
        ArithmeticChoice(format: precision ?? format, engine: engine ?? .auto)
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
    var arithmetic: ArithmeticChoice { tower.arithmetic }
    var threads: Int? { tower.threads }
    var computeThreads: ComputeThreads { tower.computeThreads }

    /// Loads and checks the model.
    ///
    /// - Parameters:
    ///   - arithmetic: Engine and precision; nil takes the options'.
    ///   - progress: Told what is being done.
    /// - Returns: The model with its adapter.
    /// - Throws: ``CommandFailure`` when there is no such folder, or `InspectionModelError`.
    func load(_ arithmetic: ArithmeticChoice? = nil, progress: (String) -> Void) throws -> InspectionModel {
        let files = try ModelLocation(folder: model).files()
        return try InspectionModel.load(
            files, adapterPath: adapter, activation: activation, stages: stages?.blocks,
            arithmetic: try (arithmetic ?? self.arithmetic).resolve(for: files), threads: computeThreads,
            progress: progress)
    }
}
