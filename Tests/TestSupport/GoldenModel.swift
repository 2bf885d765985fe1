public import AnomalyDetection
import CLIP
public import Checkpoints
public import Images
public import Tensors

/// A model with reference results made by `Tools/golden/make_clip_goldens.py` from OpenCLIP.
public struct GoldenModel: Sendable {
    /// The reference tensors by name.
    public let golden: SafeTensorsFile
    /// The model folder.
    public let folder: String
    /// The loaded model with its adapter.
    public let model: InspectionModel
    /// Side in pixels at which the reference results were made.
    public let side: Int

    /// The committed tiny model.
    public static func tiny(_ arithmetic: Arithmetic = .reference) throws -> GoldenModel {
        try GoldenModel(folder: Fixtures.path("CLIP/tiny"), arithmetic: arithmetic)
    }

    /// Loads a folder made by the script.
    ///
    /// - Parameters:
    ///   - folder: Holds `golden.safetensors` and `adapter.safetensors`.
    ///   - weights: Folder of the model itself; nil for `folder`.
    ///   - arithmetic: How the towers compute.
    /// - Throws: What loading the files throws.
    public init(folder: String, weights: String? = nil, arithmetic: Arithmetic = .reference) throws {
        let goldenPath = folder + "/golden.safetensors"
        golden = try SafeTensorsFile(region: ByteRegion.map(path: goldenPath), name: goldenPath)
        self.folder = folder
        side = Int(golden.metadata["side"] ?? "") ?? 0
        model = try InspectionModel.load(
            ModelFiles(folder: weights ?? folder), adapterPath: folder + "/adapter.safetensors",
            arithmetic: arithmetic, threads: ComputeThreads(count: 2))
    }

    /// A reference tensor.
    public func tensor(_ name: String) throws -> Tensor { try golden.tensor(name) }

    /// One of the script's pictures, such as "query" or "reference_0".
    public func picture(_ name: String) throws -> RGBImage {
        let region = try ByteRegion.map(path: "\(folder)/\(name).png")
        return try ImageDecoder.decode(region.bytes, limits: ImageLimits())
    }

    /// One prompt of each state encoded, where that is as good as all.
    public func firstPrompts(of ensemble: PromptEnsemble) throws -> StateEmbeddings {
        let prompts = ensemble.states.map { Array(ensemble.prompts(of: $0).prefix(1)) }
        let embeddings = try StateEmbeddings.embeddings(of: prompts, model: model.clip)
        return try StateEmbeddings(Array(zip(ensemble.states.map(\.name), embeddings)))
    }
}
