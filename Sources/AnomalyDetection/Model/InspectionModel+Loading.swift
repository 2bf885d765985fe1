public import CLIP
import Checkpoints
public import Tensors

extension InspectionModel {
    /// Name of the adapter inside a model folder.
    public static let adapterFileName = "adapter.safetensors"

    /// Loads a model folder and its adapter.
    ///
    /// The activation is the caller's, else the one the adapter was trained with, else the model configuration's:
    /// adapters fitted to one activation do not fit the other (see `docs/adr/0003-activation.md`).
    ///
    /// - Parameters:
    ///   - files: The model folder.
    ///   - adapterPath: Adapter file outside the folder; nil takes `adapter.safetensors` inside it.
    ///   - activation: Overrides adapter and configuration.
    ///   - stages: Overrides the adapter's block numbers.
    ///   - arithmetic: Engine and precision of the towers.
    ///   - threads: Workers used per picture.
    ///   - progress: Told what is being done.
    /// - Returns: The checked model.
    /// - Throws: ``InspectionModelError``: `.badModel` with the file and its fault, `.badAdapter`, `.badStages`.
    public static func load(
        _ files: ModelFiles, adapterPath: String? = nil, activation: Activation? = nil, stages: [Int]? = nil,
        arithmetic: Arithmetic = .reference, threads: ComputeThreads, progress: (String) -> Void = { _ in }
    ) throws(InspectionModelError) -> InspectionModel {
        let (region, name) = try adapterRegion(files, path: adapterPath)
        let source: any TensorSource
        do {
            source = try CheckpointFile.open(region: region, name: name)
        } catch {
            throw InspectionModelError(.badAdapter, error.description)
        }
        let trained = source.metadata["activation"].flatMap(Activation.init(rawValue:))
        let clip: CLIPModel
        do {
            clip = try CLIPModel.load(
                files, activation: activation ?? trained, arithmetic: arithmetic, threads: threads, progress: progress)
        } catch {
            throw InspectionModelError(.badModel, error.description)
        }
        let digest = SHA256Digest.of(region)
        if adapterPath == nil {
            do {
                try files.check(adapterFileName, digest: digest)
            } catch {
                throw InspectionModelError(.badAdapter, error.description)
            }
        }
        let adapter = try Adapter(
            source: source, digest: digest.hex, width: clip.configuration.vision.width,
            embedDim: clip.configuration.embedDim)
        return try InspectionModel(clip: clip, adapter: adapter, stages: stages, threads: threads)
    }

    private static func adapterRegion(
        _ files: ModelFiles, path: String?
    ) throws(InspectionModelError) -> (ByteRegion, String) {
        do {
            if let path { return (try ByteRegion.map(path: path), path) }
            if let region = try files.region(adapterFileName) { return (region, adapterFileName) }
        } catch {
            throw InspectionModelError(.badAdapter, "\(error)")
        }
        throw InspectionModelError(
            .badAdapter,
            "expected \(adapterFileName) in \(files.name) or an adapter file given separately, found neither; "
                + "train one with `multiads train` or name one with --adapter")
    }
}
